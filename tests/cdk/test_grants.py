"""Least privilege, from the code: a role allows what its function can come to call, on what, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.cdk.calls import calls_of, guard_of
from tests.cdk.template import Function, Synthesised, listed

pytestmark = pytest.mark.cdk


class Grant(NamedTuple):
    """An action on a resource: its logical id, and an index of it, or a folder in it."""

    action: str
    resource: str


# What the walk takes for possible and never happens: (function, grant that it needs not) -> why.
NEVER: dict[tuple[str, str, str], str] = {}


def test_every_function_may_do_what_its_code_can_come_to_do(every: Synthesised) -> None:
    missing = {fn.module: lacks for fn in every.app.functions if (lacks := _needed(every, fn) - _granted(every, fn))}
    assert missing == {}


def test_no_function_may_do_what_its_code_never_does(every: Synthesised) -> None:
    idle = {fn.module: more for fn in every.app.functions if (more := _granted(every, fn) - _needed(every, fn))}
    assert idle == {}


def test_the_other_roles_do_one_thing_each(every: Synthesised) -> None:
    """The clock wakes what it is set for; the loader of the catalog puts files where these belong."""
    functions = {fn.role for fn in every.app.functions}
    others = {role: _of_role(every, role) for role, _ in every.app.statements() if role not in functions}
    for schedule in every.app.of_type("Scheduler::Schedule").values():
        target = schedule["Target"]
        assert others.pop(every.which(target["RoleArn"])) == {
            Grant("lambda:InvokeFunction", every.which(target["Arn"])),
            Grant("sqs:SendMessage", every.which(target["DeadLetterConfig"]["Arn"])),
        }
    assert others == {}
    loading = {
        (action, every.which(resource).split("/", 1)[1])
        for _, statement in every.data.statements()
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
    assert loading == {("s3:PutObject", "imports/_catalog/*")}


def test_the_walk_tells_rooms_doors_and_indexes_apart() -> None:
    calls = {(c.action, c.setting, c.part) for c in calls_of("services.csv_import.on_chunk", frozenset())}
    assert ("lambda:InvokeFunction", "matching_function", "") in calls
    assert ("sqs:SendMessage", "links_queue_url", "") in calls
    assert ("sqs:SendMessage", "finishes_queue_url", "") not in calls
    indexes = {c.part for c in calls_of("services.csv_import.api", frozenset()) if c.action == "dynamodb:Query"}
    assert indexes == {"by_store", "by_kind", "by_listed"}
    relayed = {(c.action, c.setting) for c in calls_of("shared.aws.relay", frozenset())}
    assert relayed == {("dynamodb:UpdateItem", "outbox_table"), ("events:PutEvents", "event_bus")}


def test_the_guard_asks_only_where_stores_are(prod: Synthesised) -> None:
    asked = {fn.module: guard_of(prod, fn) for fn in prod.app.functions if fn.module.endswith(".api")}
    assert asked["services.matching.api"] == frozenset()
    assert asked["services.inventory.api"] == {"role_in", "members_of"}
    assert asked["services.catalog.api"] == {"belongs_anywhere"}
    assert asked["services.front.api"] == {"role_in", "members_of"}, "it answers for paths that nobody knows"


def _granted(app: Synthesised, fn: Function) -> set[Grant]:
    return _of_role(app, fn.role)


def _of_role(app: Synthesised, role: str) -> set[Grant]:
    return {
        Grant(action, app.which(resource))
        for holder, statement in app.app.statements()
        if holder == role
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def _needed(app: Synthesised, fn: Function) -> set[Grant]:
    return {*_by_code(app, fn), *_by_wiring(app, fn)}


def _by_code(app: Synthesised, fn: Function) -> Iterator[Grant]:
    for call in calls_of(fn.module, guard_of(app, fn)):
        if (fn.module, call.action, call.setting) in NEVER:
            continue
        named = fn.env[call.setting.upper()]
        if call.setting in _NO_NAMES:
            yield from (Grant(call.action, resource) for resource in _NO_NAMES[call.setting](app, call.action, named))
            continue
        resource = app.which(named)
        within = f"/index/{call.part}" if call.action == "dynamodb:Query" and call.part else f"/{call.part}"
        yield Grant(call.action, resource + within.rstrip("/"))
        if call.action == "sqs:SendMessage" and app.stage.send_batch_is_an_action:
            yield Grant("sqs:SendMessageBatch", resource)


def _queues(app: Synthesised, action: str, prefix: str) -> list[str]:
    return ["*"] if action == "sqs:ListQueues" else [f"arn:AWS::Partition:sqs:AWS::Region:AWS::AccountId:{prefix}*"]


def _identities(app: Synthesised, action: str, sender: str) -> list[str]:
    if app.stage.left_out.mail_identity:
        return ["*"]
    names = (sender, sender.partition("@")[2]) if sender else ()
    return [f"arn:AWS::Partition:ses:AWS::Region:AWS::AccountId:identity/{name}" for name in names]


def _anywhere(app: Synthesised, action: str, named: object) -> Iterator[str]:
    yield "*"


# Settings that name no resource of the templates: what an action on them is on.
_NO_NAMES = {"queues_prefix": _queues, "mail_from": _identities, "translate_characters_a_day": _anywhere}


def _by_wiring(app: Synthesised, fn: Function) -> Iterator[Grant]:
    """What Lambda itself does in the function's name: logs, reading its queue or stream, telling of failures."""
    log_group = app.which(fn.properties["LoggingConfig"]["LogGroup"])
    yield from (Grant(f"logs:{a}", log_group) for a in ("CreateLogStream", "PutLogEvents"))
    for source in app.app.of_type("Lambda::EventSourceMapping").values():
        if app.which(source["FunctionName"]) != fn.id:
            continue
        origin = app.which(source["EventSourceArn"])
        if "StartingPosition" in source:
            reading = ("DescribeStream", "GetRecords", "GetShardIterator")
            yield from (Grant(f"dynamodb:{a}", origin) for a in reading)
            yield Grant("dynamodb:ListStreams", "*")
            yield Grant("sqs:SendMessage", app.which(source["DestinationConfig"]["OnFailure"]["Destination"]))
        else:
            taking = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility")
            yield from (Grant(f"sqs:{a}", origin) for a in taking)
    for failing in app.app.of_type("Lambda::EventInvokeConfig").values():
        if app.which(failing["FunctionName"]) == fn.id:
            yield Grant("sqs:SendMessage", app.which(failing["DestinationConfig"]["OnFailure"]["Destination"]))


def test_exceptions_from_the_walk_are_still_true(prod: Synthesised) -> None:
    for module, action, setting in NEVER:
        (fn,) = (f for f in prod.app.functions if f.module == module)
        calls = {(c.action, c.setting) for c in calls_of(module, guard_of(prod, fn))}
        assert (action, setting) in calls, f"{module}: the walk no longer takes {action} for possible"
