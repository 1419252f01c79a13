"""What all services stand on: the API and its authorizer, accounts, the bus, the outbox, the alarm bell."""

from __future__ import annotations

import json
import tomllib
from functools import cached_property

from aws_cdk import Duration, Fn, RemovalPolicy, Stack, Tags
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as eventbridge
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from cdk import layers
from cdk.alarms import Bell
from cdk.assets import ROOT, Assets
from cdk.reasons import because
from cdk.stage import Stage
from cdk.storage import Index, Table, allow

_ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "route": "$context.routeKey",
    "path": "$context.path",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "ms": "$context.responseLatency",
    "subject": "$context.authorizer.claims.sub",
    "error": "$context.error.message",
    "integrationError": "$context.integrationErrorMessage",
}


# What is in the layers, by their names.
_HOLDS = {
    "core": "Powertools, boto3 (the services we call), pydantic, anyascii",
    "search": "tantivy, rapidfuzz",
    "imaging": "Pillow, pi-heif, imagehash with numpy and scipy",
    "off": "requests",
}


class FoundationData(Construct):
    """The foundation's share of the data stack: what a redeploy must not be able to hurt."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Foundation")
        self.outbox = Table(
            self,
            "Outbox",
            "event_id",
            stage=stage,
            indexes=[Index("unsent", "created_at")],
            ttl="expires_at",
            stream=dynamodb.StreamViewType.NEW_IMAGE,
        )
        self.idempotency = Table(self, "Idempotency", "id", stage=stage, ttl="expiration")
        self.people = cognito.UserPool(
            self,
            "People",
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            self_sign_up_enabled=True,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            keep_original=cognito.KeepOriginalAttrs(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            password_policy=cognito.PasswordPolicy(
                min_length=10,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=Duration.days(3),
            ),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            deletion_protection=stage.keep,
            removal_policy=RemovalPolicy.RETAIN,
        )
        because(
            self.people,
            "AwsSolutions-COG2",
            "Shops share a counter phone: a second factor is offered; asked of all, it locks shops out.",
        )
        because(
            self.people,
            "AwsSolutions-COG3",
            "Threat protection is in the Plus plan, paid per person; guessing is locked out without.",
        )
        because(self.people, "AwsSolutions-COG8", "As COG3: the Plus plan is paid per person and month.")
        cognito.CfnUserPoolGroup(
            self,
            "Admins",
            user_pool_id=self.people.user_pool_id,
            group_name="admin",
            description="Runs the shared catalog: reviews, imports, statistics.",
        )
        self.client = self.people.add_client(
            "App",
            auth_flows=cognito.AuthFlow(user_srp=True, user_password=stage.password_login),
            disable_o_auth=True,
            generate_secret=False,  # it lives in a browser, which keeps no secret
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(30),
        )


class Foundation(Construct):
    """The foundation's share of the app stack."""

    def __init__(self, scope: Construct, stage: Stage, data: FoundationData, assets: Assets) -> None:
        super().__init__(scope, "Foundation")
        self.stage = stage
        self.data = data
        self.assets = assets
        self._layers: dict[str, lambda_.ILayerVersion] = {}
        self.version = _version()
        self.log_retention = logs.RetentionDays[_RETENTION[stage.log_days]]
        self.runtime: lambda_.Runtime = getattr(lambda_.Runtime, f"PYTHON_{stage.target.python.replace('.', '_')}")
        self.architecture = (
            lambda_.Architecture.ARM_64 if stage.target.machine == "arm64" else lambda_.Architecture.X86_64
        )
        self.lambda_principal = iam.ServicePrincipal("lambda.amazonaws.com")
        self.bell = Bell(self, stage)
        self.bell.alarm(
            self,
            "Throttled",
            what="Lambda has turned calls away for want of room, five minutes on end: raise the account's concurrency",
            namespace="AWS/Lambda",
            metric="Throttles",
            statistic="Sum",
            dimensions={},  # of the whole account, whose concurrency all functions share
            above=0,
            times=5,
        )
        bus = eventbridge.EventBus(self, "Bus", description="What happened, told by the service it happened in.")
        self.bus_name, self.bus_arn = bus.event_bus_name, bus.event_bus_arn
        self.api_id, self.api_arn, self.api_url = self._api()
        self.authorizer_id = self._authorizer()

    def layer(self, name: str) -> lambda_.ILayerVersion:
        """Dependencies that functions share, by the name of their lock."""
        if name not in self._layers:
            built = layers.build(name, self.stage.target, into=self.assets.build)
            self._layers[name] = lambda_.LayerVersion(
                self,
                name.title(),
                code=lambda_.Code.from_asset(str(built.path), asset_hash=built.hash),
                compatible_runtimes=[self.runtime],
                compatible_architectures=[self.architecture],
                description=_HOLDS[name],
            )
        return self._layers[name]

    def grant_outbox(self, fn: lambda_.Function) -> None:
        """Lets ``fn`` state events in the transaction of its change."""
        self.data.outbox.grant(fn, "dynamodb:PutItem")

    def grant_idempotency(self, fn: lambda_.Function) -> None:
        """Lets ``fn``, which answers POSTs, keep its answers by their Idempotency-Key."""
        self.data.idempotency.grant(fn, "dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")

    def grant_people(self, fn: lambda_.Function) -> None:
        """Lets ``fn``, which writes to people, look up their addresses."""
        allow(fn, ["cognito-idp:ListUsers", "cognito-idp:ListUsersInGroup"], [self.data.people.user_pool_arn])
        fn.add_environment("USER_POOL_ID", self.data.people.user_pool_id)

    def grant_cursors(self, fn: lambda_.Function) -> None:
        """Lets ``fn``, which answers lists, seal its cursors."""
        allow(fn, ["secretsmanager:GetSecretValue"], [self._cursor_secret])
        fn.add_environment("CURSOR_SECRET", self._cursor_secret)

    @cached_property
    def _cursor_secret(self) -> str:
        secret = secrets.CfnSecret(
            self,
            "CursorSecret",
            description="Seals the cursors of lists; another one only ends the lists that are being paged.",
            generate_secret_string=secrets.CfnSecret.GenerateSecretStringProperty(
                password_length=43, exclude_punctuation=True
            ),
        )
        because(
            secret,
            "AwsSolutions-SMG4",
            "It guards no data: who forged a cursor would only skip in a list that is theirs to read.",
        )
        return secret.attr_id  # its ARN, as Ref on AWS, which is its name on the local engine

    def grant_publish(self, fn: lambda_.Function, *sources: str) -> None:
        """Lets ``fn`` put events on the bus under these sources; an owner publishes under its own alone."""
        fn.add_to_role_policy(
            iam.PolicyStatement(
                actions=["events:PutEvents"],
                resources=[self.bus_arn],
                conditions=None
                if self.stage.left_out.source_condition
                else {"StringEquals": {"events:source": list(sources)}},
            )
        )

    def _api(self) -> tuple[str, str, str]:
        stage, stack = self.stage, Stack.of(self)
        api = apigateway.CfnApi(
            self,
            "Api",
            name=f"vyapar-{stage.name}",
            protocol_type="HTTP",
            description="The product catalog. No CORS: the web app is served from the same origin.",
        )
        if stage.fixed_api_id:
            Tags.of(api).add("ms-custom-id", stage.fixed_api_id)
        access_log = logs.LogGroup(
            self,
            "AccessLog",
            retention=self.log_retention,
            removal_policy=RemovalPolicy.RETAIN if stage.keep else RemovalPolicy.DESTROY,
        )
        apigateway.CfnStage(
            self,
            "Live",
            api_id=api.ref,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=stage.requests_per_second,
                throttling_burst_limit=stage.burst,
                detailed_metrics_enabled=False,  # paid for by the route; the access log tells each request's
            ),
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=access_log.log_group_arn, format=json.dumps(_ACCESS_LOG)
            ),
        )
        self.bell.alarm(
            self,
            "ApiFails",
            what="The API answered 5xx, five minutes on end",
            namespace="AWS/ApiGateway",
            metric="5xx",
            statistic="Sum",
            dimensions={"ApiId": api.ref},
            above=0,
            times=5,
        )
        arn = stack.format_arn(service="execute-api", resource=api.ref, resource_name="*/*")
        return api.ref, arn, api.attr_api_endpoint

    def _authorizer(self) -> str:
        issuer = Fn.sub(
            "https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}",
            {"Pool": self.data.people.user_pool_id},
        )
        return apigateway.CfnAuthorizer(
            self,
            "SignedIn",
            api_id=self.api_id,
            name="signed-in",
            authorizer_type="JWT",
            identity_source=["$request.header.Authorization"],
            jwt_configuration=apigateway.CfnAuthorizer.JWTConfigurationProperty(
                audience=[self.data.client.user_pool_client_id], issuer=issuer
            ),
        ).ref


_RETENTION = {1: "ONE_DAY", 7: "ONE_WEEK", 30: "ONE_MONTH", 180: "SIX_MONTHS"}


def _version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])
