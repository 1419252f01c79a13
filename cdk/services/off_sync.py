"""See ``services/off_sync``."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.foundation import Foundation
from cdk.service import Service
from cdk.services.catalog import Catalog
from cdk.stage import Stage
from cdk.storage import Bucket, Index, Table, allow

# A dump is opened as fast as one CPU can; below this there is less than one.
_FULL_CPU = 1769
_ASKING = ("core", "off")


class OffSyncData(Construct):
    """OffProducts, which is theirs and stays a table of its own; OffRuns and OffLimits."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "OffSync")
        self.products = Table(self, "OffProducts", "code", stage=stage, indexes=[Index("waiting", "code")])
        self.runs = Table(self, "OffRuns", "run_id", stage=stage, indexes=[Index("listed", "started_at")])
        self.limits = Table(self, "OffLimits", "about", stage=stage, ttl="expires_at")


class OffSync(Service):
    """What Open Food Facts knows of the goods on Indian shelves.

    Owns OffProducts, OffRuns, OffLimits. States OffSyncCompleted, OffSyncFailed, OffSyncMissed.
    """

    def __init__(
        self, scope: Construct, foundation: Foundation, data: OffSyncData, *, catalog: Catalog, images: Bucket
    ) -> None:
        super().__init__(scope, foundation)
        self._data = data
        syncs = self.queue("OffSyncs", worked_within=Duration.minutes(15))

        api = self.function("api")
        data.runs.grant(api, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem")
        data.runs.grant(api, "dynamodb:Query", indexes=["by_listed"])
        data.limits.grant(api, "dynamodb:GetItem")
        syncs.grant_send(api)
        foundation.grant_outbox(api)
        foundation.grant_idempotency(api)
        foundation.grant_cursors(api)
        self.route("/v1/admin/off-syncs", api)
        self.route("/v1/attribution", api, method="GET", below=False, open_to_all=True)

        worker = self.worker("worker", syncs, env=self._source(), memory=_FULL_CPU, layers=_ASKING, concurrency=2)
        self._grant_rows(worker, catalog)
        data.products.grant(worker, "dynamodb:Scan")
        data.products.grant(worker, "dynamodb:Query", indexes=["by_waiting"])
        data.products.grant(worker, "dynamodb:BatchGetItem")
        data.runs.grant(worker, "dynamodb:GetItem", "dynamodb:PutItem")
        images.grant(worker, "s3:PutObject", keys="uploads/*")
        foundation.grant_outbox(worker)
        syncs.grant_send(worker)

        schedule = self.schedule("schedule", self.stage.off_every, env=self._source())
        data.runs.grant(schedule, "dynamodb:GetItem", "dynamodb:PutItem")
        foundation.grant_outbox(schedule)
        syncs.grant_send(schedule)

        on_watch = self.schedule("on_watch", "rate(1 hour)", env=self._source())
        data.runs.grant(on_watch, "dynamodb:GetItem")
        data.limits.grant(on_watch, "dynamodb:GetItem", "dynamodb:UpdateItem")
        foundation.grant_outbox(on_watch)
        syncs.grant_send(on_watch)

        foundation.bell.alarm(
            self,
            "silence",
            what="No run with Open Food Facts was completed for a day and a half",
            namespace="Vyapar",
            metric="OffSilentHours",
            statistic="Maximum",
            dimensions={"service": self.label},
            seconds=3600,
            above=36,
        )

        # A person waits at a counter; whoever asked goes on without it.
        self._on_lookup = self.function(
            "on_lookup", env=self._source(), timeout=Duration.seconds(5), memory=_FULL_CPU, layers=_ASKING
        )
        self._grant_rows(self._on_lookup, catalog)
        data.products.grant(self._on_lookup, "dynamodb:GetItem")

    def grant_look_up(self, fn: lambda_.Function) -> None:
        """The door ``off_sync.client``: a barcode to the function that may ask."""
        allow(fn, ["lambda:InvokeFunction"], [self._on_lookup.function_arn])
        fn.add_environment("OFF_LOOKUP_FUNCTION", self._on_lookup.function_name)

    def _grant_rows(self, fn: lambda_.Function, catalog: Catalog) -> None:
        """Keep their documents and file them in the catalog, within the limits."""
        self._data.products.grant(fn, "dynamodb:UpdateItem")
        self._data.limits.grant(fn, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
        catalog.grant_lookup(fn)
        catalog.grant_bulk(fn)
        catalog.grant_amend(fn)

    def _source(self) -> dict[str, str]:
        """Where they are, as the stage says; what it doesn't say has its default in the settings."""
        stage = self.stage
        told = {
            "OFF_BASE_URL": stage.off_base_url,
            "OFF_STATIC_URL": stage.off_static_url,
            "OFF_DUMPS_URL": stage.off_dumps_url,
            "OFF_IMAGES_URL": stage.off_images_url,
            "OFF_CONTACT": stage.off_contact,
            "OFF_BASES": stage.off_bases,
            "OFF_KIND": stage.off_kind,
            "OFF_READS_A_MINUTE": str(stage.off_reads_a_minute),
            "OFF_SEARCHES_A_MINUTE": str(stage.off_searches_a_minute),
        }
        return {name: value for name, value in told.items() if value}
