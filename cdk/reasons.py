"""Where a rule of cdk-nag is not followed, the reason stands beside the resource, in one form."""

from __future__ import annotations

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def because(construct: IConstruct, rule: str, reason: str) -> None:
    """This construct departs from ``rule`` (as ``AwsSolutions-COG2``), for ``reason``."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
