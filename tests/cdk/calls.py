"""What a Lambda's code can come to do: which settings it can ask for, and which calls to AWS it can make on what.

Where a walk by names can't know, it fails rather than guess: see ``FOLDERS``.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from local.callgraph import TOP, Module, Piece, Place, is_module, module, settings_asked, settings_class, woken
from tests.cdk.template import Function, Synthesised

_GUARD = "shared.aws.http"
_ACCESS = "shared.aws.access"
_OWN_LANGUAGE = Place(_GUARD, "_own_language")  # what asks of people beside the guard, where a route has words to say


class Call(NamedTuple):
    """An action on what a setting names; ``part`` is an index of a table, or a folder of a bucket."""

    action: str
    setting: str
    part: str = ""


# Keys of objects are made at run time. Who calls S3 says here in which folder of which bucket it does.
FOLDERS = {
    Place("services.catalog.store.exports", "keep"): ("exports_bucket", "*"),
    Place("services.catalog.store.exports", "_get"): ("exports_bucket", "*"),
    Place("services.catalog.store.exports", "announce"): ("exports_bucket", "*"),
    Place("services.catalog.store.exports", "latest"): ("exports_bucket", ""),
    Place("services.catalog.store.exports", "url"): ("exports_bucket", "*"),
    Place("services.csv_import.store.uploads", "head"): ("imports_bucket", "*"),
    Place("services.csv_import.store.uploads", "has_come"): ("imports_bucket", ""),
    Place("services.csv_import.store.uploads", "read_bytes"): ("imports_bucket", "*"),
    Place("services.csv_import.store.uploads", "stream"): ("imports_bucket", "*"),
    Place("services.csv_import.store.uploads", "presigned_post"): ("imports_bucket", "uploads/*"),
    Place("services.csv_import.store.files", "stream"): ("work_bucket", "jobs/*"),
    Place("services.csv_import.store.files", "find_plan"): ("work_bucket", ""),
    Place("services.csv_import.store.files", "images"): ("work_bucket", ""),
    Place("services.csv_import.store.files", "_put"): ("work_bucket", "jobs/*"),
    Place("services.csv_import.store.files", "_get"): ("work_bucket", "jobs/*"),
    Place("services.csv_import.store.reports", "is_there"): ("work_bucket", "reports/*"),
    Place("services.csv_import.store.reports", "failed_rows"): ("work_bucket", ""),
    Place("services.csv_import.store.reports", "_read"): ("work_bucket", "reports/*"),
    Place("services.csv_import.store.reports", "url"): ("work_bucket", "reports/*"),
    Place("services.image_ingest.store.files", "fetch"): ("images_bucket", ""),
    Place("services.image_ingest.store.files", "_get"): ("images_bucket", "uploads/*"),
    Place("services.image_ingest.store.files", "forget"): ("images_bucket", "uploads/*"),
    Place("services.image_ingest.store.files", "keep"): ("images_bucket", "images/*"),
    Place("services.image_ingest.store.files", "presigned_post"): ("images_bucket", "uploads/*"),
    Place("services.image_ingest.store.hashes", "medium"): ("images_bucket", "images/*"),
    Place("services.image_ingest.store.hashes", "_find_snapshot"): ("images_bucket", ""),
    Place("services.image_ingest.store.hashes", "_get_snapshot"): ("images_bucket", "hashes/*"),
    Place("services.image_ingest.store.hashes", "_put_snapshot"): ("images_bucket", "hashes/*"),
    Place("services.matching.store.files", "standing"): ("index_bucket", ""),
    Place("services.matching.store.files", "_get_current"): ("index_bucket", "*"),
    Place("services.matching.store.files", "_put_current"): ("index_bucket", "*"),
    Place("services.matching.store.files", "_fetch"): ("index_bucket", ""),
    Place("services.matching.store.files", "_get_file"): ("index_bucket", "*"),
    Place("services.matching.store.files", "_put_file"): ("index_bucket", "*"),
    Place("services.matching.store.files", "_listed"): ("index_bucket", ""),
    Place("services.matching.store.files", "_delete"): ("index_bucket", "files/*"),
    Place("services.off_sync.store.handing_in", "hand_in"): ("images_bucket", "uploads/*"),
}
# Who writes piece by piece does so where its caller says: by entry.
FOLDERS_BY_ENTRY = {
    Place("services.csv_import.store.writing", "PieceByPiece"): {
        "services.csv_import.on_upload": ("work_bucket", "jobs/*"),
        "services.csv_import.on_finish": ("work_bucket", "reports/*"),
    },
}
_S3 = {
    "head_object": "s3:GetObject",
    "get_object": "s3:GetObject",
    "generate_presigned_url": "s3:GetObject",
    "put_object": "s3:PutObject",
    "generate_presigned_post": "s3:PutObject",
    "create_multipart_upload": "s3:PutObject",
    "upload_part": "s3:PutObject",
    "complete_multipart_upload": "s3:PutObject",
    "delete_objects": "s3:DeleteObject",
    "delete_object": "s3:DeleteObjectVersion",  # for good: a version, as what was uploaded is taken away
    "list_objects_v2": "s3:ListBucket",
    "exceptions": "s3:ListBucket",  # who reckons with NoSuchKey; else S3 says 403
}
# Of other services: the action of a call, and how the setting's name ends that stands beside it.
_OTHERS = {
    ("events", "put_events"): ("events:PutEvents", "event_bus"),
    ("functions", "invoke"): ("lambda:InvokeFunction", "_function"),
    ("secrets", "get_secret_value"): ("secretsmanager:GetSecretValue", "_secret"),
    ("people", "list_users"): ("cognito-idp:ListUsers", "user_pool_id"),
    ("people", "list_users_in_group"): ("cognito-idp:ListUsersInGroup", "user_pool_id"),
    ("mails", "send_email"): ("ses:SendEmail", "mail_from"),
}
# The same, where no setting stands beside it.
_ANYWHERE = {
    ("translate", "translate_text"): Call("translate:TranslateText", "translate_characters_a_day"),
    ("translate", "get_terminology"): Call("translate:GetTerminology", "translate_characters_a_day"),
    ("translate", "import_terminology"): Call("translate:ImportTerminology", "translate_characters_a_day"),
    ("sqs", "list_queues"): Call("sqs:ListQueues", "queues_prefix"),
    ("sqs", "list_queue_tags"): Call("sqs:ListQueueTags", "queues_prefix"),
    ("sqs", "get_queue_attributes"): Call("sqs:GetQueueAttributes", "queues_prefix"),
}
# Who calls these names the queue or bus by a setting of its own.
_DOORS = {
    Place("shared.aws.queues", "send"): ("sqs:SendMessage", "_queue_url"),
}
_KINDS = {"Put": "dynamodb:PutItem", "Update": "dynamodb:UpdateItem", "Delete": "dynamodb:DeleteItem"}


def guard_of(app: Synthesised, fn: Function) -> frozenset[str]:
    """What the HTTP guard can ask of ``access`` in this function.

    That hangs on the paths the gateway sends there, and on whether some are for people of any store.
    """
    if not fn.module.endswith(".api"):
        return frozenset()
    asked = {"belongs_anywhere"} if importlib.import_module(fn.module).api.members_only else set()
    for route in app.app.routes_to(fn):
        path = route.split(" ")[1]
        below = path.removesuffix("{proxy+}")
        if path.startswith("/v1/stores/{") or (below != path and "/v1/stores/".startswith(below)):
            asked |= {"role_in", "members_of"}
    return frozenset(asked)


@cache
def settings_of(entry: str, guard: frozenset[str]) -> frozenset[Place]:
    """The settings classes that code woken by ``entry``'s handler can ask for. ``guard``: see ``guard_of``."""
    return frozenset(settings_asked(_reached(entry, guard)))


