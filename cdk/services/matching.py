"""See ``services/matching``."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.foundation import Foundation
from cdk.service import Service
from cdk.services.catalog import Catalog
from cdk.stage import Stage
from cdk.storage import Bucket, Table, allow
from events.catalog import (
    ProductCreated,
    ProductMerged,
    ProductMergeReverted,
    ProductRejected,
    ProductReturned,
    ProductUpdated,
    ProductVerified,
)

# From here on a function has a whole CPU (1,769 MB by AWS's documentation); less would only take longer.
_FULL_CPU = 1769
# A million products are 0.2 GB; who takes a new state has the old one open still, who merges needs as much again.
_ROOM = 2048


class MatchingData(Construct):
    """NotTheSame, pairs that people have told apart; the bucket ``index``: files of the search index, and
    ``current.json``, which names those that count.
    """

    def __init__(self, scope: Construct, stage: Stage, logs: s3.IBucket) -> None:
        super().__init__(scope, "Matching")
        # The rebuild throws away what nobody names; an older state can be put back for a week.
        self.apart = Table(self, "NotTheSame", "product_id", "other_id", stage=stage)
        self.index = Bucket(self, "Index", stage=stage, logs=logs, restorable_for=Duration.days(7))


class Matching(Service):
    """Which product is meant, over HTTP one by one, through its door in batches. Owns the search index.

    States PairJudged.
    """

    layers = ("core", "search")

    def __init__(self, scope: Construct, foundation: Foundation, data: MatchingData, *, catalog: Catalog) -> None:
        super().__init__(scope, foundation)
        self._catalog, self._index, self._apart = catalog, data.index, data.apart

        api = self.function("api")
        self._let_search(api)
        catalog.grant_pictured(api)
        foundation.grant_idempotency(api)
        foundation.grant_cursors(api)
        foundation.grant_outbox(api)
        data.apart.grant(api, "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query")
        self.route("/v1/products/match", api, method="POST", below=False)
        self.route("/v1/products/{product_id}/not-the-same", api, below=False)

        # Its callers wait, 60 s at most: below that they see an error, not silence.
        self._on_match = self.function("on_match", timeout=Duration.seconds(55), memory=_FULL_CPU, disk=_ROOM)
        self._let_search(self._on_match)

        # Woken by messages that it doesn't read: the more of them at once, the fewer states of the index.
        subscriptions = self.subscribe(
            "subscriptions",
            ProductCreated,
            ProductUpdated,
            ProductVerified,
            ProductRejected,
            ProductReturned,
            ProductMerged,
            ProductMergeReverted,
            env=self._paced(),
            timeout=Duration.seconds(60),
            memory=_FULL_CPU,
            disk=_ROOM,
            batch_size=10_000,
            window=Duration.seconds(1),
            concurrency=2,  # the least there is; more would only race
        )
        self._let_index(subscriptions)

        schedule = self.schedule(
            "schedule", "rate(5 minutes)", env=self._paced(), timeout=Duration.seconds(60), memory=_FULL_CPU, disk=_ROOM
        )
        self._let_index(schedule)

        on_rebuild = self.schedule(
            "on_rebuild", "cron(30 2 * * ? *)", timeout=Duration.minutes(15), memory=2 * _FULL_CPU, disk=_ROOM
        )
        catalog.grant_everything(on_rebuild)
        data.index.grant(on_rebuild, "s3:GetObject", "s3:PutObject", keys="*")
        data.index.grant(on_rebuild, "s3:DeleteObject", keys="files/*")
        data.index.grant_missing(on_rebuild)

    def grant_match(self, fn: lambda_.Function) -> None:
        """The door ``matching.client``: questions to the function with the search libraries."""
        allow(fn, ["lambda:InvokeFunction"], [self._on_match.function_arn])
        fn.add_environment("MATCHING_FUNCTION", self._on_match.function_name)

    def grant_apart(self, fn: lambda_.Function) -> None:
        """The same door for those who ask which products people have told apart."""
        self._apart.grant(fn, "dynamodb:BatchGetItem")

    def _let_search(self, fn: lambda_.Function) -> None:
        """Read the index and, for what it can't have yet, the catalog."""
        self._catalog.grant_lookup(fn)
        self._catalog.grant_changes(fn)
        self._apart.grant(fn, "dynamodb:BatchGetItem")
        self._index.grant(fn, "s3:GetObject", keys="*")
        self._index.grant_missing(fn)

    def _let_index(self, fn: lambda_.Function) -> None:
        """Bring the index to what the catalog is."""
        self._catalog.grant_changes(fn)
        self._index.grant(fn, "s3:GetObject", "s3:PutObject", keys="*")
        self._index.grant_missing(fn)

    def _paced(self) -> dict[str, str]:
        """Where no window gathers messages, a new state each second at most."""
        return {"INDEX_PAUSE": "1"} if self.stage.left_out.batch_window else {}
