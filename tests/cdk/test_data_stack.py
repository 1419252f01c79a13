"""What people entrusted to us: kept, restorable, encrypted, private."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from services.csv_import.store.parts import KEPT
from tests.cdk.template import Synthesised, listed, text
from tests.world import TABLES

pytestmark = pytest.mark.cdk

OWNED = {label: table.key for label, table in TABLES.items()}
FORGOTTEN = {label: table.ttl for label, table in TABLES.items() if table.ttl}  # by which DynamoDB takes items away
UNDO_DAYS = 30


def test_every_table_outlives_its_stack_and_can_be_restored(every: Synthesised) -> None:
    tables = every.data.whole("DynamoDB::Table")
    assert len(tables) == len(OWNED)
    for name, table in tables.items():
        said = table["Properties"]
        assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain", name
        assert said["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert said["SSESpecification"] == {"SSEEnabled": True}, name
        assert said["BillingMode"] == "PAY_PER_REQUEST", name
        assert said["DeletionProtectionEnabled"] is every.stage.keep, name
        assert "TableName" not in said, "a name of our own would stand in the way of a replacement"


def test_nobody_deletes_by_mistake_where_shops_are(every: Synthesised) -> None:
    assert every.stage.keep == (every.stage.name in {"staging", "prod"})
    for name, stack in every.stacks.items():
        assert stack.get("terminationProtection", False) is every.stage.keep, name
    (pool,) = every.data.of_type("Cognito::UserPool").values()
    assert pool["DeletionProtection"] == ("ACTIVE" if every.stage.keep else "INACTIVE")


def test_every_table_has_its_key(every: Synthesised) -> None:
    keys = sorted(
        tuple(k["AttributeName"] for k in t["KeySchema"]) for t in every.data.of_type("DynamoDB::Table").values()
    )
    assert keys == sorted(OWNED.values())


def test_only_what_is_kept_for_a_time_is_taken_away_by_itself(every: Synthesised) -> None:
    tables = every.data.of_type("DynamoDB::Table")
    names: dict[str, str] = json.loads(every.which(every.app.body["Outputs"]["TableNames"]["Value"]))
    ttl = {label: tables[table].get("TimeToLiveSpecification") for label, table in names.items()}
    assert set(names) == set(OWNED)
    assert {label: said["AttributeName"] for label, said in ttl.items() if said and said["Enabled"]} == FORGOTTEN


def test_indexes_are_named_by_what_they_find_by(every: Synthesised) -> None:
    for table in every.data.of_type("DynamoDB::Table").values():
        for index in table.get("GlobalSecondaryIndexes", ()):
            assert index["IndexName"].startswith("by_")


def test_all_stages_have_the_same_tables(prod: Synthesised, every: Synthesised) -> None:
    def shape(app: Synthesised) -> str:
        tables = app.data.of_type("DynamoDB::Table")
        return text(
            {i: {k: t[k] for k in t if k not in {"Tags", "DeletionProtectionEnabled"}} for i, t in tables.items()}
        )

    assert shape(every) == shape(prod)


def test_older_services_find_every_table_and_bucket(every: Synthesised) -> None:
    exported = {text(o["Value"]) for o in every.data.body["Outputs"].values() if "Export" in o}
    shared = {*every.data.of_type("DynamoDB::Table"), *every.data.of_type("S3::Bucket")} - {
        b for b in every.data.of_type("S3::Bucket") if b.startswith("AccessLogs")
    }
    for name in shared:
        assert {text({"Ref": name}), text({"Fn::GetAtt": [name, "Arn"]})} <= exported, name


def test_every_bucket_is_private_encrypted_versioned_and_kept(every: Synthesised) -> None:
    buckets = every.data.whole("S3::Bucket")
    assert len(buckets) == 6
    for name, bucket in buckets.items():
        said = bucket["Properties"]
        assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain", name
        assert said["VersioningConfiguration"] == {"Status": "Enabled"}, name
        assert len(said["PublicAccessBlockConfiguration"]) == 4, name
        assert set(said["PublicAccessBlockConfiguration"].values()) == {True}, name
        owned = said["OwnershipControls"]["Rules"]
        assert [r["ObjectOwnership"] for r in owned] == ["BucketOwnerEnforced"], "no lists of who may see an object"
        rules = said["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rules[0]["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256", name
        assert "LoggingConfiguration" in said or name.startswith("AccessLogs"), name


def test_buckets_refuse_plain_http_and_old_tls(every: Synthesised) -> None:
    refusing: dict[str, set[str]] = {"aws:SecureTransport": set(), "s3:TlsVersion": set()}
    for policy in every.data.of_type("S3::BucketPolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            for key, value in (c for kind in statement.get("Condition", {}).values() for c in kind.items()):
                if key in refusing and statement["Effect"] == "Deny" and statement["Principal"] == {"AWS": "*"}:
                    assert (key, value) in {("aws:SecureTransport", "false"), ("s3:TlsVersion", 1.2)}
                    refusing[key].add(every.which(policy["Bucket"]))
    there = set() if every.stage.left_out.tls_only else set(every.data.of_type("S3::Bucket"))
    assert refusing == {"aws:SecureTransport": there, "s3:TlsVersion": there}


def test_imports_stay_longer_than_they_can_be_undone(every: Synthesised) -> None:
    """The file, the plan, the decisions and the before-images, whatever is dropped over them meanwhile."""
    for name, bucket in every.data.of_type("S3::Bucket").items():
        rules = bucket["LifecycleConfiguration"]["Rules"]
        assert all(r["Status"] == "Enabled" for r in rules), name
        for rule in (r for r in rules if not name.startswith("Images") or "Prefix" not in r):
            assert rule.get("ExpirationInDays", 999) > UNDO_DAYS, name
            if not name.startswith(("AccessLogs", "MatchingIndex")):
                assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] > UNDO_DAYS, name
                assert rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] <= 7, name
    assert timedelta(days=UNDO_DAYS) < KEPT, "the marks of an import's parts"


def test_of_photos_that_were_not_worked_nothing_is_left_after_three_days(every: Synthesised) -> None:
    """Not as an older version either: they tell where they were taken."""
    (images,) = (b for n, b in every.data.of_type("S3::Bucket").items() if n.startswith("Images"))
    (rule,) = (r for r in images["LifecycleConfiguration"]["Rules"] if "Prefix" in r)
    assert (rule["Prefix"], rule["ExpirationInDays"]) == ("uploads/", 2)
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


def test_nothing_lasts_for_ever_but_pictures_and_the_index(every: Synthesised) -> None:
    def is_kept(bucket: Any) -> bool:
        rules = bucket["LifecycleConfiguration"]["Rules"]
        return not any("ExpirationInDays" in r for r in rules if "Prefix" not in r)

    lasting = [n for n, b in every.data.of_type("S3::Bucket").items() if is_kept(b)]
    assert [n for n in lasting if not n.startswith(("Images", "MatchingIndex"))] == []


def test_an_older_state_of_the_index_can_be_put_back_for_a_week(every: Synthesised) -> None:
    (index,) = (b for n, b in every.data.of_type("S3::Bucket").items() if n.startswith("MatchingIndex"))
    (rule,) = index["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}


def test_the_buckets_that_people_bring_files_into_tell_eventbridge(every: Synthesised) -> None:
    telling = [
        name
        for name, bucket in every.data.of_type("S3::Bucket").items()
        if bucket.get("NotificationConfiguration") == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    ]
    assert len(telling) == 2
    assert all(name.startswith(("CsvImportImports", "ImagesBucket")) for name in telling)


def test_only_catalog_loaders_put_where_the_shared_catalog_is_loaded(every: Synthesised) -> None:
    statements = [
        s
        for p in every.data.of_type("S3::BucketPolicy").values()
        for s in p["PolicyDocument"]["Statement"]
        if s.get("Sid") == "OnlyCatalogLoaders"
    ]
    assert len(statements) == 1
    assert statements[0]["Effect"] == "Deny"
    assert statements[0]["Principal"] == {"AWS": "*"}
    assert listed(statements[0]["Action"]) == ["s3:PutObject"]
    assert statements[0]["Condition"] == {"StringNotEquals": {"aws:PrincipalTag/vyapar:catalog-loader": "yes"}}
    assert {r["Fn::Join"][1][-1] for r in statements[0]["Resource"]} == {
        "/imports/_catalog/*",
        "/uploads/_catalog/*",
    }
    tagged = [
        i
        for t in every.templates
        for i, r in t.of_type("IAM::Role").items()
        if {"Key": "vyapar:catalog-loader", "Value": "yes"} in r["Tags"]
    ]
    assert len(tagged) == 2, tagged  # the loader, and the API that signs for admins


def test_everybody_sees_pictures_by_cloudfront_and_nothing_else(every: Synthesised) -> None:
    """No other bucket, and of that one no other folder, as the one where uploads wait to be looked at."""
    allowed = [
        (every.which(policy["Bucket"]), statement)
        for policy in every.data.of_type("S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow" and "cloudfront" in text(statement)
    ]
    if every.stage.left_out.web:
        assert allowed == []
        return
    ((bucket, statement),) = allowed
    assert bucket.startswith("Images")
    assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert listed(statement["Action"]) == ["s3:GetObject"]
    assert [every.which(r) for r in listed(statement["Resource"])] == [f"{bucket}/images/*"]
    ours = "arn:AWS::Partition:cloudfront::AWS::AccountId:distribution/*"
    ((condition, keys),) = statement["Condition"].items()
    assert (condition, {k: every.which(v) for k, v in keys.items()}) == ("ArnLike", {"aws:SourceArn": ours})


def test_tokens_live_an_hour_and_sessions_thirty_days(every: Synthesised) -> None:
    (client,) = every.data.of_type("Cognito::UserPoolClient").values()
    assert (client["AccessTokenValidity"], client["TokenValidityUnits"]["AccessToken"]) == (60, "minutes")
    assert (client["IdTokenValidity"], client["TokenValidityUnits"]["IdToken"]) == (60, "minutes")
    assert client["RefreshTokenValidity"] == 30 * 24 * 60
    assert client["TokenValidityUnits"]["RefreshToken"] == "minutes"
    assert client["EnableTokenRevocation"] is True
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["GenerateSecret"] is False


def test_only_scripts_stages_take_a_password_in_the_clear(every: Synthesised) -> None:
    (client,) = every.data.of_type("Cognito::UserPoolClient").values()
    more = {"ALLOW_USER_PASSWORD_AUTH"} if every.stage.name in {"local", "dev"} else set()
    assert set(client["ExplicitAuthFlows"]) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"} | more


def test_people_sign_in_by_email_and_admins_are_a_group(every: Synthesised) -> None:
    (pool,) = every.data.whole("Cognito::UserPool").values()
    assert pool["DeletionPolicy"] == pool["UpdateReplacePolicy"] == "Retain"
    assert pool["Properties"]["UsernameAttributes"] == ["email"]
    assert pool["Properties"]["Policies"]["PasswordPolicy"]["MinimumLength"] >= 10
    (group,) = every.data.of_type("Cognito::UserPoolGroup").values()
    assert group["GroupName"] == "admin"


# By CloudFormation's own documentation these take no tags (or, as a schedule, only by a group).
_TAGLESS = {
    "ApiGatewayV2::Authorizer",
    "ApiGatewayV2::Integration",
    "ApiGatewayV2::Route",
    "CloudFront::OriginAccessControl",
    "CloudFront::ResponseHeadersPolicy",
    "Cognito::UserPoolClient",
    "Cognito::UserPoolGroup",
    "IAM::Policy",
    "Lambda::Alias",
    "Lambda::EventInvokeConfig",
    "Lambda::LayerVersion",
    "Lambda::Permission",
    "Lambda::Version",
    "S3::BucketPolicy",
    "SNS::TopicPolicy",
    "SQS::QueuePolicy",
    "Scheduler::Schedule",
}


def test_everything_is_tagged(every: Synthesised) -> None:
    for resource_id, resource in (r for t in every.templates for r in t.resources.items()):
        if resource["Type"].removeprefix("AWS::") not in _TAGLESS:
            said = resource["Properties"]
            tags = said.get("Tags", said.get("UserPoolTags", {}))
            told = tags if isinstance(tags, dict) else {t["Key"]: t["Value"] for t in tags}
            assert (told.get("app"), told.get("stage")) == ("vyapar", every.stage.name), resource_id
    for fn in every.app.functions:
        assert any(t["Key"] == "service" for t in fn.properties["Tags"]), fn.module
    for stack in every.stacks.values():
        assert stack["tags"] == {"app": "vyapar", "stage": every.stage.name}
