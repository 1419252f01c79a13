"""Logs and metrics, one of each per process. The correlation id of a request or event is on every line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from shared.aws.settings import Runtime, settings

# By stderr: metrics have stdout to themselves.
logger = Logger(service=settings(Runtime).service, level=settings(Runtime).log_level, utc=True, stream=sys.stderr)
metrics = Metrics(namespace="Vyapar", service=settings(Runtime).service)


def follow(correlation_id: str, **keys: Any) -> None:
    """From here on each log line carries these."""
    logger.clear_state()
    logger.append_keys(correlation_id=correlation_id, **keys)


def metered(handler: Callable[[dict[str, Any], Any], Any]) -> Callable[[dict[str, Any], Any], Any]:
    """A Lambda handler whose metrics go out when it ends, if it counted any."""

    @wraps(handler)
    def metering(event: dict[str, Any], context: Any) -> Any:
        try:
            return handler(event, context)
        finally:
            if metrics.metric_set:
                metrics.flush_metrics()

    return metering


def count(name: str, value: float = 1) -> None:
    """Adds to a count metric (EMF)."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
