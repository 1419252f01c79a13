"""AWS clients, made once per execution environment, with keep-alive and time-outs below any function's.

They are botocore's: boto3 on top would load its resources and transfer manager, which nothing here uses, at every cold
start.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.session import Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

# Requests are built by our own typed code, so botocore's second look at each parameter only costs time.
_FAST = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
    parameter_validation=False,
    max_pool_connections=16,
)
_LONG = _FAST.merge(Config(read_timeout=25))
# Path style: bucket names need no DNS of their own, on the local engine too.
_S3 = _LONG.merge(Config(s3={"addressing_style": "path"}, signature_version="s3v4"))
_CONFIGS = {"s3": _S3, "lambda": _LONG}


@cache
def _session() -> Session:
    return Session()


@cache
def _client(name: str) -> Any:
    return _session().create_client(name, config=_CONFIGS.get(name, _FAST))


def dynamodb() -> DynamoDBClient:
    """DynamoDB."""
    client: DynamoDBClient = _client("dynamodb")
    return client


def s3() -> S3Client:
    """S3, patient enough for a large object."""
    client: S3Client = _client("s3")
    return client


def sqs() -> SQSClient:
    """SQS."""
    client: SQSClient = _client("sqs")
    return client


def events() -> EventBridgeClient:
    """EventBridge."""
    client: EventBridgeClient = _client("events")
    return client


def functions() -> LambdaClient:
    """Lambda, patient enough for a batch of matches."""
    client: LambdaClient = _client("lambda")
    return client


def secrets() -> SecretsManagerClient:
    """Secrets Manager."""
    client: SecretsManagerClient = _client("secretsmanager")
    return client
