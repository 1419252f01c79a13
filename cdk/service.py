"""How a service becomes functions: the defaults of every Lambda, once, and the five ways one is woken.

A file of ``services/x`` is a Lambda; its entry point is ``handler``. Each has its own role, which allows what
is named in ``cdk/services/x.py`` and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from aws_cdk import Duration, NestedStack, RemovalPolicy, Size, Tags
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_events as eventbridge
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from cdk.foundation import Foundation
from cdk.reasons import because
from cdk.storage import DeadLetters, Queue, Table, allow
from events.base import Event

# The gateway gives up after 30 s and a person long before; the SDK's own time-outs end below this.
API_TIMEOUT = Duration.seconds(20)
# More memory is more CPU, so a start is short; beyond this it only costs.
MEMORY = 1024


class Service(NestedStack):
    """What a service's construct builds upon: a template of its own, nested in the app's, for one takes 500 resources.

    All services from the first day, not the large ones once they are large: a route or a queue that moves to another
    template is made anew, and two routes of one path can't stand side by side meanwhile.
    """

    package: ClassVar[str] = ""
    """The Python package of its functions; ``services.<name>`` unless it says otherwise."""

    layers: ClassVar[tuple[str, ...]] = ("core",)
    """What its functions find beside their package."""

    def __init__(self, scope: Construct, foundation: Foundation) -> None:
        name = type(self).__name__
        label = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
        super().__init__(scope, name, description=f"The service {label} of the VyaparAI product catalog")
        if self.nested_stack_resource:  # its name begins that of everything in it: VyaparApp-prod-CsvImport-...
            self.nested_stack_resource.override_logical_id(name)
        self.foundation = foundation
        self.stage = foundation.stage
        self.label = label
        self._package = self.package or f"services.{self.label}"
        self._code: lambda_.Code | None = None
        self._targets: dict[str, str] = {}
        Tags.of(self).add("service", self.label)

    # --- Functions ---

    def function(
        self,
        file: str,
        *,
        env: Mapping[str, str] | None = None,
        timeout: Duration = API_TIMEOUT,
        memory: int = MEMORY,
        disk: int | None = None,
        layers: tuple[str, ...] | None = None,
    ) -> lambda_.Function:
        """The function of ``file``. ``env`` adds to what grants set by themselves; ``disk`` in MB, 512 unless told.

        ``layers``: where it finds other ones than all its service's functions do.
        """
        foundation, stage = self.foundation, self.stage
        if disk and self._from_snapshot(file):
            raise ValueError(f"{self.label}.{file} starts from a snapshot, which AWS allows 512 MB of disk alone")
        log_group = logs.LogGroup(
            self,
            f"{file}-logs",
            retention=foundation.log_retention,
            removal_policy=RemovalPolicy.RETAIN if stage.keep else RemovalPolicy.DESTROY,
        )
        role = iam.Role(self, f"{file}-role", assumed_by=foundation.lambda_principal)
        fn = lambda_.Function(
            self,
            file,
            runtime=foundation.runtime,
            architecture=foundation.architecture,
            handler=f"{self._package}.{file}.handler",
            code=self._its_code(),
            layers=[foundation.layer(name) for name in layers or self.layers],
            role=role,
            timeout=timeout,
            memory_size=memory,
            ephemeral_storage_size=Size.mebibytes(disk) if disk else None,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            system_log_level_v2=lambda_.SystemLogLevel.WARN,
            application_log_level_v2=lambda_.ApplicationLogLevel(stage.log_level),
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if self._from_snapshot(file) else None,
            environment={
                "SERVICE": self.label,
                "STAGE": stage.name,
                "VERSION": foundation.version,
                "LOG_LEVEL": stage.log_level,
                "EVENT_BUS": foundation.bus_name,
                "POWERTOOLS_SERVICE_NAME": self.label,
                "POWERTOOLS_METRICS_NAMESPACE": "Vyapar",
                "PYDANTIC_DISABLE_PLUGINS": "__all__",  # looking for plugins reads every package's metadata
                **(env or {}),
            },
        )
        allow(fn, ["logs:CreateLogStream", "logs:PutLogEvents"], [log_group.log_group_arn])
        because(fn, "AwsSolutions-L1", "The layers are built for this Python; the stage says which.")
        if self._from_snapshot(file):
            warning = "Construct-Annotations::@aws-cdk/aws-lambda:snapStartRequirePublish"
            because(fn, warning, "Whatever a route leads to is a published version, by its alias.")
        return fn

    def _its_code(self) -> lambda_.Code:
        if self._code is None:
            staged = self.foundation.assets.stage(self._package)
            self._code = lambda_.Code.from_asset(str(staged.path), asset_hash=staged.hash)
        return self._code

    def _from_snapshot(self, file: str) -> bool:
        """People wait for ``api`` alone; all else is woken by machines."""
        return file == "api" and self.stage.snap_start and not self.stage.left_out.snap_start

    # --- What wakes them ---

    def route(
        self,
        path: str,
        fn: lambda_.Function,
        *,
        method: str = "ANY",
        below: bool = True,
        open_to_all: bool = False,
    ) -> None:
        """Sends ``path``, and with ``below`` all under it, to ``fn``; with a token unless ``open_to_all``."""
        for place in (path, f"{path}/{{proxy+}}") if below else (path,):
            route = apigateway.CfnRoute(
                self,
                f"{method} {place}",
                api_id=self.foundation.api_id,
                route_key=f"{method} {place}",
                target=self._integration(fn),
                authorization_type="NONE" if open_to_all else "JWT",
                authorizer_id=None if open_to_all else self.foundation.authorizer_id,
            )
            if open_to_all:
                because(route, "AwsSolutions-APIG4", "Meant for everyone: one of the few routes without a token.")

    def _watch(self, file: str, fn: lambda_.Function) -> None:
        """An alarm for a function whose failures no person sees: it crashes or times out again and again.

        What fails five times is a dead letter, with an alarm of its own, but after hours where the work is long.
        """
        self.foundation.bell.alarm(
            self,
            f"{file}-fails",
            what=f"{self.label}.{file} has crashed or timed out three times in five minutes",
            namespace="AWS/Lambda",
            metric="Errors",
            statistic="Sum",
            dimensions={"FunctionName": fn.function_name},
            seconds=300,
            above=2,
        )

    def _integration(self, fn: lambda_.Function) -> str:
        """The gateway's way to ``fn``: one integration and one permission, however many routes lead there."""
        file = fn.node.id
        if file not in self._targets:
            arn = fn.function_arn
            if self._from_snapshot(file):
                arn = lambda_.Alias(self, f"{file}-live", alias_name="live", version=fn.current_version).function_arn
            lambda_.CfnPermission(
                self,
                f"{file}-from-api",
                action="lambda:InvokeFunction",
                function_name=arn,
                principal="apigateway.amazonaws.com",
                source_arn=self.foundation.api_arn,
            )
            integration = apigateway.CfnIntegration(
                self,
                f"{file}-integration",
                api_id=self.foundation.api_id,
                integration_type="AWS_PROXY",
                integration_uri=arn,
                payload_format_version="2.0",
            )
            self._targets[file] = f"integrations/{integration.ref}"
        return self._targets[file]

    def subscribe(
        self,
        file: str,
        *events: type[Event],
        env: Mapping[str, str] | None = None,
        timeout: Duration = Duration.seconds(30),  # noqa: B008 - a value, never changed
        memory: int = MEMORY,
        disk: int | None = None,
        batch_size: int = 10,
        window: Duration | None = None,
        concurrency: int = 5,
    ) -> lambda_.Function:
        """The function of ``file`` hears these events by an inbox of its own: rule -> queue -> function."""
        inbox = self.queue(f"{file.title()}Inbox", worked_within=timeout)
        fn = self.worker(
            file,
            inbox,
            env=env,
            timeout=timeout,
            memory=memory,
            disk=disk,
            batch_size=batch_size,
            window=window,
            concurrency=concurrency,
        )
        pattern = {
            "source": sorted({e.SOURCE for e in events}),
            "detail-type": sorted(e.detail_type() for e in events),
        }
        self.rule_into(inbox, pattern, bus=self.foundation.bus_name)
        return fn

    def rule_into(self, queue: Queue, pattern: Mapping[str, Any], *, bus: str | None) -> None:
        """What fits ``pattern`` on ``bus`` (None: the account's own, where S3 reports) goes to ``queue``."""
        rule = eventbridge.CfnRule(
            queue,
            "Rule",
            event_bus_name=bus,
            event_pattern=pattern,
            targets=[
                eventbridge.CfnRule.TargetProperty(
                    id="inbox",
                    arn=queue.arn,
                    dead_letter_config=eventbridge.CfnRule.DeadLetterConfigProperty(arn=queue.dead.arn),
                )
            ],
        )
        queue.admit_rule(rule.attr_arn)

    def queue(self, name: str, *, worked_within: Duration) -> Queue:
        """A queue of this service."""
        return Queue(self, name, stage=self.stage, bell=self.foundation.bell, worked_within=worked_within)

    def worker(
        self,
        file: str,
        queue: Queue,
        *,
        env: Mapping[str, str] | None = None,
        timeout: Duration | None = None,
        memory: int = MEMORY,
        disk: int | None = None,
        layers: tuple[str, ...] | None = None,
        batch_size: int = 1,
        window: Duration | None = None,
        concurrency: int | None = None,
    ) -> lambda_.Function:
        """The function of ``file`` works ``queue``; a message that fails comes again alone.

        More than ten at a time want a ``window`` in which they gather; Lambda hands on 6 MB at most.
        """
        fn = self.function(
            file, env=env, timeout=timeout or queue.worked_within, memory=memory, disk=disk, layers=layers
        )
        own = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
        allow(fn, own, [queue.arn])
        fn.add_environment("OWN_QUEUE_URL", queue.queue.queue_url)
        lambda_.CfnEventSourceMapping(
            self,
            f"{file}-from-queue",
            function_name=fn.function_arn,
            event_source_arn=queue.arn,
            batch_size=batch_size,
            maximum_batching_window_in_seconds=window.to_seconds() if window else None,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=lambda_.CfnEventSourceMapping.ScalingConfigProperty(maximum_concurrency=concurrency)
            if concurrency
            else None,
        )
        self._watch(file, fn)
        return fn

    def on_stream(
        self,
        file: str,
        table: Table,
        *,
        env: Mapping[str, str] | None = None,
        only: Sequence[str] = (),
        timeout: Duration = Duration.seconds(60),  # noqa: B008 - a value, never changed
    ) -> lambda_.Function:
        """The function of ``file`` sees each change of ``table`` in order, or ``only`` INSERT, MODIFY ...

        A batch that fails is halved and tried again; what fails ten times goes among the dead letters (as its
        place in the stream, readable for 24 h) and the stream moves on: one bad item must not stop a shop.
        """
        if table.stream_arn is None:
            raise ValueError(f"{table.label} has no stream")
        fn = self.function(file, env=env, timeout=timeout)
        dead = DeadLetters(self, f"{file}-dead", stage=self.stage, bell=self.foundation.bell)
        allow(
            fn,
            ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
            [table.stream_arn],
        )
        allow(fn, ["dynamodb:ListStreams"], ["*"])
        because(
            fn.role or fn,
            "AwsSolutions-IAM5[Resource::*]",
            "ListStreams knows no resources; Lambda asks for it beside the stream, and it reads no data.",
        )
        allow(fn, ["sqs:SendMessage"], [dead.arn])
        source = lambda_.CfnEventSourceMapping
        source(
            self,
            f"{file}-from-stream",
            function_name=fn.function_arn,
            event_source_arn=table.stream_arn,
            starting_position="TRIM_HORIZON",
            batch_size=100,
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=10,
            function_response_types=["ReportBatchItemFailures"],
            filter_criteria=source.FilterCriteriaProperty(
                filters=[source.FilterProperty(pattern=f'{{"eventName":["{kind}"]}}') for kind in only]
            )
            if only
            else None,
            destination_config=source.DestinationConfigProperty(
                on_failure=source.OnFailureProperty(destination=dead.arn)
            ),
        )
        self.foundation.bell.alarm(
            self,
            f"{file}-lags",
            what=f"{self.label}.{file} is ten minutes behind its table",
            namespace="AWS/Lambda",
            metric="IteratorAge",
            statistic="Maximum",
            dimensions={"FunctionName": fn.function_name},
            above=600_000,
        )
        self._watch(file, fn)
        return fn

    def schedule(
        self,
        file: str,
        every: str,
        *,
        env: Mapping[str, str] | None = None,
        timeout: Duration = Duration.seconds(50),  # noqa: B008 - a value, never changed
        memory: int = MEMORY,
        disk: int | None = None,
        layers: tuple[str, ...] | None = None,
    ) -> lambda_.Function:
        """The function of ``file`` runs ``every`` ("rate(1 minute)", "cron(...)" in Indian time).

        A run that fails twice is a dead letter.
        """
        fn = self.function(file, env=env, timeout=timeout, memory=memory, disk=disk, layers=layers)
        dead = DeadLetters(self, f"{file}-dead", stage=self.stage, bell=self.foundation.bell)
        allow(fn, ["sqs:SendMessage"], [dead.arn])
        lambda_.CfnEventInvokeConfig(
            self,
            f"{file}-failures",
            function_name=fn.function_name,
            qualifier="$LATEST",
            maximum_retry_attempts=1,
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=dead.arn)
            ),
        )
        clock = iam.Role(
            self,
            f"{file}-clock",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            ),
            inline_policies={
                "run": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[fn.function_arn]),
                        iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[dead.arn]),
                    ]
                )
            },
        )
        scheduler.CfnSchedule(
            self,
            f"{file}-schedule",
            schedule_expression=every,
            schedule_expression_timezone="Asia/Kolkata",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=fn.function_arn,
                role_arn=clock.role_arn,
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=dead.arn),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(maximum_retry_attempts=3),
            ),
        )
        self._watch(file, fn)
        return fn
