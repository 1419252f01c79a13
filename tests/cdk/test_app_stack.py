"""The services as AWS sees them: every file its function, every queue its dead letters, every role what it needs."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from cdk.assets import ROOT
from tests.cdk.template import Synthesised, Template, listed, text

pytestmark = pytest.mark.cdk

_IS_A_LAMBDA = re.compile(r"(api|subscriptions|worker|schedule|on_\w+)\.py")
_STAGES = ["prod", "local"]


@pytest.fixture(params=_STAGES)
def app(request: pytest.FixtureRequest) -> Template:
    """The app stack of either kind of stage."""
    found: Synthesised = request.getfixturevalue(request.param)
    return found.app


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


def test_templates_stay_small(prod: Synthesised) -> None:
    assert len(prod.app.resources) < 400, "time for nested stacks"
    assert len(prod.data.resources) < 400


def test_each_rule_asks_for_what_its_service_reacts_to(app: Template) -> None:
    rules = [r["EventPattern"] for r in app.of_type("Events::Rule").values() if "EventBusName" in r]
    heard: list[Any] = []
    for fn in app.functions:
        if fn.module.endswith(".subscriptions"):
            kinds = set(importlib.import_module(fn.module).subscriptions.reactions)
            sources = sorted({k.SOURCE for k in kinds})
            heard.append({"source": sources, "detail-type": sorted(k.detail_type() for k in kinds)})
    assert sorted(map(text, rules)) == sorted(map(text, heard))


def test_dropped_files_and_uploads_reach_the_first_room(app: Template) -> None:
    (rule,) = (r for r in app.of_type("Events::Rule").values() if "EventBusName" not in r)
    pattern = rule["EventPattern"]
    assert pattern["source"] == ["aws.s3"]
    assert pattern["detail-type"] == ["Object Created"]
    assert pattern["detail"]["object"]["key"] == [{"prefix": "imports/"}, {"prefix": "uploads/"}]
    assert rule["Targets"][0]["Arn"]["Fn::GetAtt"][0].startswith("CsvImportUploads")


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


def test_every_alarm_rings_the_bell(app: Template) -> None:
    (topic,) = app.of_type("SNS::Topic")
    for name, alarm in app.of_type("CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == [{"Ref": topic}], name
        assert alarm["TreatMissingData"] == "notBreaching", name


def test_alarms_may_ring_the_bell(app: Template) -> None:
    (policy,) = app.of_type("SNS::TopicPolicy").values()
    ringing = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    assert [s["Principal"] for s in ringing] == [{"Service": "cloudwatch.amazonaws.com"}]
    assert listed(ringing[0]["Action"]) == ["sns:Publish"]


def test_a_message_stays_hidden_six_times_as_long_as_its_work_may_take(prod: Synthesised) -> None:
    queues = prod.app.of_type("SQS::Queue")
    functions = {f.id: f for f in prod.app.functions}
    for source in prod.app.of_type("Lambda::EventSourceMapping").values():
        queue = source["EventSourceArn"].get("Fn::GetAtt", [""])[0]
        if queue in queues:
            timeout = functions[source["FunctionName"]["Fn::GetAtt"][0]].properties["Timeout"]
            assert queues[queue]["VisibilityTimeout"] >= 6 * timeout, queue


def test_a_bad_message_or_record_fails_alone(app: Template) -> None:
    for name, source in app.of_type("Lambda::EventSourceMapping").items():
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name


def test_what_a_stream_cannot_bring_is_kept(app: Template) -> None:
    streams = [s for s in app.of_type("Lambda::EventSourceMapping").values() if "StartingPosition" in s]
    assert len(streams) == 3
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
    for schedule in schedules:
        assert failing[schedule["Target"]["Arn"]["Fn::GetAtt"][0]] in dead
        assert schedule["Target"]["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] in dead


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


def test_resources_are_named(app: Template) -> None:
    """Beyond these, AWS forces no wildcard on us."""
    allowed = {
        "s3:GetObject": "S3 knows objects by pattern",
        "s3:GetObjectVersion": "S3 knows objects by pattern",
        "s3:PutObject": "S3 knows objects by pattern",
        "dynamodb:ListStreams": "it knows no resources, and Lambda asks for it to read a stream",
    }
    for role, statement in app.statements():
        wild = [r for r in listed(statement["Resource"]) if "*" in text(r)]
        if wild:
            assert set(listed(statement["Action"])) <= set(allowed), (role, statement)


def test_indexes_are_granted_by_name(app: Template) -> None:
    for role, statement in app.statements():
        assert "/index/*" not in text(statement["Resource"]), role


def test_nobody_scans(app: Template) -> None:
    for role, statement in app.statements():
        assert "dynamodb:Scan" not in listed(statement["Action"]), role


def test_owners_publish_under_their_own_name(prod: Synthesised) -> None:
    publishing = {
        role: statement.get("Condition", {}).get("StringEquals", {}).get("events:source")
        for role, statement in prod.app.statements()
        if "events:PutEvents" in listed(statement["Action"])
    }
    by_module = {f.module: publishing[f.role] for f in prod.app.functions if f.role in publishing}
    assert by_module == {
        "services.catalog.on_product_change": ["vyapar.catalog"],
        "services.inventory.on_stock_change": ["vyapar.inventory"],
        "shared.aws.relay": None,  # the outbox speaks for everyone
        "shared.aws.sweeper": None,
    }


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
    }
    for key, route in routes.items():
        if route["AuthorizationType"] != "NONE":
            assert route["AuthorizationType"] == "JWT", key
            assert route["AuthorizerId"] == {"Ref": authorizer}, key


def test_each_declared_route_reaches_its_service(app: Template) -> None:
    """Every path that a service's ``api.py`` answers is sent to it by the gateway, and to no other."""
    routes = _routes(app)
    integrations = app.of_type("ApiGatewayV2::Integration")
    for fn in app.functions:
        if not fn.module.endswith(".api"):
            continue
        api = importlib.import_module(fn.module).api
        for path, method in _declared(api):
            target = routes[_best(routes, method, path)]["Target"]["Fn::Join"][1][1]["Ref"]
            assert fn.id in text(integrations[target]["IntegrationUri"]) or (
                _aliased(app, integrations[target]) == fn.id
            ), f"{method} {path} does not reach {fn.module}"


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


