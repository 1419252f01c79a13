"""The services as AWS sees them: every file its function, every queue its dead letters, every role what it needs."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from cdk.app import build_app
from cdk.assets import ROOT
from cdk.stage import STAGES
from local import assembly
from shared.aws.queues import DEAD_LETTERS_OF
from tests.cdk.conftest import Synthesise
from tests.cdk.template import Synthesised, Template, listed, text

pytestmark = pytest.mark.cdk

_IS_A_LAMBDA = re.compile(r"(api|subscriptions|worker|schedule|on_\w+)\.py")


@pytest.fixture
def app(every: Synthesised) -> Template:
    """The app stack of each stage."""
    return every.app


def test_the_files_are_the_functions(app: Template) -> None:
    services = [d for d in sorted((ROOT / "services").iterdir()) if (d / "__init__.py").is_file()]
    files = {f"services.{d.name}.{f.stem}" for d in services for f in d.glob("*.py") if _IS_A_LAMBDA.fullmatch(f.name)}
    assert {f.module for f in app.functions} == files | {"shared.aws.relay", "shared.aws.sweeper"}


def test_every_service_has_its_construct() -> None:
    services = {d.name for d in (ROOT / "services").iterdir() if (d / "__init__.py").is_file()}
    constructs = {f.stem for f in (ROOT / "cdk/services").glob("*.py")} - {"__init__"}
    assert constructs == services


def test_every_entry_point_is_called_handler(app: Template) -> None:
    for fn in app.functions:
        assert fn.properties["Handler"] == f"{fn.module}.handler"
        source = (ROOT / f"{fn.module.replace('.', '/')}.py").read_text()
        assert re.search(r"^(def handler\(|handler\b.*=)", source, re.MULTILINE), fn.module


def test_templates_stay_small(every: Synthesised) -> None:
    """CloudFormation takes 500 resources and 200 parameters; who comes near that is split while it still can be."""
    assert [n for n, t in every.deployed.items() if len(t.resources) > 400] == []
    assert [n for n, t in every.deployed.items() if len(t.body.get("Parameters", {})) > 150] == []


def test_every_service_has_a_template_of_its_own_within_the_apps(every: Synthesised) -> None:
    """So names begin with the service's: ``VyaparApp-prod-CsvImport-...``."""
    root = every.deployed[f"VyaparApp-{every.stage.name}"]
    nested = root.of_type("CloudFormation::Stack")
    for fn in every.app.functions:
        stack = "Publishing" if fn.module.startswith("shared.") else fn.service.title().replace("_", "")
        assert fn.id.startswith(stack), fn.module
        assert stack in nested
        assert "TemplateURL" in nested[stack]
    assert root.functions == []


def test_a_nested_template_is_uploaded_with_the_others(every: Synthesised) -> None:
    (stack,) = (s for s in assembly.stacks(every.folder) if s.name.startswith("VyaparApp"))
    assert {s.template_file for s in stack.nested.values()} <= {a.path for a in stack.assets}
    assert len(stack.nested) > 7


def test_each_rule_asks_for_what_its_service_reacts_to(app: Template) -> None:
    rules = [r["EventPattern"] for r in app.of_type("Events::Rule").values() if "EventBusName" in r]
    heard: list[Any] = []
    for fn in app.functions:
        if fn.module.endswith(".subscriptions"):
            kinds = set(importlib.import_module(fn.module).subscriptions.reactions)
            sources = sorted({k.SOURCE for k in kinds})
            heard.append({"source": sources, "detail-type": sorted(k.detail_type() for k in kinds)})
    assert sorted(map(text, rules)) == sorted(map(text, heard))


def test_dropped_files_and_uploads_reach_the_first_room(every: Synthesised) -> None:
    rules = [r for r in every.app.of_type("Events::Rule").values() if "EventBusName" not in r]
    reached = {}
    for rule in rules:
        pattern = rule["EventPattern"]
        assert pattern["source"] == ["aws.s3"]
        assert pattern["detail-type"] == ["Object Created"]
        (bucket,) = pattern["detail"]["bucket"]["name"]
        (target,) = rule["Targets"]
        keys = [k["prefix"] for k in pattern["detail"]["object"]["key"]]
        reached[every.which(bucket)[:-8]] = (keys, every.which(target["Arn"])[:-8].removesuffix("Queue"))
    assert reached == {
        "CsvImportImportsBucket": (["imports/", "uploads/"], "CsvImportUploads"),
        "ImagesBucket": (["uploads/"], "ImageIngestPictures"),
    }


