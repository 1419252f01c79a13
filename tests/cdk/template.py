"""A synthesised app as plain JSON, with the questions that tests ask of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cdk.stage import Stage

Json = dict[str, Any]
INFRASTRUCTURE_ENV = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "PYDANTIC_DISABLE_PLUGINS"}


@dataclass(frozen=True)
class Function:
    """A Lambda of the template."""

    id: str
    properties: Json

    @property
    def module(self) -> str:
        """``services.catalog.api``."""
        return str(self.properties["Handler"]).removesuffix(".handler")

    @property
    def service(self) -> str:
        """``catalog``; ``shared.aws`` for the foundation's own."""
        return self.module.split(".")[1]

    @property
    def env(self) -> Mapping[str, Any]:
        """Its variables."""
        found: Mapping[str, Any] = self.properties["Environment"]["Variables"]
        return found

    @property
    def role(self) -> str:
        """The logical id of its role."""
        return str(self.properties["Role"]["Fn::GetAtt"][0])


@dataclass(frozen=True)
class Template:
    """One stack."""

    body: Json

    @property
    def resources(self) -> dict[str, Json]:
        """Logical id -> resource."""
        found: dict[str, Json] = self.body["Resources"]
        return found

    def of_type(self, kind: str) -> dict[str, Json]:
        """Logical id -> properties, of ``AWS::<kind>``."""
        return {i: r.get("Properties", {}) for i, r in self.resources.items() if r["Type"] == f"AWS::{kind}"}

    def whole(self, kind: str) -> dict[str, Json]:
        """Logical id -> resource, of ``AWS::<kind>``."""
        return {i: r for i, r in self.resources.items() if r["Type"] == f"AWS::{kind}"}

    @cached_property
    def functions(self) -> list[Function]:
        """All Lambdas."""
        return [Function(i, p) for i, p in self.of_type("Lambda::Function").items()]

    def statements(self) -> Iterator[tuple[str, Json]]:
        """(role, statement) of every policy of a role."""
        for policy in self.of_type("IAM::Policy").values():
            for statement in policy["PolicyDocument"]["Statement"]:
                for role in policy["Roles"]:
                    yield role["Ref"], statement
        for role_id, role in self.of_type("IAM::Role").items():
            for inline in role.get("Policies", ()):
                for statement in inline["PolicyDocument"]["Statement"]:
                    yield role_id, statement


@dataclass(frozen=True)
class Synthesised:
    """Both stacks of a stage."""

    stage: Stage
    data: Template
    app: Template

    @classmethod
    def read(cls, stage: Stage, folder: Path) -> Synthesised:
        """From a cloud assembly."""
        data, app = (
            Template(json.loads((folder / f"Vyapar{kind}-{stage.name}.template.json").read_text()))
            for kind in ("Data", "App")
        )
        return cls(stage, data, app)


def listed(value: Any) -> list[Any]:
    """IAM writes one thing or a list of things."""
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """A value with its references, as comparable text."""
    return json.dumps(value, sort_keys=True)
