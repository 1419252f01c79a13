"""Every refusal that the code can make: read from where it is made, with the sentence that it says."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib import import_module
from typing import Any

from pydantic_core import PydanticCustomError

from local import callgraph
from local.callgraph import Module, Piece, Place
from shared.aws.problems import status_of
from shared.kernel.errors import FieldError, Problem

_UNKNOWN = "…"
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Around = tuple[_Function | ast.ClassDef, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """``status`` is that of a whole answer, None where one field of it is meant. ``extra``: further members."""

    code: str
    sentence: str
    status: HTTPStatus | None
    module: str
    extra: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        """Who says it; ``any`` for what all share."""
        top, name, *_ = self.module.split(".")
        return name if top == "services" else "any"


@cache
def everywhere() -> tuple[Refusal, ...]:
    """Of all services, and what they share."""
    return tuple(made_in(Piece(Place(m, callgraph.TOP), callgraph.module(m).tree) for m in callgraph.modules()))


def made_in(pieces: Iterable[Piece]) -> Iterator[Refusal]:
    """Of these pieces of code."""
    for piece in pieces:
        yield from _of_piece(piece)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where an expression stands: in these classes and functions, the innermost last."""

    module: Module
    around: _Around

    def called(self, function: ast.expr) -> Place | None:
        """What is called; ``super().__init__`` makes what the class around is."""
        if ast.unparse(function) == "super().__init__":
            own = [c.name for c in self.around if isinstance(c, ast.ClassDef)]
            return Place(self.module.name, own[-1])
        return self.module.place_of(function)

    def assigned(self, name: ast.Name) -> ast.expr | None:
        """What a local name stands for: what was last written to it above."""
        for function in reversed(self.around):
            above = [
                node
                for node in ast.walk(function)
                if isinstance(node, ast.Assign)
                and node.lineno < name.lineno
                and any(isinstance(t, ast.Name) and t.id == name.id for t in node.targets)
            ]
            if above:
                return max(above, key=lambda node: node.lineno).value
        return None

    def given(self, name: str) -> Iterator[dict[str, ast.expr]]:
        """The arguments of each call, in this module, of the function around that takes ``name``."""
        for function in (f for f in reversed(self.around) if isinstance(f, _Function)):
            taken = [a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
            if name in taken:
                for node in ast.walk(self.module.tree):
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function.name:
                        named = {k.arg: k.value for k in node.keywords if k.arg}
                        yield dict(zip(taken, node.args, strict=False)) | named
                return

    def caught(self, name: str) -> type[Any] | None:
        """The class of ``except X as name``."""
        for function in self.around:
            for node in ast.walk(function):
                if isinstance(node, ast.ExceptHandler) and node.name == name and node.type:
                    return _class(self.module.place_of(node.type))
        return None


@cache
def _of_piece(piece: Piece) -> tuple[Refusal, ...]:
    found = _calls(piece.code, ())
    return tuple(r for call, around in found for r in _refusals(call, _Scope(piece.module, around)))


def _calls(node: ast.AST, around: _Around) -> Iterator[tuple[ast.Call, _Around]]:
    if isinstance(node, ast.Call):
        yield node, around
    if isinstance(node, _Function | ast.ClassDef):
        around = (*around, node)
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, around)


def _refusals(call: ast.Call, scope: _Scope) -> Iterator[Refusal]:
    kind = _class(scope.called(call.func))
    if kind is None:
        return
    status: HTTPStatus | None = None
    names: tuple[str, ...]
    if issubclass(kind, Problem):
        names, code_is, said_is, status = ("code", "detail", "errors", "extra"), "code", "detail", status_of(kind)
    elif kind is FieldError:
        names, code_is, said_is = ("pointer", "code", "message"), "code", "message"
    elif kind is PydanticCustomError:
        names, code_is, said_is = ("error_type", "message_template", "context"), "error_type", "message_template"
    elif issubclass(kind, ValueError) and {"code", "message"} <= {*inspect.signature(kind).parameters}:  # BadGtin ...
        names, code_is, said_is = ("code", "message"), "code", "message"
    else:
        return
    given = dict(zip(names, call.args, strict=False)) | {k.arg: k.value for k in call.keywords if k.arg}
    extra = given.get("extra")
    members = tuple(k.value for k in extra.keys if isinstance(k, ast.Constant)) if isinstance(extra, ast.Dict) else ()
    if code_is not in given or said_is not in given:
        return  # a kind of its own, which says what it says where it calls super().__init__
    for code, sentence in _said(given[code_is], given[said_is], given.get("context"), scope):
        yield Refusal(code.upper(), sentence, status, scope.module.name, tuple(map(str, members)))


def _said(code: ast.expr, text: ast.expr, context: ast.expr | None, scope: _Scope) -> Iterator[tuple[str, str]]:
    """(code, sentence) of a refusal; several where its function is told the code, or it hands on another's."""
    while isinstance(code, ast.Call) and isinstance(code.func, ast.Attribute):  # error.code.lower()
        code = code.func.value
    literals = list(_literals(code, scope))
    if literals:
        sentence = _text(text, context, scope)
        yield from ((literal, sentence) for literal in literals)
    elif isinstance(code, ast.Name):
        for arguments in scope.given(code.id):
            for literal in _literals(arguments[code.id], scope):
                told = {n: _text(e, None, scope) for n, e in arguments.items()}
                yield literal, _text(text, context, scope, told)
    elif isinstance(code, ast.Attribute) and isinstance(code.value, ast.Name):
        caught = scope.caught(code.value.id)
        if caught and not issubclass(caught, Problem):
            yield from ((r.code, r.sentence) for r in _of_class(caught))


def _of_class(kind: type[Any]) -> tuple[Refusal, ...]:
    """What the kernel's own exceptions say, where they are raised."""
    here = callgraph.module(kind.__module__)
    found = (
        refusal
        for call, around in _calls(here.tree, ())
        if here.place_of(call.func) == Place(here.name, kind.__name__)
        for refusal in _refusals(call, _Scope(here, around))
    )
    return tuple(found)


def _literals(node: ast.expr, scope: _Scope) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body, scope)
        yield from _literals(node.orelse, scope)
    elif isinstance(node, ast.Name) and (value := scope.assigned(node)) is not None:
        yield from _literals(value, scope)


def _text(node: ast.expr, context: ast.expr | None, scope: _Scope, told: dict[str, str] | None = None) -> str:
    """A sentence as it stands in the code, ``…`` for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        filled = {}
        if isinstance(context, ast.Dict):
            pairs = zip(context.keys, context.values, strict=True)
            filled = {k.value: _text(v, None, scope, told) for k, v in pairs if isinstance(k, ast.Constant)}
        return re.sub(r"\{(\w+)\}", lambda found: filled.get(found[1], _UNKNOWN), node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else _UNKNOWN for v in node.values)
    if isinstance(node, ast.Name):
        if told and node.id in told:
            return told[node.id]
        value = scope.assigned(node)
        return _text(value, context, scope, told) if value is not None else _UNKNOWN
    return _UNKNOWN


def _class(place: Place | None) -> type[Any] | None:
    if place is None or place.name == callgraph.TOP:
        return None
    if not (callgraph.is_module(place.module) or place.module == "pydantic_core"):
        return None
    found: Any = getattr(import_module(place.module), place.name, None)
    return found if isinstance(found, type) else None
