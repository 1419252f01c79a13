"""Tables, buckets and queues: how each is kept, and how a function is let in.

``grant`` both allows named actions and tells the function the name, as ``<NAME>_TABLE``, ``<NAME>_BUCKET`` or
``<NAME>_QUEUE_URL``: what a function may touch and what it knows of can't drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from aws_cdk import Duration, RemovalPolicy, Stack, Tags
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk.alarms import Bell
from cdk.reasons import because
from cdk.stage import Stage
from shared.aws.queues import DEAD_LETTERS_OF, RECEIVES


def shout(name: str) -> str:
    """``ProductClaims`` -> ``PRODUCT_CLAIMS``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()


def allow(fn: lambda_.Function, actions: Sequence[str], resources: Sequence[str]) -> None:
    """One statement in the role of ``fn``. Actions are named one by one."""
    fn.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=list(resources)))


class Index(NamedTuple):
    """A global secondary index ``by_<attribute>``; keys only, unless it says otherwise."""

    partition: str
    sort: str | None = None
    whole: bool = False
    name: str | None = None
    also: tuple[str, ...] = ()
    """Attributes that it carries beside the keys."""


def _export(construct: Construct, *values: str) -> None:
    """For the app stack, whether this version of it asks or not: an older one must find what it asks for."""
    for value in values:
        Stack.of(construct).export_value(value)


