"""See ``services/matching``."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.foundation import Foundation
from cdk.service import Service
from cdk.services.catalog import Catalog
from cdk.storage import allow


class Matching(Service):
    """Which product is meant. Answers single questions over HTTP and batches through its door."""

    def __init__(self, scope: Construct, foundation: Foundation, *, catalog: Catalog) -> None:
        super().__init__(scope, foundation)

        api = self.function("api")
        catalog.grant_lookup(api)
        foundation.grant_idempotency(api)
        self.route("/v1/products/match", api, method="POST", below=False)

        # Its callers wait, 60 s at most: below that they see an error, not silence.
        self._on_match = self.function("on_match", timeout=Duration.seconds(55))
        catalog.grant_lookup(self._on_match)

    def grant_match(self, fn: lambda_.Function) -> None:
        """The door ``matching.client``: a batch of questions to the function with the search libraries."""
        allow(fn, ["lambda:InvokeFunction"], [self._on_match.function_arn])
        fn.add_environment("MATCHING_FUNCTION", self._on_match.function_name)
