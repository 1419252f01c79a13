"""Logs and metrics, one of each per process. The correlation id of a request or event is on every line."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit

from shared.aws.settings import Runtime, settings

_HIDDEN = "[hidden]"
_SECRET_KEYS = re.compile(r"phone|mobile|e-?mail|password|secret|authorization|token|gstin", re.IGNORECASE)
_SECRET_TEXTS = re.compile(
    r"""
    eyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?                       # a JSON Web Token
    | (?<=[Bb]earer[ ])\S+
    | (?<=X-Amz-Signature=)\w+ | (?<=X-Amz-Security-Token=)[\w%/+=]+
    | [\w.+-]+@[\w-]+\.[\w.-]+                             # an e-mail address
    | (?<![\w.-])(\+?91[ -]?|0)?[6-9]\d{4}[ -]?\d{5}(?!\w|[.-]\w)  # an Indian mobile number
    """,
    re.VERBOSE,
)


class _Discreet(LambdaPowertoolsFormatter):
    """JSON lines without people's numbers, addresses and tokens, wherever these stand: tracebacks quote input."""

    def serialize(self, log: Any) -> str:
        return super().serialize(_discreet(log))


def discreet() -> _Discreet:
    """The formatter of all our lines. A traceback is in them once, as text."""
    return _Discreet(utc=True, serialize_stacktrace=False)


def _discreet(value: Any) -> Any:
    if isinstance(value, str):
        return _SECRET_TEXTS.sub(_HIDDEN, value)
    if isinstance(value, dict):
        return {k: _HIDDEN if _SECRET_KEYS.search(str(k)) and v else _discreet(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_discreet(v) for v in value]
    return value


# By stderr: metrics have stdout to themselves.
logger = Logger(
    service=settings(Runtime).service,
    level=settings(Runtime).log_level,
    stream=sys.stderr,
    logger_formatter=discreet(),
)
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