@cache
def calls_of(entry: str, guard: frozenset[str]) -> frozenset[Call]:
    """The calls to AWS that code woken by ``entry``'s handler can make. ``guard``: see ``guard_of``."""
    reached = _reached(entry, guard)
    return frozenset(call for piece in reached for call in (*_on_tables(piece, reached), *_elsewhere(piece, entry)))


@cache
def _reached(entry: str, guard: frozenset[str]) -> tuple[Piece, ...]:
    def follows(at: Place, named: Place) -> bool:
        by_guard = (at.module, named.module) == (_GUARD, _ACCESS) and at != _OWN_LANGUAGE
        return not by_guard or named.name in {TOP, *guard}

    return tuple(woken(entry, follows))


def _settings_fields(piece: Piece) -> set[str]:
    """``x`` of each ``settings(X).x``."""
    nodes = (n for n in ast.walk(piece.code) if isinstance(n, ast.Attribute))
    return {node.attr for node in nodes if settings_class(node.value, piece.module)}


# --- Tables: always by a function that names one, or by ``self.table`` of a class that is handed one ---


@cache
def _actions_of_table() -> dict[str, frozenset[str]]:
    """What each method of ``Table`` does, read from its code."""
    (table,) = (d for d in module("shared.aws.dynamo").definitions["Table"] if isinstance(d, ast.ClassDef))
    methods = {m.name: m for m in table.body if isinstance(m, ast.FunctionDef)}

    def does(name: str) -> frozenset[str]:
        found = set[str]()
        for node in ast.walk(methods[name]):
            if service_call := _service_call(node):
                found.add(f"dynamodb:{''.join(w.title() for w in service_call[1].split('_'))}")
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Write":
                assert isinstance(node.args[0], ast.Constant)
                found.add(_KINDS[str(node.args[0].value)])
            elif isinstance(node, ast.Call) and _is_self(node.func) and isinstance(node.func, ast.Attribute):
                found |= does(node.func.attr)
        return frozenset(found)

    return {name: does(name) for name in methods}


