"""See ``services/csv_import``."""

from __future__ import annotations

from aws_cdk import Duration, Stack, Tags
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.foundation import Foundation
from cdk.reasons import because
from cdk.service import Service
from cdk.services.catalog import Catalog
from cdk.services.inventory import Inventory
from cdk.services.matching import Matching
from cdk.services.off_sync import OffSync
from cdk.services.stores import Stores
from cdk.stage import Stage
from cdk.storage import Bucket, Index, Table

# An import can be undone for 30 days; what undo and reports need must outlive that.
_KEPT = Duration.days(45)
# From here on a function has a whole CPU (1,769 MB by AWS's documentation); less would only take longer.
_FULL_CPU = 1769
# A partition of a table takes 1,000 write units a second, and all of a store's stock lies in one.
_WRITES_A_SECOND = 1000
_LOADER_TAG = "vyapar:catalog-loader"
_CATALOG_KEYS = ("imports/_catalog/*", "uploads/_catalog/*")


class CsvImportData(Construct):
    """CsvJobs, CsvJobParts, CsvMemory; the buckets ``imports`` for what people bring, ``work`` for what we make."""

    def __init__(self, scope: Construct, stage: Stage, logs: s3.IBucket) -> None:
        super().__init__(scope, "CsvImport")
        self.jobs = Table(
            self,
            "CsvJobs",
            "job_id",
            stage=stage,
            indexes=[
                Index("store_id", "created_at", name="by_store"),
                Index("kind", "created_at"),
                Index("listed", "created_at"),  # every job under one word: admins see all
                Index("working", "moved_at"),  # those that are not done: the watchdog sees which stand still
            ],
        )
        self.parts = Table(self, "CsvJobParts", "job_id", "part", stage=stage, ttl="expires_at")
        self.memory = Table(self, "CsvMemory", "store_id", "about", stage=stage, ttl="expires_at")
        self.imports = Bucket(
            self,
            "Imports",
            stage=stage,
            logs=logs,
            expire_after=_KEPT,
            tells_event_bridge=True,
            cors=[
                # A browser posts the form we signed; the signature is what counts, not the page's origin.
                s3.CorsRule(allowed_methods=[s3.HttpMethods.POST], allowed_origins=["*"], allowed_headers=["*"])
            ],
        )
        self.work = Bucket(self, "Work", stage=stage, logs=logs, expire_after=_KEPT)
        self._guard_the_catalog(stage)

    def _guard_the_catalog(self, stage: Stage) -> None:
        """Only roles tagged as catalog loaders put where a file changes every shop's catalog.

        A tag, because the signer's role lives in the app stack and this bucket must not depend on it.
        """
        self.imports.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OnlyCatalogLoaders",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["s3:PutObject"],
                resources=[f"{self.imports.arn}/{keys}" for keys in _CATALOG_KEYS],
                conditions={"StringNotEquals": {f"aws:PrincipalTag/{_LOADER_TAG}": "yes"}},
            )
        )
        loader = iam.Role(
            self,
            "CatalogLoader",
            assumed_by=iam.AccountRootPrincipal(),
            description="Assumed by whoever drops files for the shared catalog into the imports bucket.",
            inline_policies={
                "put": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(
                            actions=["s3:PutObject"], resources=[f"{self.imports.arn}/imports/_catalog/*"]
                        )
                    ]
                )
            },
        )
        Tags.of(loader).add(_LOADER_TAG, "yes")
        bucket = Stack.of(self).get_logical_id(self.imports.resource)
        because(
            loader,
            f"AwsSolutions-IAM5[Resource::<{bucket}.Arn>/imports/_catalog/*]",
            "File names are the loader's to choose; the folder is what it is held to.",
        )


