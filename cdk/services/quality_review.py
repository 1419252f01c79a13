"""See ``services/quality_review``."""

from __future__ import annotations

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from cdk.foundation import Foundation
from cdk.service import Service
from cdk.services.catalog import Catalog
from cdk.services.matching import Matching
from cdk.services.stores import Stores
from cdk.stage import Stage
from cdk.storage import Index, Table
from events import quality_review as stated
from events.catalog import (
    ProductCreated,
    ProductMerged,
    ProductMergeReverted,
    ProductRejected,
    ProductReturned,
    ProductUpdated,
    ProductVerified,
)
from events.image_ingest import LookalikesDetected
from events.matching import PairJudged


class QualityReviewData(Construct):
    """Reviews and Suggestions."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "QualityReview")
        self.reviews = Table(
            self,
            "Reviews",
            "product_id",
            stage=stage,
            # What waits, in order of harm and age; settled ones have no ``queue``.
            indexes=[Index("queue", "rank", also=("reasons", "claimed_until"))],
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        )
        self.suggestions = Table(self, "Suggestions", "product_id", "suggestion_id", stage=stage)


class QualityReview(Service):
    """What waits for a person, and what people decide. Owns Reviews and Suggestions.

    States ReviewRequested, ReviewSettled, SuggestionSettled.
    """

    def __init__(
        self,
        scope: Construct,
        foundation: Foundation,
        data: QualityReviewData,
        *,
        stores: Stores,
        catalog: Catalog,
        matching: Matching,
    ) -> None:
        super().__init__(scope, foundation)

        api = self.function("api")
        data.reviews.grant(api, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem")
        data.reviews.grant(api, "dynamodb:Query", indexes=["by_queue"])
        data.suggestions.grant(api, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem")
        catalog.grant_decide(api)
        matching.grant_apart(api)
        stores.grant_membership(api)
        stores.grant_stores_of(api)
        foundation.grant_outbox(api)
        foundation.grant_idempotency(api)
        foundation.grant_cursors(api)
        self.route("/v1/admin/reviews", api)
        self.route("/v1/products/{product_id}/suggestions", api, below=False)

        subscriptions = self.subscribe(
            "subscriptions",
            ProductCreated,
            ProductUpdated,
            ProductVerified,
            ProductRejected,
            ProductReturned,
            ProductMerged,
            ProductMergeReverted,
            LookalikesDetected,
            PairJudged,
        )
        data.reviews.grant(subscriptions, "dynamodb:GetItem", "dynamodb:PutItem")
        data.suggestions.grant(subscriptions, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem")
        catalog.grant_facts(subscriptions)
        matching.grant_match(subscriptions)
        matching.grant_apart(subscriptions)
        foundation.grant_outbox(subscriptions)

        on_review_change = self.on_stream(
            "on_review_change", data.reviews, env={"AGREEMENT_STORES": str(self.stage.agreement_stores)}
        )
        data.reviews.grant(on_review_change, "dynamodb:GetItem", "dynamodb:PutItem")
        data.suggestions.grant(on_review_change, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem")
        catalog.grant_amend(on_review_change)
        foundation.grant_outbox(on_review_change)
        foundation.grant_publish(on_review_change, stated.SOURCE)