class Table(Construct):
    """On demand, encrypted, restorable to any second of the last 35 days, and kept when its stack goes."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *key: str,
        stage: Stage,
        indexes: Iterable[Index] = (),
        numbers: Iterable[str] = (),
        ttl: str | None = None,
        stream: dynamodb.StreamViewType | None = None,
    ) -> None:
        """``key`` is partition and sort attribute; attributes are strings but for ``numbers``."""
        super().__init__(scope, name)
        self.label = name
        indexes = list(indexes)
        attributes = dict.fromkeys([*key, *(a for i in indexes for a in (i.partition, i.sort) if a)])
        table = dynamodb.CfnTable(
            self,
            "Table",
            billing_mode="PAY_PER_REQUEST",
            key_schema=_key_schema(*key),
            attribute_definitions=[
                dynamodb.CfnTable.AttributeDefinitionProperty(
                    attribute_name=a, attribute_type="N" if a in set(numbers) else "S"
                )
                for a in attributes
            ],
            global_secondary_indexes=[
                dynamodb.CfnTable.GlobalSecondaryIndexProperty(
                    index_name=_index_name(i),
                    key_schema=_key_schema(*filter(None, (i.partition, i.sort))),
                    projection=_projection(i),
                )
                for i in indexes
            ]
            or None,
            point_in_time_recovery_specification=dynamodb.CfnTable.PointInTimeRecoverySpecificationProperty(
                point_in_time_recovery_enabled=True
            ),
            sse_specification=dynamodb.CfnTable.SSESpecificationProperty(sse_enabled=True),
            stream_specification=dynamodb.CfnTable.StreamSpecificationProperty(stream_view_type=stream.value)
            if stream
            else None,
            time_to_live_specification=dynamodb.CfnTable.TimeToLiveSpecificationProperty(
                attribute_name=ttl, enabled=True
            )
            if ttl
            else None,
            deletion_protection_enabled=stage.keep,
        )
        table.apply_removal_policy(RemovalPolicy.RETAIN)
        self.name = table.ref
        self.arn = table.attr_arn
        self.stream_arn = table.attr_stream_arn if stream else None
        _export(self, self.name, self.arn)
        self._indexes = frozenset(map(_index_name, indexes))

    def grant(self, fn: lambda_.Function, *actions: str, indexes: Sequence[str] = ()) -> None:
        """Lets ``fn`` do these on the table; where ``indexes`` are named, on these alone."""
        if unknown := set(indexes) - self._indexes:
            raise ValueError(f"{self.label} has no index {', '.join(sorted(unknown))}")
        allow(fn, actions, [f"{self.arn}/index/{i}" for i in indexes] or [self.arn])
        self.tell(fn)

    def tell(self, fn: lambda_.Function) -> None:
        """Tells ``fn`` the name and allows nothing, for settings that come as one."""
        fn.add_environment(f"{shout(self.label)}_TABLE", self.name)


def _index_name(index: Index) -> str:
    return index.name or f"by_{index.partition}"


def _projection(index: Index) -> dynamodb.CfnTable.ProjectionProperty:
    kind = "ALL" if index.whole else "INCLUDE" if index.also else "KEYS_ONLY"
    return dynamodb.CfnTable.ProjectionProperty(
        projection_type=kind, non_key_attributes=list(index.also) if index.also else None
    )


def _key_schema(*names: str) -> list[dynamodb.CfnTable.KeySchemaProperty]:
    return [
        dynamodb.CfnTable.KeySchemaProperty(attribute_name=name, key_type=kind)
        for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
    ]


class Bucket(Construct):
    """Private, encrypted, versioned, logged, reached by TLS alone, and kept when its stack goes."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        logs: s3.IBucket | None,
        expire_after: Duration | None = None,
        restorable_for: Duration = Duration.days(60),  # noqa: B008 - a value, never changed
        forgets: Mapping[str, Duration] | None = None,
        cors: Sequence[s3.CorsRule] = (),
        tells_event_bridge: bool = False,
        is_shared: bool = True,
    ) -> None:
        """``forgets``: prefix -> after how long what lies there goes, and a day later for good."""
        super().__init__(scope, name)
        self.label = name
        self._stage = stage
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            versioned=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=not stage.left_out.tls_only,
            minimum_tls_version=None if stage.left_out.tls_only else 1.2,
            removal_policy=RemovalPolicy.RETAIN,
            server_access_logs_bucket=logs,
            server_access_logs_prefix=f"{name.lower()}/" if logs else None,
            cors=list(cors) or None,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                    expiration=expire_after,
                    noncurrent_version_expiration=restorable_for,
                ),
                *(
                    s3.LifecycleRule(
                        prefix=prefix,
                        expiration=after,
                        noncurrent_version_expiration=Duration.days(1),
                    )
                    for prefix, after in (forgets or {}).items()
                ),
            ],
        )
        resource = self.bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)  # noqa: S101 - what CDK promises
        self.resource = resource
        if tells_event_bridge:  # the property itself; the L2 switch would bring a custom resource along
            resource.add_property_override(
                "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True
            )
        self.name = self.bucket.bucket_name
        self.arn = self.bucket.bucket_arn
        if is_shared:
            _export(self, self.name, self.arn)

    def grant(self, fn: lambda_.Function, *actions: str, keys: str) -> None:
        """Lets ``fn`` do these on objects whose key fits ``keys``, as "reports/*"."""
        stack = Stack.of(self)
        arn = stack.export_value(self.arn)
        allow(fn, actions, [f"{arn}/{keys}"])
        fn.add_environment(f"{shout(self.label)}_BUCKET", self.name)
        because(
            fn.role or fn,
            f"AwsSolutions-IAM5[Resource::{stack.resolve(arn)['Fn::ImportValue']}/{keys}]",
            "S3 knows objects by pattern only; the pattern is the folder that this function works in.",
        )

    def grant_missing(self, fn: lambda_.Function) -> None:
        """Lets ``fn`` learn that an object is not there; else S3 says 403 where 404 is meant."""
        allow(fn, ["s3:ListBucket"], [self.arn])
        fn.add_environment(f"{shout(self.label)}_BUCKET", self.name)

    def serve_by_cloudfront(self, keys: str) -> None:
        """Lets everybody see the objects whose key fits ``keys``, as "images/*", by a distribution of this account.

        By any of them: the one there is stands in a later stack, and asks for this bucket.
        """
        if self._stage.left_out.web:
            return
        stack = Stack.of(self)
        ours = f"arn:{stack.partition}:cloudfront::{stack.account}:distribution/*"
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="ByCloudFront",
                principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
                actions=["s3:GetObject"],
                resources=[f"{self.arn}/{keys}"],
                conditions={"ArnLike": {"aws:SourceArn": ours}},
            )
        )


