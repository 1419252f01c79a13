"""Clients to the local engine, as its account root; the credentials mean nothing anywhere else."""

from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from local.home import REGION

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient


class Engine:
    """The engine's services, by what this package does with them."""

    def __init__(self, url: str, *, patience: float = 120) -> None:
        """``patience``: seconds in which a call has to be answered."""
        self.url = url
        self._session = boto3.Session("test", "test", region_name=REGION)
        self._config = Config(retries={"total_max_attempts": 3}, read_timeout=patience, s3={"addressing_style": "path"})

    @cached_property
    def stacks(self) -> "CloudFormationClient":
        return self._session.client("cloudformation", endpoint_url=self.url, config=self._config)

    @cached_property
    def files(self) -> "S3Client":
        return self._session.client("s3", endpoint_url=self.url, config=self._config)

    @cached_property
    def functions(self) -> "LambdaClient":
        return self._session.client("lambda", endpoint_url=self.url, config=self._config)

    @cached_property
    def people(self) -> "CognitoIdentityProviderClient":
        return self._session.client("cognito-idp", endpoint_url=self.url, config=self._config)

    @cached_property
    def bus(self) -> "EventBridgeClient":
        return self._session.client("events", endpoint_url=self.url, config=self._config)

    @cached_property
    def queues(self) -> "SQSClient":
        return self._session.client("sqs", endpoint_url=self.url, config=self._config)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        return self._session.client("logs", endpoint_url=self.url, config=self._config)
