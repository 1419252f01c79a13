"""What AWS would ask for: list prices in US dollars, Mumbai (ap-south-1), 17 September 2026, without the free tier.

DynamoDB (on demand) and Lambda (arm64, first tier): AWS's Price List API for the region, read that day and quoted by a
public project's cost report. S3: the region's request prices in a public estimate. SQS (standard) and EventBridge
(custom events): the list price of other regions; no source that we saw names Mumbai's.
Left out is what doesn't follow the rows: storage, logs, polls of empty queues.
"""

from __future__ import annotations

from typing import Final, NamedTuple

REGION: Final = "ap-south-1"
READ_ON: Final = "2026-09-17"

WRITE_UNIT: Final = 0.71e-6
READ_UNIT: Final = 0.1425e-6
GB_SECOND: Final = 13.3334e-6
INVOCATION: Final = 0.20e-6
SQS_REQUEST: Final = 0.40e-6
EVENT: Final = 1.00e-6
S3_WRITE: Final = 5.00e-6
S3_READ: Final = 0.40e-6


class Usage(NamedTuple):
    """What a run used. Requests of SQS and events are of 64 KB each; S3 writes are PUT, COPY, POST and LIST."""

    write_units: float = 0
    read_units: float = 0
    gb_seconds: float = 0
    invocations: int = 0
    sqs_requests: int = 0
    events: int = 0
    s3_writes: int = 0
    s3_reads: int = 0

    def dollars(self) -> dict[str, float]:
        """What it costs, by what it is for."""
        return {
            "writes": self.write_units * WRITE_UNIT,
            "reads": self.read_units * READ_UNIT,
            "Lambda": self.gb_seconds * GB_SECOND + self.invocations * INVOCATION,
            "SQS": self.sqs_requests * SQS_REQUEST,
            "events": self.events * EVENT,
            "S3": self.s3_writes * S3_WRITE + self.s3_reads * S3_READ,
        }
