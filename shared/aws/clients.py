"""AWS clients, made once per execution environment, with keep-alive and time-outs below any function's.

They are botocore's: boto3 on top would load its resources and transfer manager, which nothing here uses, at every cold
start.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore
from botocore.config import Config
from botocore.session import Session

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient

# Requests are built by our own typed code, so botocore's second look at each parameter only costs time.
_FAST = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
    parameter_validation=False,
    max_pool_connections=16,
    # Fixed: botocore puts its own together anew twice a request, a sixth of a call's work.
    user_agent=f"vyapar Botocore/{botocore.__version__}",
)
_LONG = _FAST.merge(Config(read_timeout=25))
# Path style: bucket names need no DNS of their own, on the local engine too.
_S3 = _LONG.merge(Config(s3={"addressing_style": "path"}, signature_version="s3v4"))
# A mail that was tried twice may have been sent twice.
_ONCE = _LONG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
_CONFIGS = {"s3": _S3, "lambda": _LONG, "sesv2": _ONCE}


@cache
def _session() -> Session:
    return Session()


@cache
def _client(name: str) -> Any:
    client: Any = _session().create_client(name, config=_CONFIGS.get(name, _FAST))
    if name == "dynamodb":
        # Requests and answers pass as the JSON they are. botocore's walk over each value by its model, both ways, is
        # a third of a call's work, and ``shared.aws.dynamo`` walks over them anyway.
        client.meta.events.register("provide-client-params.dynamodb", _put_aside)
        client.meta.events.register("before-call.dynamodb", _write_body)
        client.meta.events.register("before-parse.dynamodb", _read_body)
        # One endpoint answers all calls: it is found once, not by a walk over the service's rules before each.
        rules = client._ruleset_resolver
        rules.construct_endpoint = _once(rules.construct_endpoint)
    return client


def _once(find: Callable[..., Any]) -> Callable[..., Any]:
    found: list[Any] = []

    def find_once(**call: Any) -> Any:
        if not found:
            found.append(find(**call))
        return found[0]

    return find_once


def _put_aside(params: dict[str, Any], context: dict[str, Any], **_: Any) -> dict[str, Any]:
    context["request"] = params
    # Its rules of endpoints look into some of these, and find nothing: our tables go by name, not by ARN.
    return {name: type(value)() for name, value in params.items() if isinstance(value, dict | list)}


def _write_body(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    # What stands there is botocore's own: the token that makes a transaction that is sent twice one.
    request = json.loads(params["body"]) | context["request"]
    params["body"] = json.dumps(request, ensure_ascii=False, separators=(",", ":"), default=_base64).encode()


def _read_body(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    if response_dict["status_code"] < 300:  # errors are botocore's to read
        customized_response_dict.update(json.loads(response_dict["body"]))
        response_dict["body"] = b"{}"


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


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


def translate() -> Any:
    """Amazon Translate; for its one call there are no stubs."""
    client: Any = _client("translate")
    return client


def secrets() -> SecretsManagerClient:
    """Secrets Manager."""
    client: SecretsManagerClient = _client("secretsmanager")
    return client


def mails() -> SESV2Client:
    """SES, which is asked once for each mail."""
    client: SESV2Client = _client("sesv2")
    return client


def people() -> CognitoIdentityProviderClient:
    """Cognito's user pools."""
    client: CognitoIdentityProviderClient = _client("cognito-idp")
    return client
