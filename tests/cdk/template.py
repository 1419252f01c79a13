"""A synthesised app as plain JSON, with the questions that tests ask of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from cdk.stage import Stage
from local import assembly

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

    def alias_of(self, integration: Json) -> str | None:
        """The function behind the alias that an integration goes to, if it goes to one."""
        alias = self.of_type("Lambda::Alias").get(integration["IntegrationUri"].get("Ref", ""))
        return alias["FunctionName"]["Ref"] if alias else None

    def routes_to(self, fn: Function) -> list[str]:
        """``ANY /v1/stores``: the routes by which the gateway comes to ``fn``."""
        ways = {
            i
            for i, way in self.of_type("ApiGatewayV2::Integration").items()
            if (self.alias_of(way) or way["IntegrationUri"].get("Fn::GetAtt", [None])[0]) == fn.id
        }
        return [
            str(route["RouteKey"])
            for route in self.of_type("ApiGatewayV2::Route").values()
            if route["Target"]["Fn::Join"][1][1]["Ref"] in ways
        ]


@dataclass(frozen=True)
class Synthesised:
    """The stacks of a stage."""

    stage: Stage
    data: Template
    app: Template
    """With what is nested in it, as if it were one template; see ``_as_one``."""

    web: Template | None
    """Where the stage has it."""

    folder: Path
    findings: list[str] = field(default_factory=list)
    """What cdk-nag has to say of it."""

    @classmethod
    def read(cls, stage: Stage, folder: Path, *, looked_at: bool = True) -> Synthesised:
        """From a cloud assembly, ``looked_at`` by cdk-nag."""
        found = {stack.name: stack for stack in assembly.stacks(folder)}
        data, app, web = (
            Template(_as_one(found[name])) if name in found else None
            for name in (f"Vyapar{kind}-{stage.name}" for kind in ("Data", "App", "Web"))
        )
        assert data, found
        assert app, found
        return cls(stage, data, app, web, folder, _findings(folder) if looked_at else [])

    @cached_property
    def deployed(self) -> dict[str, Template]:
        """Every template as CloudFormation gets it, by its stack's name or, if nested, by the name in the other."""
        stacks = assembly.stacks(self.folder)
        return {s.name: Template(s.template) for stack in stacks for s in (stack, *stack.nested.values())}

    @property
    def templates(self) -> list[Template]:
        """Data, app and web."""
        return [t for t in (self.data, self.app, self.web) if t]

    @property
    def stacks(self) -> dict[str, Json]:
        """What the CLI is told of each stack."""
        artifacts = json.loads((self.folder / "manifest.json").read_text())["artifacts"]
        return {n: a["properties"] for n, a in artifacts.items() if a["type"] == "aws:cloudformation:stack"}

    @property
    def told(self) -> list[tuple[str, str, Any]]:
        """(construct, kind, what) of all that CDK notes beside the templates, nested ones included."""
        return [
            (path, entry["type"], entry.get("data"))
            for name in self.stacks
            for path, entries in json.loads((self.folder / f"{name}.metadata.json").read_text()).items()
            for entry in entries
        ]

    @property
    def reasons(self) -> list[tuple[str, str, str]]:
        """(construct, rule, reason) of each departure from a rule."""
        return [
            (path, rule, reason)
            for path, kind, rules in self.told
            if kind == "aws:cdk:acknowledged-rules"
            for rule, reason in rules.items()
        ]

    def which(self, value: Any) -> str:
        """The resource that a name or ARN is of: its logical id (of either stack), and what follows it."""
        if isinstance(value, str):
            return value
        ((kind, said),) = value.items()
        if kind == "Ref":
            return str(said)
        if kind == "Fn::GetAtt":
            return str(said[0]) if said[1] == "Arn" else ".".join(said)
        if kind == "Fn::ImportValue":
            return self.which(self._exports[said])
        if kind == "Fn::Join":
            return "".join(map(self.which, said[1]))
        raise ValueError(f"what is {value}?")

    @cached_property
    def _exports(self) -> dict[str, Any]:
        outputs = (o for t in (self.data, self.app) for o in t.body["Outputs"].values())
        return {o["Export"]["Name"]: o["Value"] for o in outputs if "Export" in o}

    def unpacked(self, fn: Function) -> int:
        """Bytes of a function's package and all its layers, unpacked."""
        layers = (self.app.of_type("Lambda::LayerVersion")[layer["Ref"]] for layer in fn.properties["Layers"])
        keys = [fn.properties["Code"]["S3Key"], *(layer["Content"]["S3Key"] for layer in layers)]
        return sum(self._sizes[key] for key in keys)

    @cached_property
    def _sizes(self) -> dict[str, int]:
        return {
            asset.key: sum(f.stat().st_size for f in asset.path.rglob("*") if f.is_file())
            for stack in assembly.stacks(self.folder)
            for asset in stack.assets
            if asset.is_folder
        }


def _as_one(stack: assembly.Stack) -> Json:
    """A template with its nested ones in it: their logical ids after that of their stack, what goes in and out of them
    by parameters and outputs as if it were named directly.
    """
    body = stack.template
    resources: dict[str, Json] = {}
    outputs: dict[tuple[str, str], Any] = {}
    for logical, resource in body["Resources"].items():
        if logical not in stack.nested:
            resources[logical] = resource
            continue
        inner = stack.nested[logical].template
        means = {name: {"Ref": logical + name} for name in inner["Resources"]} | resource["Properties"]["Parameters"]
        resources |= {logical + name: _seen(it, logical, means) for name, it in inner["Resources"].items()}
        for name, output in inner.get("Outputs", {}).items():
            outputs[logical, f"Outputs.{name}"] = _seen(output["Value"], logical, means)
    whole: Json = _through({**body, "Resources": resources}, outputs)
    return whole


def _seen(value: Any, within: str, means: Mapping[str, Any]) -> Any:
    """What a nested template says, as its parent would say it."""
    match value:
        case {"Ref": str(name)}:
            return means.get(name, value)
        case {"Fn::GetAtt": [str(name), attribute]}:
            return {"Fn::GetAtt": [within + name, attribute]}
        case dict():
            return {
                key: [within + name for name in listed(v)] if key == "DependsOn" else _seen(v, within, means)
                for key, v in value.items()
            }
        case list():
            return [_seen(v, within, means) for v in value]
    return value


def _through(value: Any, outputs: Mapping[tuple[str, str], Any]) -> Any:
    """References to a nested template's outputs, as references to what these are."""
    match value:
        case {"Fn::GetAtt": [str(name), str(attribute)]} if (name, attribute) in outputs:
            return _through(outputs[name, attribute], outputs)
        case dict():
            return {key: _through(v, outputs) for key, v in value.items()}
        case list():
            return [_through(v, outputs) for v in value]
    return value


def _findings(folder: Path) -> list[str]:
    report = json.loads((folder / "validation-report.json").read_text())
    return [
        f"{violation['ruleName']} at {construct['constructPath']}: {violation['description']}"
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]


def listed(value: Any) -> list[Any]:
    """IAM writes one thing or a list of things."""
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """A value with its references, as comparable text."""
    return json.dumps(value, sort_keys=True)
