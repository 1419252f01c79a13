"""Where the local system keeps its things: one folder, thrown away by `make reset`."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[1]
REGION: Final = "ap-south-1"
ACCOUNT = "000000000000"


@dataclass(frozen=True)
class Home:
    """One local system. Tests make one of their own, so that they never meet a person's data."""

    path: Path = ROOT / ".local"

    @classmethod
    def current(cls) -> "Home":
        """The one named by LOCAL_HOME, else `.local` in the repo."""
        return cls(Path(os.environ.get("LOCAL_HOME", ROOT / ".local")).resolve())

    @property
    def state(self) -> Path:
        return self.path / "state"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def tmp(self) -> Path:
        return self.path / "tmp"

    @property
    def endpoints(self) -> Path:
        return self.path / "endpoints.json"

    def told(self) -> dict[str, Any]:
        """What `endpoints.json` says; a program that needs it ends here when nothing runs."""
        if not self.endpoints.exists():
            sys.exit("It is not running. Start it with: make up")
        told: dict[str, Any] = json.loads(self.endpoints.read_text())
        return told

    @property
    def people(self) -> Path:
        """The demo users with their passwords (mode 600)."""
        return self.path / "demo_users.json"

    def make(self) -> None:
        for folder in (self.state, self.logs, self.run, self.tmp):
            folder.mkdir(parents=True, exist_ok=True)
