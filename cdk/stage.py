"""The stages: the same app, sized, kept and guarded differently. No account ids: the caller's counts."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass, field
from typing import Literal, get_args

StageName = Literal["local", "dev", "staging", "prod"]


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What a stage does without. THE place to look when something works here and not there.

    Only the local engine makes us leave things out; each line says what it lacks. What it merely ignores
    (encryption, PITR, TTL, lifecycle, throttling, access logs) stays declared; tests prove it on templates.
    """

    source_condition: bool = False
    """The condition ``events:source`` on PutEvents: the engine doesn't know the key and refuses all."""

    tls_only: bool = False
    """Refusing plain HTTP to buckets, queues and topics: the engine speaks just that, on the loopback."""

    snap_start: bool = False
    """SnapStart: the engine keeps its processes warm; versions and aliases would only slow a redeploy."""

    batch_window: bool = False
    """The window in which messages gather: the engine hands on ten at a time, at once. Who minds paces itself."""

    web: bool = False
    """The web stack: names of distributions don't resolve on one machine; local/proxy.py is the web origin there."""
    mail_identity: bool = False
    """The identity that the operator has verified at SES: the engine takes the one that the template makes, and asks
    who sends for leave to all."""

    bootstrap_check: bool = False
    """The look at the version of the CDK bootstrap: the engine is deployed to without one."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """What dependencies and bytecode are built for."""

    python: str
    """As in "3.13"."""

    machine: Literal["x86_64", "arm64"]

    system: Literal["linux", "darwin"] = "linux"

    @property
    def uv_platform(self) -> str:
        """As uv names it. Linux means glibc 2.28 here, which Amazon Linux 2023 (2.34) covers."""
        vendor = {"linux": "unknown-linux-gnu", "darwin": "apple-darwin"}[self.system]
        return f"{'aarch64' if self.machine == 'arm64' else 'x86_64'}-{vendor}"

    @property
    def key(self) -> str:
        """Fit for a folder's name: without a dot, for CDK would take what follows it for an extension."""
        return f"py{self.python.replace('.', '')}-{self.system}-{self.machine}"


LAMBDA = Target(python="3.13", machine="arm64")


def this_machine() -> Target:
    """The local engine runs Lambdas on the interpreter it has, whatever the template names."""
    machine: Literal["x86_64", "arm64"] = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    system: Literal["linux", "darwin"] = "darwin" if sys.platform == "darwin" else "linux"
    return Target(python=f"{sys.version_info.major}.{sys.version_info.minor}", machine=machine, system=system)


def _told(name: str, otherwise: str = "") -> str:
    """What whoever deploys has said in the environment."""
    return os.environ.get(name, otherwise)


