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
        # Without a key of KMS: by its default one no alarm could come in, and names of queues want no key of our own.
        # SNS's disks are encrypted anyway.
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
        seconds: int = 60,
        times: int = 1,
    ) -> None:
        """Rings the bell when ``metric``, taken every so many ``seconds``, is above ``above`` so many ``times`` on end.

        Silence is good news.
        """
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
            period=seconds,
            evaluation_periods=times,
            treat_missing_data="notBreaching",
            alarm_actions=[self.topic_arn],
            ok_actions=[self.topic_arn],
        )
