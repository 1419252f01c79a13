"""How stated events reach the bus."""

from __future__ import annotations

from cdk.foundation import Foundation
from cdk.service import Service
from cdk.storage import allow


class Publishing(Service):
    """From the outbox to the bus: the relay at once, the sweeper a minute later for what a crash left."""

    package = "shared.aws"

    def __init__(self, foundation: Foundation) -> None:
        super().__init__(foundation, foundation)
        outbox = foundation.data.outbox
        relay = self.on_stream("relay", outbox, only=["INSERT"])
        outbox.grant(relay, "dynamodb:UpdateItem")
        sweeper = self.schedule("sweeper", "rate(1 minute)")
        outbox.grant(sweeper, "dynamodb:Query", indexes=["by_unsent"])
        outbox.grant(sweeper, "dynamodb:BatchGetItem", "dynamodb:UpdateItem")
        for fn in (relay, sweeper):
            allow(fn, ["events:PutEvents"], [foundation.bus_arn])  # the outbox speaks for every service
