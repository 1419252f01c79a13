"""The bell: one topic that every alarm rings."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk.stage import Stage


class Bell(Construct):
    """Operators subscribe to its topic; what rings it says in a sentence what is wrong."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Bell")
        topic = sns.Topic(self, "Alarms", enforce_ssl=not stage.left_out.tls_only)
        topic.add_to_resource_policy(  # a policy of our own replaces the default, by which alarms come in
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        self.topic_arn = topic.topic_arn

    def alarm(
        self,
        scope: Construct,
        name: str,
        *,
        what: str,
        namespace: str,
        metric: str,
        statistic: str,
        dimensions: Mapping[str, str],
        above: float,
        minutes: int = 1,
    ) -> None:
        """Rings the bell when ``metric`` is above ``above``; silence is good news."""
        cloudwatch.CfnAlarm(
            scope,
            name,
            alarm_description=what,
            namespace=namespace,
            metric_name=metric,
            statistic=statistic,
            dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name=k, value=v) for k, v in dimensions.items()],
            comparison_operator="GreaterThanThreshold",
            threshold=above,
            period=60,
            evaluation_periods=minutes,
            treat_missing_data="notBreaching",
            alarm_actions=[self.topic_arn],
            ok_actions=[self.topic_arn],
        )