# --- Queues ---


def _dead(app: Template) -> set[str]:
    """Queues where others' failures end."""
    return {i for i in app.of_type("SQS::Queue") if re.search(r"[Dd]ead", i)}


def test_every_queue_has_dead_letters_and_these_an_alarm(app: Template) -> None:
    queues, dead = app.of_type("SQS::Queue"), _dead(app)
    for name in set(queues) - dead:
        policy = queues[name]["RedrivePolicy"]
        assert policy["deadLetterTargetArn"]["Fn::GetAtt"][0] in dead, name
        assert policy["maxReceiveCount"] == 5, name
    alarmed = {}
    for alarm in app.of_type("CloudWatch::Alarm").values():
        if alarm["Namespace"] == "AWS/SQS":
            assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
            assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
            alarmed[alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0]] = alarm
    assert set(alarmed) == dead
    assert all(queues[d]["MessageRetentionPeriod"] == 14 * 24 * 3600 for d in dead)


def test_a_message_waits_four_days_encrypted(app: Template) -> None:
    dead = _dead(app)
    for name, queue in app.of_type("SQS::Queue").items():
        assert queue["SqsManagedSseEnabled"] is True, name
        assert name in dead or queue["MessageRetentionPeriod"] == 4 * 24 * 3600, name


def test_nobody_comes_to_a_queue_or_the_bell_but_by_tls(every: Synthesised) -> None:
    app = every.app
    for thing, kind in (("Queue", "SQS::QueuePolicy"), ("Topic", "SNS::TopicPolicy")):
        refused = {
            every.which(at)
            for policy in app.of_type(kind).values()
            if any(_refuses_plain_http(s) for s in policy["PolicyDocument"]["Statement"])
            for at in policy[f"{thing}s"]
        }
        there = set(app.of_type(kind.removesuffix("Policy")))
        assert refused == (set() if every.stage.left_out.tls_only else there)


def _refuses_plain_http(statement: dict[str, Any]) -> bool:
    return (
        statement["Effect"] == "Deny"
        and statement["Principal"] in ("*", {"AWS": "*"})
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
    )


