"""What code a function can come to run: a static walk over the sources, definition by definition.

Coarser walks (whole modules) would say that every room of an import needs every queue, and prove nothing. Methods are
not told apart: who names a class reaches all of it. The generated docs ask it what a route can answer, the tests of the
template what a role has to allow.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from local.home import ROOT

TOP = "<module>"
_OURS = ("services", "shared", "events")


class Place(NamedTuple):
    """A top-level definition of a module; ``<module>`` is what runs at import."""

    module: str
    name: str


class Module:
    """A source file: its top-level definitions, and what it imports by which name."""

    def __init__(self, name: str) -> None:
        path = ROOT / name.replace(".", "/")
        file = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
        self.name = name
        self.tree = ast.parse(file.read_text("utf-8"))
        self.definitions: dict[str, list[ast.stmt]] = {TOP: []}
        self.imported: dict[str, Place] = {}
        for statement in self.tree.body:
            for name_ in _defined(statement):
                self.definitions.setdefault(name_, []).append(statement)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                self.imported |= {a.asname or a.name: Place(a.name, TOP) for a in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    place = Place(whole, TOP) if is_module(whole) else Place(node.module, alias.name)
                    self.imported[alias.asname or alias.name] = place

    def place_of(self, expression: ast.AST) -> Place | None:
        """What a name (``Conflict``) or an attribute of a module (``errors.Conflict``) means here."""
        if isinstance(expression, ast.Name):
            here = Place(self.name, expression.id) if expression.id in self.definitions else None
            return here or self.imported.get(expression.id)
        if isinstance(expression, ast.Attribute) and isinstance(expression.value, ast.Name):
            at = self.imported.get(expression.value.id)
            return Place(at.module, expression.attr) if at and at.name == TOP else None
        return None


class Piece(NamedTuple):
    """A piece of code that is reached, and the definition it belongs to."""

    place: Place
    code: ast.AST

    @property
    def module(self) -> Module:
        """Where it stands."""
        return module(self.place.module)


def _everything(_at: Place, _named: Place) -> bool:
    return True


@cache
def module(name: str) -> Module:
    """A module of ours, read once."""
    return Module(name)


@cache
def is_module(name: str) -> bool:
    """Whether a dotted name is a module of ours."""
    path = ROOT / name.replace(".", "/")
    return name.split(".")[0] in _OURS and (path.with_suffix(".py").is_file() or (path / "__init__.py").is_file())


def modules() -> list[str]:
    """All modules of ours, by name."""
    files = (f for top in _OURS for f in (ROOT / top).rglob("*.py"))
    dotted = (".".join(f.relative_to(ROOT).with_suffix("").parts) for f in files)
    return sorted({name.removesuffix(".__init__") for name in dotted})


def functions() -> list[str]:
    """The modules that are a Lambda each: those with a ``handler``."""
    return [name for name in modules() if not name.startswith("events") and "handler" in module(name).definitions]


def woken(entry: str, follows: Callable[[Place, Place], bool] = _everything) -> Iterator[Piece]:
    """All code that a Lambda can come to run, from the import of its file on. ``follows``: see ``reached``."""
    start = (Place(part, name) for part in parts(entry) for name in module(part).definitions)
    return reached(start, at_import=True, follows=follows)


def parts(entry: str) -> list[str]:
    """The modules that a Lambda's file is made of: itself, and those of ``routes/`` that it joins."""
    joined = {place.module for place in module(entry).imported.values() if ".routes" in place.module}
    return [entry, *sorted(joined)]


def reached(
    start: Iterable[Place], *, at_import: bool, follows: Callable[[Place, Place], bool] = _everything
) -> Iterator[Piece]:
    """All code that the definitions of ``start`` can come to run, each piece once.

    With ``at_import`` also what runs when their modules are loaded. ``follows(at, named)`` says whether the walk goes
    on from a place to one that it names.
    """
    waiting, seen, found = list(start), set[Place](), set[ast.AST]()
    while waiting:
        place = waiting.pop()
        if place in seen or not is_module(place.module) or (place.name == TOP and not at_import):
            continue
        seen.add(place)
        here = module(place.module)
        waiting.append(Place(place.module, TOP))
        handed_on = here.imported.get(place.name)
        if handed_on and follows(place, handed_on):
            waiting.append(handed_on)
        for statement in here.definitions.get(place.name, ()):
            for code in _at_import(statement) if place.name == TOP else (statement,):
                if code not in found:
                    found.add(code)
                    yield Piece(place, code)
                waiting += (named for named in _names(here, code) if follows(place, named))


def settings_asked(pieces: Iterable[Piece]) -> set[Place]:
    """The settings classes that these pieces ask for."""
    asked = (settings_class(node, piece.module) for piece in pieces for node in ast.walk(piece.code))
    return {place for place in asked if place}


def settings_class(node: ast.AST, here: Module) -> Place | None:
    """``X`` of ``settings(X)``; None for anything else."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "settings":
        return here.place_of(node.args[0])
    return None


def _defined(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
        if isinstance(statement, ast.ClassDef) or statement.decorator_list:
            yield TOP  # decorators and class bodies run at import
    elif isinstance(statement, ast.Assign):
        yield from (t.id for t in statement.targets if isinstance(t, ast.Name))
        yield TOP
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        yield statement.target.id
        yield TOP
    elif not isinstance(statement, ast.Import | ast.ImportFrom):
        yield TOP


def _at_import(statement: ast.stmt) -> Iterator[ast.AST]:
    """What of a module's statement runs when it is imported: of functions and methods only what stands around them."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from (*statement.decorator_list, *statement.args.defaults)
    elif isinstance(statement, ast.ClassDef):
        yield from (*statement.decorator_list, *statement.bases)
        for inner in statement.body:
            yield from _at_import(inner)
    else:
        yield statement


@cache
def _names(here: Module, code: ast.AST) -> tuple[Place, ...]:
    return tuple(_named(here, code))


def _named(here: Module, code: ast.AST, local: frozenset[str] = frozenset()) -> Iterator[Place]:
    """What ``code`` names of this and other modules; a function's own names hide those of its module."""
    if isinstance(code, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        local |= _own(code)
    root = code.value if isinstance(code, ast.Attribute) else code
    if isinstance(root, ast.Name) and root.id not in local and (place := here.place_of(code)):
        yield place
    for child in ast.iter_child_nodes(code):
        yield from _named(here, child, local)


def _own(function: ast.AST) -> frozenset[str]:
    arguments = {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
    return frozenset(
        arguments | {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    )
