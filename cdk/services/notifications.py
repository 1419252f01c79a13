"""See ``services/notifications``."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ses as ses
from constructs import Construct

from cdk.foundation import Foundation
from cdk.reasons import because
from cdk.service import Service
from cdk.services.catalog import Catalog
from cdk.services.stores import Stores
from cdk.stage import Stage
from cdk.storage import Table, allow
from events.catalog import ProductMerged, ProductRejected, ProductReturned, ProductVerified
from events.csv_import import (
    ImportCancelled,
    ImportCompleted,
    ImportFailed,
    ImportMappingRequested,
    ImportReverted,
)
from events.image_ingest import ImageRejected
from events.inventory import LotExpired, LotExpiring, LowStockReached
from events.localization import RegionalNameSettled, RegionalNameSuggested
from events.off_sync import OffSyncFailed, OffSyncMissed
from events.quality_review import ReviewRequested, SuggestionSettled


class NotificationsData(Construct):
    """Notifications."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Notifications")
        self.notifications = Table(self, "Notifications", "audience", "notice_id", stage=stage, ttl="expires_at")


class Notifications(Service):
    """Who is told what, in the app and by mail. Owns Notifications."""

    def __init__(
        self,
        scope: Construct,
        foundation: Foundation,
        data: NotificationsData,
        *,
        stores: Stores,
        catalog: Catalog,
    ) -> None:
        super().__init__(scope, foundation)

        api = self.function("api")
        data.notifications.grant(api, "dynamodb:Query", "dynamodb:UpdateItem")
        stores.grant_membership(api)
        stores.grant_stores_of(api)
        foundation.grant_idempotency(api)
        foundation.grant_cursors(api)
        self.route("/v1/admin/notifications", api)
        self.route("/v1/stores/{store_id}/notifications", api)

        subscriptions = self.subscribe(
            "subscriptions",
            ImportMappingRequested,
            ImportCompleted,
            ImportCancelled,
            ImportReverted,
            ImportFailed,
            LowStockReached,
            LotExpiring,
            LotExpired,
            ReviewRequested,
            ProductVerified,
            ProductRejected,
            ProductReturned,
            ProductMerged,
            SuggestionSettled,
            RegionalNameSuggested,
            RegionalNameSettled,
            ImageRejected,
            OffSyncFailed,
            OffSyncMissed,
        )
        data.notifications.grant(subscriptions, "dynamodb:GetItem", "dynamodb:PutItem")
        catalog.grant_facts(subscriptions)  # goods are told of by their names
        stores.grant_stores_of(subscriptions)

        schedule = self.schedule("schedule", "rate(1 minute)")
        data.notifications.grant(schedule, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query")
        data.notifications.grant(schedule, "dynamodb:PutItem", "dynamodb:DeleteItem")
        stores.grant_members(schedule)
        foundation.grant_people(schedule)
        self._let_send(schedule)
        self._let_look_for_dead_letters(schedule)

    def _let_send(self, fn: lambda_.Function) -> None:
        """Lets ``fn`` send mails from the stage's address, by that identity or its domain's."""
        sender = self.stage.mail_from
        fn.add_environment("MAIL_FROM", sender)
        fn.add_environment("MAILS_APART", str(self.stage.mails_apart))
        if self.stage.left_out.mail_identity:
            ses.CfnEmailIdentity(self, "Sender", email_identity=sender)
            allow(fn, ["ses:SendEmail"], ["*"])
        elif sender:
            names = (sender, sender.partition("@")[2])
            arns = [Stack.of(self).format_arn(service="ses", resource="identity", resource_name=n) for n in names]
            allow(fn, ["ses:SendEmail"], arns)

    def _let_look_for_dead_letters(self, fn: lambda_.Function) -> None:
        """Lets ``fn`` find our queues and see what is in them, but not read it."""
        outermost = Stack.of(self)
        while outermost.nested_stack_parent:
            outermost = outermost.nested_stack_parent
        prefix = f"{outermost.stack_name}-"
        fn.add_environment("QUEUES_PREFIX", prefix)
        fn.add_environment("QUEUES_LOOKED_AT", str(self.stage.dead_letters_looked_at))
        ours = Stack.of(self).format_arn(service="sqs", resource=f"{prefix}*")
        allow(fn, ["sqs:ListQueues"], ["*"])
        allow(fn, ["sqs:GetQueueAttributes", "sqs:ListQueueTags"], [ours])
        because(
            fn.role or fn,
            "AwsSolutions-IAM5[Resource::*]",
            "ListQueues knows no resources and tells names alone; the local engine has none for mails.",
        )
        because(
            fn.role or fn,
            f"AwsSolutions-IAM5[Resource::{_as_text(Stack.of(self), ours)}]",
            "How much lies in each of our queues: naming fifty would pass the size of a policy.",
        )


def _as_text(stack: Stack, arn: str) -> str:
    """An ARN as cdk-nag writes it."""
    said = stack.resolve(arn)
    parts = said["Fn::Join"][1] if isinstance(said, dict) else [said]
    return "".join(part if isinstance(part, str) else f"<{part['Ref']}>" for part in parts)
