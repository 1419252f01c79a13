"""See ``services/localization``."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.foundation import Foundation
from cdk.reasons import because
from cdk.service import Service
from cdk.services.catalog import Catalog
from cdk.services.stores import Stores
from cdk.stage import Stage
from cdk.storage import Index, Table, allow
from events.catalog import ProductCreated, ProductUpdated, ProductVerified


class LocalizationData(Construct):
    """RegionalNames, StoreNames, and Translations, which could be made anew."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Localization")
        self.names = Table(
            self,
            "RegionalNames",
            "product_id",
            "name_id",
            stage=stage,
            indexes=[Index("waiting", "created_at")],  # decided names have no ``waiting``
        )
        self.store_names = Table(self, "StoreNames", "store_id", "place", stage=stage)
        self.translations = Table(self, "Translations", "text", "language", stage=stage)


class Localization(Service):
    """What products are called, region by region. Owns RegionalNames, StoreNames and Translations.

    States RegionalNameSuggested, RegionalNameSettled.
    """

    def __init__(
        self, scope: Construct, foundation: Foundation, data: LocalizationData, *, stores: Stores, catalog: Catalog
    ) -> None:
        super().__init__(scope, foundation)
        self._data = data

        api = self.function("api", env={"AGREEMENT_STORES": str(self.stage.agreement_stores)})
        data.names.grant(api, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem")
        data.names.grant(api, "dynamodb:Query", indexes=["by_waiting"])
        data.store_names.grant(api, "dynamodb:PutItem", "dynamodb:DeleteItem")
        catalog.grant_amend(api)
        stores.grant_stores_of(api)
        foundation.grant_outbox(api)
        foundation.grant_idempotency(api)
        foundation.grant_cursors(api)
        self.route("/v1/products/{product_id}/regional-names", api)
        self.route("/v1/admin/regional-names", api)

        subscriptions = self.subscribe(
            "subscriptions",
            ProductCreated,
            ProductVerified,
            ProductUpdated,
            env={
                "TRANSLATE_CHARACTERS_A_DAY": str(self.stage.translate_characters_a_day),
                "TRANSLATE_TERMINOLOGY": f"vyapar-{self.stage.name}",
            },
            timeout=Duration.minutes(2),  # nine requests of seconds each
            window=Duration.seconds(5),  # the more come together, the fewer are the requests
        )
        data.names.grant(subscriptions, "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem")
        data.translations.grant(subscriptions, "dynamodb:BatchGetItem", "dynamodb:Query")
        data.translations.grant(subscriptions, "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
        catalog.grant_amend(subscriptions)
        translate = ("TranslateText", "GetTerminology", "ImportTerminology")
        allow(subscriptions, [f"translate:{action}" for action in translate], ["*"])
        because(
            subscriptions.role or subscriptions,
            "AwsSolutions-IAM5[Resource::*]",
            "Amazon Translate asks for all resources here; the terminology is the one that our settings name.",
        )

    def grant_called(self, fn: lambda_.Function) -> None:
        """The door ``localization.client`` for those who search in a store's own words."""
        self._data.store_names.grant(fn, "dynamodb:Query")
