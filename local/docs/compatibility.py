"""What in the API's description breaks those who use it, compared with the last commit and the one we branched from.

Both sides are read as sets of messages. A request breaks when the new description refuses what the old one took, an
answer when it may hold what the old one ruled out. New fields in answers, new values of an enumeration in answers and
other refusals are no break: clients are told to expect them.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.home import ROOT

Json = Mapping[str, Any]
_FILE = "docs/openapi.json"
_ACCEPTED = "docs/api-breaks.md"
_AT_LEAST = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
_AT_MOST = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}


class NoHistory(Exception):
    """There is nothing to compare with; the text says why."""


def new_breaks(now: Json) -> list[str]:
    """What breaks clients and isn't accepted in docs/api-breaks.md. Raises NoHistory."""
    page = ROOT / _ACCEPTED
    accepted = set(re.findall(r"`([^`]+)`", page.read_text("utf-8"))) if page.exists() else set()
    found = {text: None for before in _bases() for text in breaks(before, now)}
    return [text for text in found if text not in accepted]


def breaks(before: Json, now: Json) -> list[str]:
    """Every break, as a line that stays the same as long as the break does."""
    return sorted(set(_paths(before, now)))


def _bases() -> Iterator[Json]:
    """The descriptions of the last commit, and of where this branch left the main one (else of the commit before)."""
    if _git("rev-parse", "--is-shallow-repository") != "false":
        raise NoHistory("there is no history here (a shallow clone or no clone at all)")
    head = _git("rev-parse", "--verify", "HEAD")
    fork = _git("merge-base", "HEAD", "origin/main")
    base = fork if fork and fork != head else _git("rev-parse", "--verify", "HEAD~1")
    texts = [_git("show", f"{commit}:{_FILE}") for commit in (head, base) if commit]
    if not any(texts):
        raise NoHistory(f"no commit has {_FILE} yet")
    yield from (json.loads(text) for text in texts if text)


def _git(*words: str) -> str | None:
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


# --- Operations ---


def _paths(before: Json, now: Json) -> Iterator[str]:
    there = {_unnamed(path): operations for path, operations in now["paths"].items()}
    for path, operations in before["paths"].items():
        for method, old in operations.items():
            what = f"{method.upper()} {path}"
            new = there.get(_unnamed(path), {}).get(method)
            if new is None:
                yield f"{what}: gone"
            else:
                yield from _operation(what, _Side(before, old), _Side(now, new))


