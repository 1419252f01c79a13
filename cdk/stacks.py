"""The stacks compose, and nothing else: what each service needs stands in its own construct."""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Duration, RemovalPolicy, Stack, Tags
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.assets import Assets
from cdk.foundation import Foundation, FoundationData
from cdk.publishing import Publishing
from cdk.reasons import because
from cdk.services.catalog import Catalog, CatalogData
from cdk.services.csv_import import CsvImport, CsvImportData
from cdk.services.front import Front, FrontData
from cdk.services.inventory import Inventory, InventoryData
from cdk.services.matching import Matching, MatchingData
from cdk.services.notifications import Notifications, NotificationsData
from cdk.services.stores import Stores, StoresData
from cdk.stage import Stage
from cdk.storage import Bucket, Table


class _StageStack(Stack):
    def __init__(self, scope: Construct, kind: str, stage: Stage, description: str) -> None:
        super().__init__(
            scope,
            f"Vyapar{kind}-{stage.name}",
            description=description,
            synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=not stage.left_out.bootstrap_check),
            termination_protection=stage.keep,
        )
        Tags.of(self).add("app", "vyapar")
        Tags.of(self).add("stage", stage.name)
        if stage.left_out.tls_only:
            for rule in ("AwsSolutions-S10", "AwsSolutions-SNS3", "AwsSolutions-SQS4"):
                because(self, rule, "The local engine speaks plain HTTP, on the loopback alone.")


class DataStack(_StageStack):
    """What people entrusted to us: a redeploy of the app can't touch it, and deleting the stack leaves it."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Data", stage, "Tables, buckets and accounts of the VyaparAI product catalog")
        logs = _access_logs(self, stage)
        self.foundation = FoundationData(self, stage)
        self.stores = StoresData(self, stage)
        self.catalog = CatalogData(self, stage)
        self.matching = MatchingData(self, stage, logs)
        self.inventory = InventoryData(self, stage)
        self.csv_import = CsvImportData(self, stage, logs)
        self.notifications = NotificationsData(self, stage)
        self.front = FrontData(self, stage)
        self.images = Bucket(self, "Images", stage=stage, logs=logs)

    def tables(self) -> dict[str, str]:
        """Label -> name."""
        return {c.label: c.name for c in self.node.find_all() if isinstance(c, Table)}

    def buckets(self) -> dict[str, str]:
        """Label -> name."""
        return {c.label.lower(): c.name for c in self.node.find_all() if isinstance(c, Bucket)}


class AppStack(_StageStack):
    """The services, each after those whose doors it uses."""

    def __init__(self, scope: Construct, stage: Stage, data: DataStack, assets: Assets) -> None:
        super().__init__(scope, "App", stage, "The services of the VyaparAI product catalog")
        foundation = Foundation(self, stage, data.foundation, assets)
        Publishing(foundation)
        stores = Stores(self, foundation, data.stores)
        catalog = Catalog(self, foundation, data.catalog, stores=stores)
        matching = Matching(self, foundation, data.matching, catalog=catalog)
        matching.grant_match(catalog.api)  # here, for matching itself stands on the catalog
        inventory = Inventory(self, foundation, data.inventory, stores=stores, catalog=catalog)
        CsvImport(
            self,
            foundation,
            data.csv_import,
            stores=stores,
            catalog=catalog,
            matching=matching,
            inventory=inventory,
        )
        Notifications(self, foundation, data.notifications, stores=stores, catalog=catalog)
        Front(self, foundation, data.front, stores=stores)

        self._tell("ApiId", foundation.api_id)
        self._tell("ApiUrl", foundation.api_url)
        self._tell("UserPoolId", data.foundation.people.user_pool_id)
        self._tell("UserPoolClientId", data.foundation.client.user_pool_client_id)
        self._tell("EventBusName", foundation.bus_name)
        self._tell("AlarmTopicArn", foundation.bell.topic_arn)
        self._tell("TableNames", data.tables())
        self._tell("BucketNames", data.buckets())

    def _tell(self, name: str, value: Any) -> None:
        CfnOutput(self, name, value=value if isinstance(value, str) else json.dumps(value, sort_keys=True))


def _access_logs(scope: Construct, stage: Stage) -> s3.Bucket:
    """Who asked which bucket for what, kept 180 days (CERT-In's directions of 28 April 2022)."""
    bucket = s3.Bucket(
        scope,
        "AccessLogs",
        versioned=True,
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=not stage.left_out.tls_only,
        minimum_tls_version=None if stage.left_out.tls_only else 1.2,
        removal_policy=RemovalPolicy.RETAIN,
        lifecycle_rules=[
            s3.LifecycleRule(expiration=Duration.days(180), noncurrent_version_expiration=Duration.days(7))
        ],
    )
    because(
        bucket,
        "AwsSolutions-S1",
        "It is where the others' access logs go; its own would go round in circles.",
    )
    return bucket