def _on_tables(piece: Piece, reached: Iterable[Piece]) -> Iterator[Call]:
    if piece.place == Place("shared.aws.dynamo", "Table"):
        return
    here = piece.module
    for node in ast.walk(piece.code):
        if not (isinstance(node, ast.Attribute) and (table := _table(node.value, piece, here))):
            continue
        actions = _actions_of_table()[node.attr]
        indexes = _indexes(node, piece, reached) if actions == {"dynamodb:Query"} else {""}
        yield from (Call(action, table, index) for action in actions for index in indexes)
    if used := sum(_table(node, piece, here) is not None for node in ast.walk(piece.code)):
        methods = sum(isinstance(n, ast.Attribute) and bool(_table(n.value, piece, here)) for n in ast.walk(piece.code))
        assert used == methods, f"{piece.place}: the walk can't follow a table that is passed on"


def _table(value: ast.expr | ast.AST, piece: Piece, here: Module) -> str | None:
    """The setting that names the table which ``value`` is; None for anything else."""
    if isinstance(value, ast.Call) and (place := here.place_of(value.func)) and is_module(place.module):
        for definition in module(place.module).definitions.get(place.name, ()):
            if isinstance(definition, ast.FunctionDef) and _names(definition.returns, "Table"):
                assert isinstance(definition.body[-1], ast.Return), ast.unparse(definition)
                return _made(definition.body[-1].value)
    if (
        isinstance(value, ast.Attribute)
        and _is_self(value)
        and value.attr == "table"
        and isinstance(value.ctx, ast.Load)
    ):
        for definitions in here.definitions.values():
            for node in (n for d in definitions for n in ast.walk(d)):
                if isinstance(node, ast.Call) and here.place_of(node.func) == piece.place and node.args:
                    return _made(node.args[0])
    return None


def _made(made: ast.expr | None) -> str:
    """``x`` of ``Table(settings(X).x, ...)``."""
    assert isinstance(made, ast.Call), "a table is made where it is named"
    assert isinstance(made.args[0], ast.Attribute), "a table's name is a setting"
    return made.args[0].attr


def _indexes(query: ast.Attribute, piece: Piece, reached: Iterable[Piece]) -> set[str]:
    """The indexes that a query can be of; one that comes as a parameter is looked up where it is given."""
    (call,) = (n for n in ast.walk(piece.code) if isinstance(n, ast.Call) and n.func is query)
    given = next((k.value for k in call.keywords if k.arg == "index"), None)
    if given is None:
        return {""}
    if isinstance(given, ast.Constant):
        return {str(given.value)}
    assert isinstance(given, ast.Name), ast.unparse(given)
    assert isinstance(piece.code, ast.FunctionDef), ast.unparse(given)
    position = [a.arg for a in piece.code.args.args].index(given.id)
    callers = [
        node.args[position]
        for other in reached
        for node in ast.walk(other.code)
        if isinstance(node, ast.Call) and other.module.place_of(node.func) == piece.place
    ]
    assert all(isinstance(c, ast.Constant) for c in callers), f"{piece.place}: the walk can't follow the index"
    return {str(c.value) for c in callers if isinstance(c, ast.Constant)}


# --- All other services: by ``clients``, or by a door of ``shared.aws`` ---


def _elsewhere(piece: Piece, entry: str) -> Iterator[Call]:
    here, fields = piece.module, _settings_fields(piece)
    for node in ast.walk(piece.code):
        if isinstance(node, ast.Call) and (door := _DOORS.get(here.place_of(node.func) or piece.place)):
            if piece.place not in _DOORS:
                yield from _beside(piece, door, fields)
        elif called := _service_call(node):
            service, operation = called
            if service == "s3":
                folders = {**FOLDERS, **{place: by[entry] for place, by in FOLDERS_BY_ENTRY.items() if entry in by}}
                assert piece.place in folders, f"{piece.place} calls S3: say in FOLDERS where"
                bucket, folder = folders[piece.place]
                yield Call(_S3[operation], bucket, folder)
                if operation in {"head_object", "get_object"} and _names(piece.code, "_version"):
                    yield Call("s3:GetObjectVersion", bucket, folder)
            elif called in _ANYWHERE:
                yield _ANYWHERE[called]
            elif called in _OTHERS:
                yield from _beside(piece, _OTHERS[called], fields)
            else:
                assert piece.place.module in {"shared.aws.dynamo", "shared.aws.queues"}, f"{piece.place}: {called}?"


def _beside(piece: Piece, does: tuple[str, str], fields: set[str]) -> Iterator[Call]:
    action, ending = does
    named = {"event_bus"} if ending == "event_bus" else {f for f in fields if f.endswith(ending)}
    assert named, f"{piece.place}: {action}, on what? No setting ...{ending} stands beside it"
    yield from (Call(action, setting) for setting in named)


def _service_call(node: ast.AST) -> tuple[str, str] | None:
    """(``s3``, ``get_object``) of ``clients.s3().get_object``."""
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and isinstance(node.value.func.value, ast.Name)
        and node.value.func.value.id == "clients"
    ):
        return node.value.func.attr, node.attr
    return None


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _names(body: ast.AST | None, name: str) -> bool:
    return body is not None and any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(body))