class CsvImport(Service):
    """From a dropped file to stock, in five rooms, each entered once, and a sixth for the way back.

    on_upload plans, on_chunk reads and matches, on_link joins rows without a
    barcode to their goods, on_partition settles and applies, on_finish reports.
    on_undo takes it all out again; schedule helps on what stands still.
    Owns CsvJobs, CsvJobParts, CsvMemory. States ImportMappingRequested,
    ImportMapped, ImportStarted, ImportCompleted, ImportCancelled,
    ImportReverted, ImportFailed.
    """

    def __init__(
        self,
        scope: Construct,
        foundation: Foundation,
        data: CsvImportData,
        *,
        stores: Stores,
        catalog: Catalog,
        matching: Matching,
        inventory: Inventory,
        off_sync: OffSync,
    ) -> None:
        super().__init__(scope, foundation)
        jobs, parts, imports, work = data.jobs, data.parts, data.imports, data.work
        at_once = self.stage.import_concurrency

        uploads = self.queue("Uploads", worked_within=Duration.minutes(5))
        chunks = self.queue("Chunks", worked_within=Duration.minutes(2))
        links = self.queue("Links", worked_within=Duration.minutes(5))
        partitions = self.queue("Partitions", worked_within=Duration.minutes(5))
        undos = self.queue("Undos", worked_within=Duration.minutes(5))
        finishes = self.queue("Finishes", worked_within=Duration.minutes(10))
        self.rule_into(
            uploads,
            {
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {
                    "bucket": {"name": [imports.name]},
                    "object": {"key": [{"prefix": "imports/"}, {"prefix": "uploads/"}]},
                },
            },
            bus=None,
        )

        api = self.function("api")
        jobs.grant(api, "dynamodb:Query", indexes=["by_store", "by_kind", "by_listed"])
        jobs.grant(api, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
        imports.grant(api, "s3:PutObject", keys="uploads/*")  # in the forms it signs
        work.grant(api, "s3:GetObject", keys="reports/*")  # in the addresses it signs
        Tags.of(api.role or api).add(_LOADER_TAG, "yes")  # it signs for admins too; see the bucket's policy
        uploads.grant_send(api)  # a job whose columns have been told goes on
        undos.grant_send(api)
        foundation.grant_outbox(api)  # a job that is cancelled before anything is done states so
        stores.grant_membership(api)
        foundation.grant_idempotency(api)
        foundation.grant_cursors(api)
        self.route("/v1/stores/{store_id}/imports", api)
        self.route("/v1/imports", api)
        self.route("/v1/admin/imports", api)
        self.route("/v1/admin/catalog-imports", api)

        on_upload = self.worker("on_upload", uploads, memory=_FULL_CPU, concurrency=max(2, at_once // 2))
        jobs.grant(on_upload, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
        data.memory.grant(on_upload, "dynamodb:GetItem", "dynamodb:PutItem")
        imports.grant(on_upload, "s3:GetObject", "s3:GetObjectVersion", keys="*")
        self._let_work(on_upload, work)
        work.grant_missing(on_upload)
        chunks.grant_send(on_upload)
        stores.grant_members(on_upload)  # a store without people doesn't exist
        foundation.grant_outbox(on_upload)

        on_chunk = self.worker("on_chunk", chunks, memory=_FULL_CPU, concurrency=at_once)
        self._let_mark(on_chunk, jobs, parts)
        imports.grant(on_chunk, "s3:GetObject", "s3:GetObjectVersion", keys="*")
        self._let_work(on_chunk, work)
        work.grant(on_chunk, "s3:GetObject", keys="reports/*")  # which rows of the same file had failed
        work.grant_missing(on_chunk)
        links.grant_send(on_chunk)
        matching.grant_match(on_chunk)

        on_link = self.worker("on_link", links, memory=_FULL_CPU, concurrency=at_once)
        self._let_mark(on_link, jobs, parts)
        parts.grant(on_link, "dynamodb:Query")
        self._let_work(on_link, work)
        partitions.grant_send(on_link)
        matching.grant_match(on_link)

        pace = {"WRITES_A_SECOND": str(_WRITES_A_SECOND // at_once)}
        on_partition = self.worker("on_partition", partitions, memory=_FULL_CPU, concurrency=at_once, env=pace)
        self._let_mark(on_partition, jobs, parts)
        parts.grant(on_partition, "dynamodb:Query")
        self._let_work(on_partition, work)
        work.grant_missing(on_partition)
        finishes.grant_send(on_partition)
        catalog.grant_bulk(on_partition)
        catalog.grant_lookup(on_partition)  # a dry run only looks what it would find
        inventory.grant_put_back(on_partition)  # what a try has written that was given up
        inventory.grant_following(on_partition)
        inventory.grant_elsewhere(on_partition)
        catalog.grant_withdraw(on_partition)
        off_sync.grant_look_up(on_partition)

        on_undo = self.worker("on_undo", undos, memory=_FULL_CPU, concurrency=at_once, env=pace)
        self._let_mark(on_undo, jobs, parts)
        self._let_work(on_undo, work)
        work.grant_missing(on_undo)
        finishes.grant_send(on_undo)
        catalog.grant_withdraw(on_undo)
        inventory.grant_put_back(on_undo)
        inventory.grant_elsewhere(on_undo)

        on_finish = self.worker("on_finish", finishes, memory=_FULL_CPU, concurrency=max(2, at_once // 2))
        jobs.grant(on_finish, "dynamodb:GetItem", "dynamodb:UpdateItem")
        finishes.grant_send(on_finish)  # again, until the search sees what was loaded
        matching.grant_match(on_finish)
        parts.grant(on_finish, "dynamodb:Query")
        work.grant(on_finish, "s3:GetObject", keys="jobs/*")
        work.grant_missing(on_finish)
        imports.grant(on_finish, "s3:GetObject", "s3:GetObjectVersion", keys="*")  # the report repeats the rows
        work.grant(on_finish, "s3:GetObject", "s3:PutObject", keys="reports/*")
        foundation.grant_outbox(on_finish)

        schedule = self.schedule("schedule", "rate(5 minutes)")
        jobs.grant(schedule, "dynamodb:Query", indexes=["by_working"])
        jobs.grant(schedule, "dynamodb:BatchGetItem", "dynamodb:UpdateItem")
        parts.grant(schedule, "dynamodb:Query")
        imports.grant_missing(schedule)  # has the file come that nobody told of?
        foundation.grant_outbox(schedule)
        for queue in (uploads, chunks, links, partitions, undos, finishes):
            queue.grant_send(schedule)

    def _let_mark(self, fn: lambda_.Function, jobs: Table, parts: Table) -> None:
        """Mark a part as done and count it, in one transaction, unless it is done."""
        jobs.grant(fn, "dynamodb:GetItem", "dynamodb:UpdateItem")
        parts.grant(fn, "dynamodb:GetItem", "dynamodb:PutItem")

    def _let_work(self, fn: lambda_.Function, work: Bucket) -> None:
        """Read and write the job's own files."""
        work.grant(fn, "s3:GetObject", "s3:PutObject", keys="jobs/*")
