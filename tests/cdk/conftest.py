"""The app is synthesised once a stage; all tests look at the same templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdk.app import build_app
from cdk.stage import STAGES, StageName
from tests.cdk.template import Synthesised


def _synthesise(name: StageName, folder: Path) -> Synthesised:
    build_app(STAGES[name], outdir=str(folder)).synth()
    return Synthesised.read(STAGES[name], folder)


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """As it goes to AWS."""
    return _synthesise("prod", tmp_path_factory.mktemp("prod"))


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """As it goes to the local engine."""
    return _synthesise("local", tmp_path_factory.mktemp("local"))