def test_only_rules_and_roles_put_into_queues(every: Synthesised) -> None:
    """What a role may is in its policy; of others, EventBridge alone, and by one rule."""
    rules = set(every.app.of_type("Events::Rule"))
    for name, policy in every.app.of_type("SQS::QueuePolicy").items():
        for allowed in (s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"):
            assert allowed["Principal"] == {"Service": "events.amazonaws.com"}, name
            assert listed(allowed["Action"]) == ["sqs:SendMessage"], name
            assert every.which(allowed["Condition"]["ArnEquals"]["aws:SourceArn"]) in rules, name


def test_every_alarm_rings_the_bell(app: Template) -> None:
    (topic,) = app.of_type("SNS::Topic")
    for name, alarm in app.of_type("CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}], name
        assert alarm.get("ActionsEnabled", True), name
        assert alarm["TreatMissingData"] == "notBreaching", name
        assert alarm["AlarmDescription"], name
    assert app.body["Outputs"]["AlarmTopicArn"]["Value"] == {"Ref": topic}, "who deploys must learn where to listen"


CALLED = {"services.matching.on_match", "services.off_sync.on_lookup"}
"""By another function that waits for them."""


def test_who_is_woken_by_machines_fails_aloud(every: Synthesised) -> None:
    """Everything but what a person or a caller waits for: queues' workers, streams' readers, what runs by the clock."""
    app = every.app
    woken = {every.which(s["FunctionName"]) for s in app.of_type("Lambda::EventSourceMapping").values()}
    woken |= {every.which(s["Target"]["Arn"]) for s in app.of_type("Scheduler::Schedule").values()}
    waited_for = {f.id for f in app.functions if f.module.endswith(".api") or f.module in CALLED}
    assert woken == {f.id for f in app.functions} - waited_for
    assert _alarmed(every, "Errors") == woken
    streams = {
        every.which(s["FunctionName"])
        for s in app.of_type("Lambda::EventSourceMapping").values()
        if "StartingPosition" in s
    }
    assert _alarmed(every, "IteratorAge") == streams


def test_want_of_room_for_lambdas_is_told(app: Template) -> None:
    """Concurrency is the account's, so is this alarm: a metric without dimensions is of all functions."""
    (alarm,) = (a for a in app.of_type("CloudWatch::Alarm").values() if a["MetricName"] == "Throttles")
    assert not alarm.get("Dimensions")


def _alarmed(every: Synthesised, metric: str) -> set[str]:
    """The functions with an alarm on a metric."""
    return {
        every.which(alarm["Dimensions"][0]["Value"])
        for alarm in every.app.of_type("CloudWatch::Alarm").values()
        if alarm["MetricName"] == metric and alarm.get("Dimensions")
    }


def test_alarms_may_ring_the_bell(app: Template) -> None:
    (policy,) = app.of_type("SNS::TopicPolicy").values()
    ringing = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    assert [s["Principal"] for s in ringing] == [{"Service": "cloudwatch.amazonaws.com"}]
    assert listed(ringing[0]["Action"]) == ["sns:Publish"]


def test_a_message_stays_hidden_six_times_as_long_as_its_work_may_take(every: Synthesised) -> None:
    """But on the local stage, where nobody waits half an hour after a crash."""
    queues, stage = every.app.of_type("SQS::Queue"), every.stage
    functions = {f.id: f for f in every.app.functions}
    for source in every.app.of_type("Lambda::EventSourceMapping").values():
        queue = source["EventSourceArn"].get("Fn::GetAtt", [""])[0]
        if queue in queues:
            timeout = functions[source["FunctionName"]["Fn::GetAtt"][0]].properties["Timeout"]
            least = min(timeout, 60) if stage.name == "local" else 6 * timeout
            assert queues[queue]["VisibilityTimeout"] >= least, queue


def test_a_bad_message_or_record_fails_alone(app: Template) -> None:
    for name, source in app.of_type("Lambda::EventSourceMapping").items():
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name


def test_what_a_stream_cannot_bring_is_kept(app: Template) -> None:
    streams = [s for s in app.of_type("Lambda::EventSourceMapping").values() if "StartingPosition" in s]
    assert len(streams) == 4
    dead = _dead(app)
    for source in streams:
        assert source["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0] in dead
        assert source["BisectBatchOnFunctionError"] is True
        assert source["MaximumRetryAttempts"] > 0


def test_what_runs_by_the_clock_fails_aloud(app: Template) -> None:
    dead = _dead(app)
    failing = {
        c["FunctionName"]["Ref"]: c["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
        for c in app.of_type("Lambda::EventInvokeConfig").values()
    }
    schedules = app.of_type("Scheduler::Schedule").values()
    assert schedules
    assert set(failing) == {s["Target"]["Arn"]["Fn::GetAtt"][0] for s in schedules}
    for schedule in schedules:
        assert failing[schedule["Target"]["Arn"]["Fn::GetAtt"][0]] in dead
        assert schedule["Target"]["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] in dead


def test_what_a_rule_cannot_deliver_is_kept(app: Template) -> None:
    dead = _dead(app)
    for name, rule in app.of_type("Events::Rule").items():
        for target in rule["Targets"]:
            assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] in dead, name


def test_imports_leave_room_for_others(app: Template) -> None:
    rooms = {f.id: f.module for f in app.functions if ".csv_import.on_" in f.module}
    found = {
        rooms[s["FunctionName"]["Fn::GetAtt"][0]]: (s["ScalingConfig"]["MaximumConcurrency"], s["BatchSize"])
        for s in app.of_type("Lambda::EventSourceMapping").values()
        if s["FunctionName"]["Fn::GetAtt"][0] in rooms
    }
    assert set(found) == set(rooms.values())
    assert all(2 <= at_once <= 10 for at_once, _ in found.values())
    assert {module: batch for module, (_, batch) in found.items() if batch != 1} == {}


def test_no_queue_can_flood(app: Template) -> None:
    for name, source in app.of_type("Lambda::EventSourceMapping").items():
        if "StartingPosition" not in source:
            assert source["ScalingConfig"]["MaximumConcurrency"] <= 10, name


def test_more_than_ten_messages_gather_for_a_moment(app: Template) -> None:
    """AWS takes more than ten at a time with a window only; a window more than the work may take makes no sense."""
    gathering = {
        s["FunctionName"]["Fn::GetAtt"][0]: s.get("MaximumBatchingWindowInSeconds")
        for s in app.of_type("Lambda::EventSourceMapping").values()
        if "StartingPosition" not in s and s["BatchSize"] > 10
    }
    assert {f.module for f in app.functions if f.id in gathering} == {"services.matching.subscriptions"}
    assert set(gathering.values()) == {1}


def test_what_starts_from_a_snapshot_has_the_disk_that_aws_allows_it(prod: Synthesised) -> None:
    room = {f.module: f.properties.get("EphemeralStorage", {}).get("Size", 512) for f in prod.app.functions}
    snapped = {f.module for f in prod.app.functions if "SnapStart" in f.properties}
    assert "services.matching.api" in snapped
    assert {room[m] for m in snapped} == {512}
    assert {m for m, size in room.items() if size > 512} == {
        "services.catalog.on_export",
        *(f"services.matching.{file}" for file in ("on_match", "on_rebuild", "schedule", "subscriptions")),
    }


# --- Roles ---


def test_each_function_has_a_role_of_its_own(app: Template) -> None:
    roles = [f.role for f in app.functions]
    assert len(set(roles)) == len(roles)
    for role in roles:
        assert "ManagedPolicyArns" not in app.of_type("IAM::Role")[role], role


def test_actions_are_named(app: Template) -> None:
    for role, statement in app.statements():
        for action in listed(statement["Action"]):
            assert "*" not in action, (role, action)


def test_resources_are_named(every: Synthesised) -> None:
    """Beyond these, AWS forces no wildcard on us."""
    allowed = {
        "s3:GetObject": "S3 knows objects by pattern",
        "s3:GetObjectVersion": "S3 knows objects by pattern",
        "s3:PutObject": "S3 knows objects by pattern",
        "s3:DeleteObject": "S3 knows objects by pattern",
        "s3:DeleteObjectVersion": "S3 knows objects by pattern",
        "translate:TranslateText": "it knows no resources but terminologies",
        "translate:GetTerminology": "AWS's table of its permissions gives it no resource",
        "translate:ImportTerminology": "AWS's table of its permissions gives it no resource",
        "dynamodb:ListStreams": "it knows no resources, and Lambda asks for it to read a stream",
        "sqs:ListQueues": "it knows no resources",
        "sqs:GetQueueAttributes": "our queues by their prefix: fifty names would pass the size of a policy",
        "sqs:ListQueueTags": "our queues by their prefix: fifty names would pass the size of a policy",
    }
    if every.stage.left_out.mail_identity:
        allowed["ses:SendEmail"] = "the engine asks for all identities"
    for role, statement in every.app.statements():
        wild = [r for r in listed(statement["Resource"]) if "*" in text(r)]
        if wild:
            assert set(listed(statement["Action"])) <= set(allowed), (role, statement)


def test_the_address_that_mails_come_from_is_the_operators(
    synthesise: Synthesise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who says it may send by that address or its domain; without one nothing is sent."""
    silent = synthesise("dev").app
    monkeypatch.setenv("SENDER", "shop@vyapar.example")
    build_app(STAGES["dev"], outdir=str(tmp_path)).synth()
    sending = Synthesised.read(STAGES["dev"], tmp_path, looked_at=False).app
    (allowed,) = (s for _, s in sending.statements() if "ses:SendEmail" in listed(s["Action"]))
    names = [text(r).rpartition(":identity/")[2].rstrip('"]}') for r in allowed["Resource"]]
    assert names == ["shop@vyapar.example", "vyapar.example"]
    assert [s for _, s in silent.statements() if "ses:SendEmail" in listed(s["Action"])] == []
    (schedule,) = (f for f in silent.functions if f.module == "services.notifications.schedule")
    assert schedule.env["MAIL_FROM"] == ""


def test_every_queue_of_dead_letters_says_by_a_tag_whose_they_are(app: Template) -> None:
    """By which the admins are told of them; no other queue has it."""
    tags = ((name, tag) for name, queue in app.of_type("SQS::Queue").items() for tag in queue["Tags"])
    told = {name: tag["Value"] for name, tag in tags if tag["Key"] == DEAD_LETTERS_OF}
    assert set(told) == _dead(app)
    assert len(set(told.values())) == len(told)
    assert {"CsvImport Links", "Inventory on_stock_change", "Notifications schedule"} <= set(told.values()), told


def test_indexes_are_granted_by_name(app: Template) -> None:
    for role, statement in app.statements():
        assert "/index/*" not in text(statement["Resource"]), role


def test_nobody_scans_but_who_goes_through_all_there_is(app: Template) -> None:
    modules = {fn.role: fn.module for fn in app.functions}
    scanning = {modules[role] for role, s in app.statements() if "dynamodb:Scan" in listed(s["Action"])}
    assert scanning == {"services.matching.on_rebuild", "services.catalog.on_export", "services.off_sync.worker"}


def test_owners_publish_under_their_own_name(every: Synthesised) -> None:
    """Where the engine can't tell sources apart, the condition is left out, and nothing else is."""
    publishing = {
        role: statement.get("Condition", {}).get("StringEquals", {}).get("events:source")
        for role, statement in every.app.statements()
        if "events:PutEvents" in listed(statement["Action"])
    }
    by_module = {f.module: publishing[f.role] for f in every.app.functions if f.role in publishing}
    told = not every.stage.left_out.source_condition
    assert by_module == {
        "services.catalog.on_product_change": ["vyapar.catalog"] if told else None,
        "services.inventory.on_stock_change": ["vyapar.inventory"] if told else None,
        "services.quality_review.on_review_change": ["vyapar.quality"] if told else None,
        "shared.aws.relay": None,  # the outbox speaks for everyone
        "shared.aws.sweeper": None,
    }


def test_roles_are_assumed_by_the_service_that_needs_them(every: Synthesised) -> None:
    functions = {f.role for f in every.app.functions}
    for name, role in every.app.of_type("IAM::Role").items():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        if name in functions:
            assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}, name
        else:
            assert statement["Principal"] == {"Service": "scheduler.amazonaws.com"}, name
            assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}, name


def test_the_gateway_alone_calls_functions_and_only_as_this_api(every: Synthesised) -> None:
    (api,) = every.app.of_type("ApiGatewayV2::Api")
    for name, permission in every.app.of_type("Lambda::Permission").items():
        assert permission["Principal"] == "apigateway.amazonaws.com", name
        assert api in text(permission["SourceArn"]), name


# --- The API ---


def _routes(app: Template) -> dict[str, dict[str, Any]]:
    return {r["RouteKey"]: r for r in app.of_type("ApiGatewayV2::Route").values()}


def test_only_a_few_routes_are_open(app: Template) -> None:
    (authorizer,) = app.of_type("ApiGatewayV2::Authorizer")
    routes = _routes(app)
    assert {k for k, r in routes.items() if r["AuthorizationType"] == "NONE"} == {
        "GET /v1/health",
        "GET /v1/openapi.json",
        "GET /v1/docs",
        "GET /v1/attribution",
    }
    for key, route in routes.items():
        if route["AuthorizationType"] != "NONE":
            assert route["AuthorizationType"] == "JWT", key
            assert route["AuthorizerId"] == {"Ref": authorizer}, key


def test_each_declared_route_reaches_its_service(app: Template) -> None:
    """Every path that a service's ``api.py`` answers is sent to it by the gateway, and to no other."""
    routes = _routes(app)
    for fn in app.functions:
        if not fn.module.endswith(".api"):
            continue
        api = importlib.import_module(fn.module).api
        for path, method in _declared(api):
            assert _best(routes, method, path) in app.routes_to(fn), f"{method} {path} does not reach {fn.module}"


def _declared(api: Any) -> list[tuple[str, str]]:
    return [(re.sub(r"<(\w+)>", r"{\1}", r.path), r.method) for r in [*api._static_routes, *api._dynamic_routes]]


def _best(routes: dict[str, Any], method: str, path: str) -> str:
    """As API Gateway chooses: a full match before a greedy one, literal before variable, a method before ANY."""

    def fits(key: str) -> tuple[bool, int, bool] | None:
        asked, place = key.split(" ", 1)
        if asked not in {"ANY", method}:
            return None
        parts = place.split("/")
        greedy = parts[-1] == "{proxy+}"
        given = path.split("/")
        if greedy:
            parts, given = parts[:-1], given[: len(parts) - 1] if len(given) >= len(parts) else []
        if len(parts) != len(given):
            return None
        if not all(p == g or p.startswith("{") for p, g in zip(parts, given, strict=True)):
            return None
        return not greedy, sum(not p.startswith("{") for p in parts), asked != "ANY"

    return max((k for k in routes if fits(k)), key=lambda k: fits(k) or (False, 0, False))


def test_the_api_is_throttled_and_logged(every: Synthesised) -> None:
    (stage,) = every.app.of_type("ApiGatewayV2::Stage").values()
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == every.stage.requests_per_second > 0
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] == every.stage.burst > 0
    assert "RouteSettings" not in stage, "no route is let off"
    group = every.app.of_type("Logs::LogGroup")[every.which(stage["AccessLogSettings"]["DestinationArn"])]
    assert group["RetentionInDays"] == every.stage.log_days
    told = json.loads(stage["AccessLogSettings"]["Format"])
    assert {"requestId", "time", "route", "status", "ms", "error"} <= set(told)
    assert "authorization" not in text(told).lower(), "no token in a log"


def test_a_failing_api_is_told(app: Template) -> None:
    (alarm,) = (a for a in app.of_type("CloudWatch::Alarm").values() if a["Namespace"] == "AWS/ApiGateway")
    assert (alarm["MetricName"], alarm["Threshold"]) == ("5xx", 0)


def test_tokens_are_those_of_our_people(every: Synthesised) -> None:
    (authorizer,) = every.app.of_type("ApiGatewayV2::Authorizer").values()
    (pool,), (client,) = every.data.of_type("Cognito::UserPool"), every.data.of_type("Cognito::UserPoolClient")
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
    assert [every.which(a) for a in authorizer["JwtConfiguration"]["Audience"]] == [client]
    issuer, names = authorizer["JwtConfiguration"]["Issuer"]["Fn::Sub"]
    assert issuer == "https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}"
    assert every.which(names["Pool"]) == pool


def test_the_local_api_keeps_its_address(local: Synthesised) -> None:
    (api,) = local.app.of_type("ApiGatewayV2::Api").values()
    assert api["Tags"]["ms-custom-id"] == "vyapar"


# --- Functions ---


def test_functions_run_on_the_stages_python(every: Synthesised) -> None:
    for fn in every.app.functions:
        assert fn.properties["Runtime"] == f"python{every.stage.target.python}", fn.module
        assert fn.properties["Architectures"] == [every.stage.target.machine], fn.module
        assert fn.properties["LoggingConfig"]["LogFormat"] == "JSON", fn.module
        assert "TracingConfig" not in fn.properties, fn.module


def test_people_do_not_wait_for_a_cold_start_on_aws(every: Synthesised) -> None:
    snap_start = every.stage.snap_start and not every.stage.left_out.snap_start
    from_snapshot = {f.module for f in every.app.functions if "SnapStart" in f.properties}
    assert from_snapshot == {f.module for f in every.app.functions if f.module.endswith(".api") and snap_start}
    for integration in every.app.of_type("ApiGatewayV2::Integration").values():
        assert bool(every.app.alias_of(integration)) == snap_start, "a snapshot belongs to a version; $LATEST has none"


def test_interactive_functions_start_from_a_snapshot_where_shops_are(prod: Synthesised) -> None:
    assert prod.stage.snap_start


def test_logs_are_kept_as_long_as_the_stage_says(every: Synthesised) -> None:
    groups = every.app.whole("Logs::LogGroup")
    told = {f.module: every.which(f.properties["LoggingConfig"]["LogGroup"]) for f in every.app.functions}
    assert len(set(told.values())) == len(told), "a group for each function"
    assert len(groups) == len(told) + 1, "and one for the gateway"
    for name, group in groups.items():
        assert group["Properties"]["RetentionInDays"] == every.stage.log_days, name
        assert group["DeletionPolicy"] == ("Retain" if every.stage.keep else "Delete"), name


def test_prod_keeps_logs_as_long_as_the_law_says(prod: Synthesised) -> None:
    assert prod.stage.log_days >= 180


def test_a_function_and_its_layers_fit(every: Synthesised) -> None:
    """AWS takes 250 MB unpacked; what grows past 240 is looked at before it is too late."""
    for fn in every.app.functions:
        assert fn.properties["Layers"], fn.module
        assert 0 < every.unpacked(fn) <= 240_000_000, fn.module


def test_outputs_are_there_for_whoever_deploys(app: Template) -> None:
    assert {"ApiId", "ApiUrl", "UserPoolId", "UserPoolClientId", "EventBusName", "TableNames", "BucketNames"} <= set(
        app.body["Outputs"]
    )


def test_no_account_stands_in_the_code() -> None:
    for source in Path(ROOT / "cdk").rglob("*.py"):
        assert not re.search(r"\b\d{12}\b", source.read_text()), source