def _unnamed(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


@dataclass(frozen=True)
class _Side:
    """An operation in its document."""

    document: Json
    operation: Json

    def at(self, node: Json) -> Json:
        """What a reference means; what stands beside it has the last word."""
        while "$ref" in node:
            found: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = {**found, **{k: v for k, v in node.items() if k != "$ref"}}
        return node

    @property
    def parameters(self) -> dict[tuple[str, str], Json]:
        """By place and name; those of the path only count by their order."""
        found = [self.at(p) for p in self.operation.get("parameters", ())]
        return {(p["in"], p["name"].lower()): p for p in found if p["in"] != "path"}

    @property
    def is_open(self) -> bool:
        return self.operation.get("security", self.document.get("security")) in ([], None)


def _operation(what: str, old: _Side, new: _Side) -> Iterator[str]:
    if old.is_open and not new.is_open:
        yield f"{what}: asks for a token now"
    for key, parameter in new.parameters.items():
        if parameter.get("required") and not old.parameters.get(key, {}).get("required"):
            yield f"{what}: {key[0]} {key[1]}: required now"
    for key, parameter in old.parameters.items():
        if key not in new.parameters:
            yield f"{what}: {key[0]} {key[1]}: gone"
        else:
            compared = _Compared(old, new, asked=True)
            found = compared.schema(f"{what}: {key[0]} {key[1]}", parameter["schema"], new.parameters[key]["schema"])
            yield from (line for line in found if not line.endswith(": null refused"))  # no text says null
    yield from _body(what, old, new)
    yield from _answers(what, old, new)


def _body(what: str, old: _Side, new: _Side) -> Iterator[str]:
    before, now = old.at(old.operation.get("requestBody", {})), new.at(new.operation.get("requestBody", {}))
    if now.get("required") and not before.get("required"):
        yield f"{what}: body: required now"
    for media, content in before.get("content", {}).items():
        if media not in now.get("content", {}):
            yield f"{what}: body {media}: gone"
        else:
            compared = _Compared(old, new, asked=True)
            yield from compared.schema(f"{what}: body", content.get("schema", {}), now["content"][media]["schema"])


def _answers(what: str, old: _Side, new: _Side) -> Iterator[str]:
    for status, response in old.operation["responses"].items():
        if not status.startswith("2"):
            continue
        place = f"{what}: {status}"
        if status not in new.operation["responses"]:
            yield f"{place}: gone"
            continue
        before, now = old.at(response), new.at(new.operation["responses"][status])
        yield from (f"{place}: header {n}: gone" for n in before.get("headers", {}) if n not in now.get("headers", {}))
        for media, content in before.get("content", {}).items():
            if media not in now.get("content", {}):
                yield f"{place}: {media}: gone"
            else:
                # The other way round: what is answered now has to fit what was described before.
                compared = _Compared(new, old, asked=False)
                yield from compared.schema(place, now["content"][media].get("schema", {}), content.get("schema", {}))


# --- Schemas ---


class _Compared:
    """Says where a message that fits ``source`` may not fit ``target``.

    Of requests the source is the old description, of answers (not ``asked``) the new one.
    """

    def __init__(self, source: _Side, target: _Side, *, asked: bool) -> None:
        self.source, self.target, self.asked = source, target, asked
        self._open: set[tuple[str, str]] = set()

    def schema(self, place: str, source: Json, target: Json) -> Iterator[str]:
        """Each difference as a line that begins with ``place``."""
        met = (str(source.get("$ref")), str(target.get("$ref")))
        if met in self._open:
            return
        ways = self._ways(self.target, target)
        nested = met if "$ref" in source and "$ref" in target else None
        if nested:
            self._open.add(nested)
        for way in self._ways(self.source, source):
            alike = [w for w in ways if w["type"] in {way["type"], None} or way["type"] is None]
            alike = alike or [w for w in ways if (way["type"], w["type"]) == ("integer", "number")]
            if not alike:
                yield f"{place}: {way['type']} refused" if self.asked else f"{place}: may be {way['type']}"
            else:
                yield from min((list(self._way(place, way, w)) for w in alike), key=len)
        if nested:
            self._open.discard(nested)

    def _ways(self, side: _Side, schema: Json) -> list[dict[str, Any]]:
        """The alternatives of a schema, each of one type (None: any)."""
        schema = side.at(schema)
        choices = schema.get("anyOf") or schema.get("oneOf")
        if choices:
            return [way for choice in choices for way in self._ways(side, choice)]
        kinds = schema.get("type")
        return [{**schema, "type": kind} for kind in (kinds if isinstance(kinds, list) else [kinds])]

    def _way(self, place: str, source: Json, target: Json) -> Iterator[str]:
        if source["type"] is None and target["type"] is not None:
            yield f"{place}: only {target['type']}" if self.asked else f"{place}: may be anything"
            return
        yield from self._values(place, source, target)
        if self.asked:
            yield from self._limits(place, source, target)
        for word in ("format", "multipleOf", "pattern") if self.asked else ("format",):
            if word in target and _spelled(target[word]) != _spelled(source.get(word)):
                yield f"{place}: {word} {target[word]}"
        if "items" in source and "items" in target:
            yield from self.schema(f"{place}[]", source["items"], target["items"])
        yield from self._members(place, source, target)

    def _values(self, place: str, source: Json, target: Json) -> Iterator[str]:
        if "enum" not in target:
            return
        if "enum" not in source:
            yield f"{place}: only certain values" if self.asked else f"{place}: may be any value"
        elif self.asked:
            yield from (f"{place}: {value!r} refused" for value in source["enum"] if value not in target["enum"])

    def _limits(self, place: str, source: Json, target: Json) -> Iterator[str]:
        for word in sorted((_AT_LEAST | _AT_MOST) & target.keys()):
            sign = 1 if word in _AT_LEAST else -1
            if word not in source or sign * target[word] > sign * source[word]:
                yield f"{place}: {word} {target[word]}"

    def _members(self, place: str, source: Json, target: Json) -> Iterator[str]:
        mine, theirs = source.get("properties", {}), target.get("properties", {})
        for name in sorted(set(target.get("required", ())) - set(source.get("required", ()))):
            if self.asked:
                yield f"{place}.{name}: required now"
            elif name in mine:
                yield f"{place}.{name}: may be left out"
        for name in sorted((mine if self.asked else theirs).keys() - (theirs if self.asked else mine).keys()):
            yield f"{place}.{name}: gone"
        for name in sorted(mine.keys() & theirs.keys()):
            yield from self.schema(f"{place}.{name}", mine[name], theirs[name])
        others, allowed = source.get("additionalProperties", True), target.get("additionalProperties", True)
        if isinstance(others, Mapping) and isinstance(allowed, Mapping):
            yield from self.schema(f"{place}.*", others, allowed)
        elif allowed is False and others is not False and self.asked:
            yield f"{place}: other fields refused"
        elif isinstance(allowed, Mapping) and others is True:
            yield f"{place}.*: {'only certain values' if self.asked else 'may be anything'}"


def _spelled(value: Any) -> Any:
    r"""In JSON Schema ``\d`` is ``[0-9]``."""
    return value.replace(r"\d", "[0-9]") if isinstance(value, str) else value
