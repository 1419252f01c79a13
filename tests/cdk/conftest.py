"""The app of each stage is synthesised once, under the eyes of cdk-nag; all tests look at the same templates."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks

from cdk.app import build_app
from cdk.stage import STAGES, StageName
from tests.cdk.start import Start, start
from tests.cdk.template import Synthesised

Synthesise = Callable[[StageName], Synthesised]


@pytest.fixture(scope="session")
def synthesise(tmp_path_factory: pytest.TempPathFactory) -> Synthesise:
    """The app of a stage, by its name."""

    @cache
    def synthesise(name: StageName) -> Synthesised:
        folder = tmp_path_factory.mktemp(name)
        app = build_app(STAGES[name], outdir=str(folder))
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
        try:
            app.synth()
        except Exception:
            if not (folder / "validation-report.json").exists():
                raise
        return Synthesised.read(STAGES[name], folder)  # with the findings, which have a test of their own

    return synthesise


@pytest.fixture(scope="session", params=STAGES)
def every(request: pytest.FixtureRequest, synthesise: Synthesise) -> Synthesised:
    """Each stage in turn."""
    return synthesise(request.param)


@pytest.fixture(scope="session")
def prod(synthesise: Synthesise) -> Synthesised:
    """As it goes to AWS."""
    return synthesise("prod")


@pytest.fixture(scope="session")
def local(synthesise: Synthesise) -> Synthesised:
    """As it goes to the local engine."""
    return synthesise("local")


@pytest.fixture(scope="session")
def starts(local: Synthesised) -> dict[str, Start]:
    """Each function started once, by its module."""
    return {fn.module: start(fn) for fn in local.app.functions}
