"""See ``services/stores``."""

from __future__ import annotations

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.foundation import Foundation
from cdk.service import Service
from cdk.stage import Stage
from cdk.storage import Index, Table


class StoresData(Construct):
    """Stores, Memberships."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Stores")
        self.stores = Table(
            self,
            "Stores",
            "store_id",
            stage=stage,
            indexes=[Index("kind", "created_at", name="by_created")],
        )
        self.memberships = Table(
            self,
            "Memberships",
            "user_id",
            "store_id",
            stage=stage,
            indexes=[Index("store_id", "user_id", whole=True, name="by_store")],
        )


class Stores(Service):
    """Shops and who belongs to them. Owns Stores, Memberships. States StoreRegistered."""

    def __init__(self, scope: Construct, foundation: Foundation, data: StoresData) -> None:
        super().__init__(scope, foundation)
        self._memberships = data.memberships

        api = self.function("api")
        data.stores.grant(api, "dynamodb:Query", indexes=["by_created"])
        data.stores.grant(api, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem")
        data.memberships.grant(api, "dynamodb:PutItem", "dynamodb:UpdateItem")
        self.grant_membership(api)
        self.grant_stores_of(api)
        foundation.grant_outbox(api)
        foundation.grant_idempotency(api)
        foundation.grant_cursors(api)
        self.route("/v1/stores", api, below=False)
        self.route("/v1/stores/{store_id}", api, below=False)
        self.route("/v1/me", api, below=False)

    def grant_membership(self, fn: lambda_.Function) -> None:
        """For the guard of what is under a store: is there such a store, and is this person of it?"""
        self._memberships.grant(fn, "dynamodb:GetItem")
        self.grant_members(fn)

    def grant_members(self, fn: lambda_.Function) -> None:
        """Who is of this store?"""
        self._memberships.grant(fn, "dynamodb:Query", indexes=["by_store"])

    def grant_stores_of(self, fn: lambda_.Function) -> None:
        """For the guard of what is for people of any store, and for words in a person's own language: which stores is
        this person of?
        """
        self._memberships.grant(fn, "dynamodb:Query")
