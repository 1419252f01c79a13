"""Which settings a Lambda's code can come to ask for: a static walk from its file, function by function.

Coarser walks (whole modules) would say that every room of an import needs every queue, and prove nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from cdk.assets import ROOT

_TOP = "<module>"
_OURS = ("services", "shared", "events")


class Place(NamedTuple):
    """A top-level definition of a module; ``<module>`` is what runs at import."""

    module: str
    name: str


class _Module:
    def __init__(self, name: str) -> None:
        path = ROOT / name.replace(".", "/")
        file = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
        self.name = name
        self.definitions: dict[str, list[ast.stmt]] = {_TOP: []}
        self.imported: dict[str, Place] = {}
        for statement in ast.parse(file.read_text()).body:
            for name_ in _defined(statement):
                self.definitions.setdefault(name_, []).append(statement)
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                self.imported |= {a.asname or a.name: Place(a.name, _TOP) for a in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    place = Place(whole, _TOP) if _is_module(whole) else Place(node.module, alias.name)
                    self.imported[alias.asname or alias.name] = place


def _defined(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
        if isinstance(statement, ast.ClassDef) or statement.decorator_list:
            yield _TOP  # decorators and class bodies run at import
    elif isinstance(statement, ast.Assign):
        yield from (t.id for t in statement.targets if isinstance(t, ast.Name))
        yield _TOP
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        yield statement.target.id
        yield _TOP
    elif not isinstance(statement, ast.Import | ast.ImportFrom):
        yield _TOP


@cache
def _module(name: str) -> _Module:
    return _Module(name)


@cache
def _is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return name.split(".")[0] in _OURS and (path.with_suffix(".py").is_file() or (path / "__init__.py").is_file())


def settings_of(entry: str) -> set[Place]:
    """The settings classes that code woken by ``entry``'s handler can ask for."""
    module = _module(entry)
    asked: set[Place] = set()
    waiting, seen = [Place(entry, name) for name in module.definitions], set[Place]()
    while waiting:
        place = waiting.pop()
        if place in seen or not _is_module(place.module):
            continue
        seen.add(place)
        here = _module(place.module)
        waiting.append(Place(place.module, _TOP))
        if place.name in here.imported:  # handed on
            waiting.append(here.imported[place.name])
        for statement in here.definitions.get(place.name, ()):
            if place.name == _TOP and isinstance(statement, ast.FunctionDef):
                body: list[ast.AST] = list(statement.decorator_list)
            else:
                body = [statement]
            for part in body:
                asked |= _asked(part, here)
                waiting += _named(part, here)
    return asked


def _asked(part: ast.AST, here: _Module) -> set[Place]:
    return {
        here.imported.get(node.args[0].id, Place(here.name, node.args[0].id))
        for node in ast.walk(part)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "settings"
        and isinstance(node.args[0], ast.Name)
    }


def _named(part: ast.AST, here: _Module, local: frozenset[str] = frozenset()) -> Iterator[Place]:
    """What ``part`` names of this and other modules; a function's own names hide those of its module."""
    if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        local |= _own(part)
    if isinstance(part, ast.Name) and part.id not in local:
        if part.id in here.definitions:
            yield Place(here.name, part.id)
        elif part.id in here.imported:
            yield here.imported[part.id]
    elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id not in local:
        at = here.imported.get(part.value.id)
        if at and at.name == _TOP:
            yield Place(at.module, part.attr)
    for child in ast.iter_child_nodes(part):
        yield from _named(child, here, local)


def _own(function: ast.AST) -> frozenset[str]:
    arguments = {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
    return frozenset(
        arguments | {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    )