def _aliased(app: Template, integration: dict[str, Any]) -> str | None:
    alias = app.of_type("Lambda::Alias").get(integration["IntegrationUri"].get("Ref", ""))
    return alias["FunctionName"]["Ref"] if alias else None


def test_the_api_is_throttled_and_logged(prod: Synthesised) -> None:
    (stage,) = prod.app.of_type("ApiGatewayV2::Stage").values()
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == prod.stage.requests_per_second
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] == prod.stage.burst
    assert "requestId" in stage["AccessLogSettings"]["Format"]


def test_the_local_api_keeps_its_address(local: Synthesised) -> None:
    (api,) = local.app.of_type("ApiGatewayV2::Api").values()
    assert api["Tags"]["ms-custom-id"] == "vyapar"


# --- Functions ---


def test_functions_run_on_the_stages_python(prod: Synthesised) -> None:
    for fn in prod.app.functions:
        assert fn.properties["Runtime"] == "python3.13", fn.module
        assert fn.properties["Architectures"] == ["arm64"], fn.module
        assert fn.properties["LoggingConfig"]["LogFormat"] == "JSON", fn.module
        assert "TracingConfig" not in fn.properties, fn.module


def test_people_do_not_wait_for_a_cold_start_on_aws(prod: Synthesised, local: Synthesised) -> None:
    def from_snapshot(app: Template) -> set[str]:
        return {f.module for f in app.functions if "SnapStart" in f.properties}

    apis = {f.module for f in prod.app.functions if f.module.endswith(".api")}
    assert from_snapshot(prod.app) == apis
    for integration in prod.app.of_type("ApiGatewayV2::Integration").values():
        assert _aliased(prod.app, integration), "a snapshot belongs to a version; $LATEST has none"
    assert from_snapshot(local.app) == set()


def test_logs_are_kept_as_long_as_the_stage_says(prod: Synthesised) -> None:
    groups = prod.app.whole("Logs::LogGroup")
    assert len(groups) == len(prod.app.functions) + 1
    for name, group in groups.items():
        assert group["Properties"]["RetentionInDays"] == 180, name
        assert group["DeletionPolicy"] == "Retain", name


def test_memberships_are_known_wherever_the_guard_stands(app: Template) -> None:
    for fn in app.functions:
        if fn.module.endswith(".api"):
            assert "MEMBERSHIPS_TABLE" in fn.env, fn.module
            granted = [
                a
                for role, s in app.statements()
                if role == fn.role and "StoresMemberships" in text(s["Resource"])
                for a in listed(s["Action"])
            ]
            assert {"dynamodb:GetItem", "dynamodb:Query"} <= set(granted), fn.module


def test_outputs_are_there_for_whoever_deploys(app: Template) -> None:
    assert {"ApiId", "ApiUrl", "UserPoolId", "UserPoolClientId", "EventBusName", "TableNames", "BucketNames"} <= set(
        app.body["Outputs"]
    )


def test_no_account_stands_in_the_code() -> None:
    for source in Path(ROOT / "cdk").rglob("*.py"):
        assert not re.search(r"\b\d{12}\b", source.read_text()), source
