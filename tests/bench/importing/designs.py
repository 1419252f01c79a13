"""The three designs on a running engine: ours, as deployed, and two small ones that are made for the run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from cdk.stage import STAGES
from local.aws import Engine
from local.deploy import zipped
from local.home import ACCOUNT, REGION
from tests.bench.engine import make_table
from tests.bench.importing.workers import BASELINE
from tests.e2e.live import ENDED, Live, Shop

MEMORY: Final = 1769  # MB, as most functions of our import
AT_ONCE: Final = STAGES["local"].import_concurrency
_HERE: Final = Path(__file__).parent


class Design(Protocol):
    """What is measured."""

    name: str
    goods: frozenset[str]
    """Its tables of products and stock."""
    last: frozenset[str]
    """The tables whose last write ends an import."""

    def drop(self, name: str, body: bytes) -> None:
        """Puts the file where it is picked up."""

    def ended(self, name: str) -> bool:
        """The file has been worked through; asked when nothing has been written for a while."""


class Ours:
    """Our import, from the bucket to the report."""

    name = "ours"

    def __init__(self, live: Live, shop: Shop) -> None:
        self._live, self._shop = live, shop
        tables = live.endpoints["tables"]
        self.goods = frozenset(tables[t] for t in ("Products", "ProductClaims", "ProductHistory", "StoreInventory"))
        self.last = frozenset({tables["CsvJobs"]})

    def drop(self, name: str, body: bytes) -> None:
        self._shop.drop(name, body)

    def ended(self, name: str) -> bool:
        # By the table itself: a question to the API would be counted.
        return any(job["filename"] == name and job["status"] in ENDED for job in self._live.rows("CsvJobs"))


class Baseline:
    """One of the others: its bucket, tables, queue and functions, as ``bench-...``; they end with the engine."""

    name: str
    goods: frozenset[str]
    last: frozenset[str]

    def __init__(self, live: Live, endpoint: str) -> None:
        """``endpoint``: what its functions take for AWS."""
        self._live, self._endpoint = live, endpoint
        self._functions = Engine(live.endpoints["aws_endpoint_url"]).functions
        self._bucket = f"bench-{type(self).__name__.lower()}"
        live.files.create_bucket(Bucket=self._bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self._make()

    def _make(self) -> None:
        raise NotImplementedError

    def drop(self, name: str, body: bytes) -> None:
        self._live.files.put_object(Bucket=self._bucket, Key=f"imports/sto_1/{name}", Body=body)

    def ended(self, _: str) -> bool:
        return True  # nothing is written any more, and queues are empty

    def _function(self, name: str, handler: str, env: Mapping[str, str]) -> str:
        """A function's ARN; its code is the one file here that ``handler`` names."""
        file = f"{handler.partition('.')[0]}.py"
        return self._functions.create_function(
            FunctionName=f"{BASELINE}{name}",
            Runtime="python3.13",
            Handler=handler,
            Role=f"arn:aws:iam::{ACCOUNT}:role/bench",
            Code={"ZipFile": zipped({file: (_HERE / file).read_bytes()})},
            MemorySize=MEMORY,
            Timeout=900,
            Environment={"Variables": {**env, "AWS_ENDPOINT_URL": self._endpoint}},
        )["FunctionArn"]

    def _wake_by_files(self, function: str) -> None:
        self._functions.add_permission(
            FunctionName=function, StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
        )
        self._live.files.put_bucket_notification_configuration(
            Bucket=self._bucket,
            NotificationConfiguration={
                "LambdaFunctionConfigurations": [{"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}]
            },
        )

    def _queue_of(self, function: str) -> str:
        """The address of a queue whose messages go to it, ten at a time."""
        queues = self._live.queues
        url = queues.create_queue(QueueName="bench-rows", Attributes={"VisibilityTimeout": "5400"})["QueueUrl"]
        told = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        self._functions.create_event_source_mapping(
            FunctionName=function,
            EventSourceArn=told["QueueArn"],
            BatchSize=10,
            ScalingConfig={"MaximumConcurrency": AT_ONCE},
        )
        return url


class WholeFile(Baseline):
    """See ``whole_file``."""

    name = "one function with batch_writer"

    def _make(self) -> None:
        items = make_table(self._live, "whole-file", "store_id", "product_id")
        self.goods = self.last = frozenset({items})
        self._wake_by_files(self._function("whole-file", "whole_file.handler", {"ITEMS_TABLE": items}))


class RowMessages(Baseline):
    """See ``row_messages``."""

    name = "a message a row"

    def _make(self) -> None:
        products = make_table(self._live, "products", "product_id", index=("barcode",))
        items = make_table(self._live, "items", "store_id", "product_id")
        outbox = make_table(self._live, "outbox", "event_id")
        self.goods, self.last = frozenset({products, items}), frozenset({products, items, outbox})
        env = {"PRODUCTS_TABLE": products, "ITEMS_TABLE": items, "OUTBOX_TABLE": outbox}
        rows = self._queue_of(self._function("write-rows", "row_messages.write", env))
        self._wake_by_files(self._function("read-rows", "row_messages.read", {**env, "ROWS_QUEUE_URL": rows}))