def _off_kind() -> Literal["delta", "search"]:
    return "search" if _told("OFF_KIND") == "search" else "delta"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage of the app."""

    name: StageName
    target: Target = LAMBDA
    """What dependencies and bytecode are built for."""

    left_out: LeftOut = field(default_factory=LeftOut)

    password_login: bool = False
    """USER_PASSWORD_AUTH beside SRP, so that a script can sign in."""

    snap_start: bool = False
    """Interactive functions start from a snapshot (it costs by the hour, so where people wait)."""

    keep: bool = True
    """Deletion protection on tables and user pool, and log groups that outlive their stack."""

    log_days: int = 30
    """How long logs are kept."""

    log_level: Literal["DEBUG", "INFO"] = "INFO"
    """From which level on a line is logged."""

    requests_per_second: int = 50
    """Throttle of the API."""

    burst: int = 100
    """How many requests at once the throttle lets through."""

    import_concurrency: int = 10
    """Functions at once per room of an import: a partition takes 1,000 writes a second, more only waits."""

    agreement_stores: int = 3
    """How many stores must suggest the same of a product for it to be taken over without a reviewer."""

    translate_characters_a_day: int = 0
    """So many characters at most are sent to Amazon Translate in a day (a million cost 15 USD); 0: none."""

    visibility_factor: int = 6
    """A queue hides a message for this many times the timeout of its worker (AWS asks for six) ..."""

    visibility_at_most: int = 12 * 3600
    """... and for this many seconds at most."""

    send_batch_is_an_action: bool = False
    """The engine asks for a permission ``sqs:SendMessageBatch``, which AWS doesn't have (SendMessage covers it)."""

    mail_from: str = ""
    """The address that mails come from, which SES has verified; empty: none are sent. On AWS ``SENDER`` says it."""

    mails_apart: int = 15 * 60
    """Seconds from one mail to a person to the next; what comes meanwhile is gathered."""

    dead_letters_looked_at: int = 5
    """Minutes from one look at the queues of dead letters to the next."""
    off_base_url: str = "https://world.{site}.org"
    """Open Food Facts' API; empty: it is never asked."""

    off_static_url: str = "https://static.{site}.org"
    """Its dumps and deltas; where the API is unless told."""

    off_dumps_url: str = "https://openfoodfacts-ds.s3.eu-west-3.amazonaws.com"
    """Where its dumps are, when the server above sends on who wants one."""

    off_images_url: str = "https://images.{site}.org"
    """Its pictures; where the API is unless told."""

    off_contact: str = _told("OFF_CONTACT")
    """Whom it may write to when we are a nuisance; without one it is never asked."""

    off_bases: str = _told("OFF_BASES", "food,beauty,products,petfood")
    """Which of its sisters are asked."""

    off_kind: Literal["delta", "search"] = _off_kind()
    """By files, or by pages of its search where dumps are not wanted."""

    off_every: str = _told("OFF_EVERY", "cron(0 5 * * ? *)")
    """When a run begins, in Indian time."""

    off_reads_a_minute: int = int(_told("OFF_READS_A_MINUTE", "10"))
    """So many products at most are asked for in a minute; they allow 15."""

    off_searches_a_minute: int = int(_told("OFF_SEARCHES_A_MINUTE", "6"))
    """So many pages of searches at most in a minute; they allow 10."""

    fixed_api_id: str | None = None
    """The engine takes an API id by tag, so that addresses survive a redeploy."""


STAGES: dict[StageName, Stage] = {
    "local": Stage(
        name="local",
        target=this_machine(),
        left_out=LeftOut(
            source_condition=True,
            tls_only=True,
            snap_start=True,
            batch_window=True,
            mail_identity=True,
            web=True,
            bootstrap_check=True,
        ),
        password_login=True,
        keep=False,
        log_days=1,
        requests_per_second=1000,
        burst=2000,
        import_concurrency=4,  # each is a process on one small machine
        visibility_factor=1,  # after a crash nobody waits half an hour ...
        visibility_at_most=60,  # ... and who is slower than this is doubled, which changes nothing
        send_batch_is_an_action=True,
        mail_from="catalog@vyapar.example",
        mails_apart=60,  # whoever tries it out waits for the mail
        dead_letters_looked_at=1,
        fixed_api_id="vyapar",
        # On one machine Open Food Facts is asked only when somebody says so.
        off_base_url=_told("OFF_BASE_URL"),
        off_static_url=_told("OFF_STATIC_URL"),
        off_dumps_url=_told("OFF_DUMPS_URL"),
        off_images_url=_told("OFF_IMAGES_URL"),
        off_contact=_told("OFF_CONTACT", "catalog@example.com"),
        off_bases=_told("OFF_BASES", "food"),
    ),
    "dev": Stage(
        name="dev",
        password_login=True,
        keep=False,
        log_days=7,
        log_level="DEBUG",
    ),
    "staging": Stage(
        name="staging",
        snap_start=True,
        translate_characters_a_day=10_000,
    ),
    "prod": Stage(
        name="prod",
        snap_start=True,
        log_days=180,  # CERT-In's directions of 28 April 2022, (iv): logs are kept for 180 days
        translate_characters_a_day=100_000,
        requests_per_second=500,
        burst=1000,
    ),
}


def stage_named(name: str) -> Stage:
    """The stage of a name. Raises ValueError naming the ones there are."""
    for known in get_args(StageName):
        if name == known:
            return STAGES[known]
    raise ValueError(f"There is no stage {name!r}; choose one of {', '.join(STAGES)}.")