def access_logs(scope: Construct, name: str, stage: Stage, *, written_by_acl: bool = False) -> s3.Bucket:
    """Who asked for what, kept 180 days (CERT-In's directions of 28 April 2022).

    ``written_by_acl``: by CloudFront, whose writer still asks for a list of who may see an object.
    """
    bucket = s3.Bucket(
        scope,
        name,
        versioned=True,
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED
        if written_by_acl
        else s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=not stage.left_out.tls_only,
        minimum_tls_version=None if stage.left_out.tls_only else 1.2,
        removal_policy=RemovalPolicy.RETAIN,
        lifecycle_rules=[
            s3.LifecycleRule(expiration=Duration.days(180), noncurrent_version_expiration=Duration.days(7))
        ],
    )
    because(
        bucket,
        "AwsSolutions-S1",
        "It is where the others' access logs go; its own would go round in circles.",
    )
    return bucket


class Queue(Construct):
    """A queue whose messages, after five tries, wait 14 days among the dead letters, where an alarm rings."""

    def __init__(self, scope: Construct, name: str, *, stage: Stage, bell: Bell, worked_within: Duration) -> None:
        """``worked_within`` is the timeout of its worker."""
        super().__init__(scope, name)
        self.label = name
        self.worked_within = worked_within
        self.dead = DeadLetters(self, "Dead", stage=stage, bell=bell)
        hidden = min(worked_within.to_seconds() * stage.visibility_factor, stage.visibility_at_most)
        self.queue = sqs.Queue(
            self,
            "Queue",
            visibility_timeout=Duration.seconds(hidden),
            retention_period=Duration.days(4),
            receive_message_wait_time=Duration.seconds(20),
            enforce_ssl=not stage.left_out.tls_only,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead.queue, max_receive_count=RECEIVES),
        )
        if hidden < worked_within.to_seconds():
            because(
                self.queue,
                "CloudFormation-Validate::E3505",
                "Where this stage runs, a killed worker's message shall come again at once.",
            )
        self.arn = self.queue.queue_arn
        self._odd_actions = ["sqs:SendMessageBatch"] if stage.send_batch_is_an_action else []

    def grant_send(self, fn: lambda_.Function) -> None:
        """Lets ``fn`` put messages in."""
        allow(fn, ["sqs:SendMessage", *self._odd_actions], [self.arn])
        fn.add_environment(f"{shout(self.label)}_QUEUE_URL", self.queue.queue_url)

    def admit_rule(self, rule_arn: str) -> None:
        """Lets this EventBridge rule alone put messages in, and what it can't deliver among the dead."""
        for queue in (self.queue, self.dead.queue):
            queue.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal("events.amazonaws.com")],
                    actions=["sqs:SendMessage"],
                    resources=[queue.queue_arn],
                    conditions={"ArnEquals": {"aws:SourceArn": rule_arn}},
                )
            )


class DeadLetters(Construct):
    """What failed for good, kept 14 days; one message is enough for the alarm."""

    def __init__(self, scope: Construct, name: str, *, stage: Stage, bell: Bell) -> None:
        super().__init__(scope, name)
        self.queue = sqs.Queue(
            self,
            "Queue",
            retention_period=Duration.days(14),
            enforce_ssl=not stage.left_out.tls_only,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
        )
        self.arn = self.queue.queue_arn
        whose = re.sub(r"[ -][Dd]ead$", "", self.node.path.partition("/")[2].replace("/", " "))
        Tags.of(self.queue).add(DEAD_LETTERS_OF, whose)
        because(self.queue, "AwsSolutions-SQS3", "It is itself where failed messages end.")
        bell.alarm(
            self,
            "Alarm",
            what=f"Dead letters at {scope.node.path}",
            namespace="AWS/SQS",
            metric="ApproximateNumberOfMessagesVisible",
            statistic="Maximum",
            dimensions={"QueueName": self.queue.queue_name},
            above=0,
        )
