"""What people entrusted to us: kept, restorable, encrypted, private."""

from __future__ import annotations

import pytest

from tests.cdk.template import Synthesised, listed, text

pytestmark = pytest.mark.cdk

OWNED = {
    "Products": ("product_id",),
    "ProductClaims": ("claim",),
    "ProductHistory": ("product_id", "version"),
    "StoreInventory": ("store_id", "product_id"),
    "CsvJobs": ("job_id",),
    "CsvJobParts": ("job_id", "part"),
    "Notifications": ("audience", "notice_id"),
    "Stores": ("store_id",),
    "Memberships": ("user_id", "store_id"),
    "Stats": ("stat",),
    "Outbox": ("event_id",),
    "Idempotency": ("id",),
}


def test_every_table_outlives_its_stack_and_can_be_restored(prod: Synthesised) -> None:
    tables = prod.data.whole("DynamoDB::Table")
    assert len(tables) == len(OWNED)
    for name, table in tables.items():
        said = table["Properties"]
        assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain", name
        assert said["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert said["SSESpecification"] == {"SSEEnabled": True}, name
        assert said["BillingMode"] == "PAY_PER_REQUEST", name
        assert said["DeletionProtectionEnabled"] is True, name
        assert "TableName" not in said, "a name of our own would stand in the way of a replacement"


def test_every_table_has_its_key(prod: Synthesised) -> None:
    keys = sorted(
        tuple(k["AttributeName"] for k in t["KeySchema"]) for t in prod.data.of_type("DynamoDB::Table").values()
    )
    assert keys == sorted(OWNED.values())


def test_indexes_are_named_by_what_they_find_by(prod: Synthesised) -> None:
    for table in prod.data.of_type("DynamoDB::Table").values():
        for index in table.get("GlobalSecondaryIndexes", ()):
            assert index["IndexName"].startswith("by_")


def test_the_local_stage_keeps_the_same_tables(prod: Synthesised, local: Synthesised) -> None:
    def shape(app: Synthesised) -> str:
        tables = app.data.of_type("DynamoDB::Table")
        return text(
            {i: {k: t[k] for k in t if k not in {"Tags", "DeletionProtectionEnabled"}} for i, t in tables.items()}
        )

    assert shape(prod) == shape(local)


def test_every_bucket_is_private_encrypted_versioned_and_kept(prod: Synthesised) -> None:
    buckets = prod.data.whole("S3::Bucket")
    assert len(buckets) == 4
    for name, bucket in buckets.items():
        said = bucket["Properties"]
        assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain", name
        assert said["VersioningConfiguration"] == {"Status": "Enabled"}, name
        assert set(said["PublicAccessBlockConfiguration"].values()) == {True}, name
        rules = said["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rules[0]["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256", name
        assert "LoggingConfiguration" in said or name.startswith("AccessLogs"), name


def test_buckets_refuse_plain_http(prod: Synthesised) -> None:
    policies = prod.data.of_type("S3::BucketPolicy").values()
    assert len(policies) == 4
    for policy in policies:
        refused = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        assert any(s.get("Condition", {}).get("Bool") == {"aws:SecureTransport": "false"} for s in refused)


def test_imports_stay_longer_than_they_can_be_undone(prod: Synthesised) -> None:
    for name, bucket in prod.data.of_type("S3::Bucket").items():
        for rule in bucket["LifecycleConfiguration"]["Rules"]:
            assert rule.get("ExpirationInDays", 999) > 30, name
    lasting = [n for n, b in prod.data.of_type("S3::Bucket").items() if "ExpirationInDays" not in text(b)]
    assert [n for n in lasting if not n.startswith("Images")] == [], "only pictures are for good"


def test_the_imports_bucket_tells_eventbridge(local: Synthesised) -> None:
    telling = [
        name
        for name, bucket in local.data.of_type("S3::Bucket").items()
        if bucket.get("NotificationConfiguration") == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    ]
    assert len(telling) == 1
    assert telling[0].startswith("CsvImportImports")


@pytest.mark.parametrize("stage", ["prod", "local"])
def test_only_catalog_loaders_put_where_the_shared_catalog_is_loaded(
    stage: str, request: pytest.FixtureRequest
) -> None:
    app: Synthesised = request.getfixturevalue(stage)
    statements = [
        s
        for p in app.data.of_type("S3::BucketPolicy").values()
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
        for t in (app.data, app.app)
        for i, r in t.of_type("IAM::Role").items()
        if {"Key": "vyapar:catalog-loader", "Value": "yes"} in r["Tags"]
    ]
    assert len(tagged) == 2, tagged  # the loader, and the API that signs for admins


def test_tokens_live_an_hour_and_sessions_thirty_days(prod: Synthesised) -> None:
    (client,) = prod.data.of_type("Cognito::UserPoolClient").values()
    assert (client["AccessTokenValidity"], client["TokenValidityUnits"]["AccessToken"]) == (60, "minutes")
    assert (client["IdTokenValidity"], client["TokenValidityUnits"]["IdToken"]) == (60, "minutes")
    assert client["RefreshTokenValidity"] == 30 * 24 * 60
    assert client["TokenValidityUnits"]["RefreshToken"] == "minutes"
    assert client["EnableTokenRevocation"] is True
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["GenerateSecret"] is False


def test_only_scripts_stages_take_a_password_in_the_clear(prod: Synthesised, local: Synthesised) -> None:
    def flows(app: Synthesised) -> set[str]:
        (client,) = app.data.of_type("Cognito::UserPoolClient").values()
        return set(client["ExplicitAuthFlows"])

    assert flows(prod) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert flows(local) == flows(prod) | {"ALLOW_USER_PASSWORD_AUTH"}


def test_people_sign_in_by_email_and_admins_are_a_group(prod: Synthesised) -> None:
    (pool,) = prod.data.whole("Cognito::UserPool").values()
    assert pool["DeletionPolicy"] == "Retain"
    assert pool["Properties"]["UsernameAttributes"] == ["email"]
    assert pool["Properties"]["Policies"]["PasswordPolicy"]["MinimumLength"] >= 10
    (group,) = prod.data.of_type("Cognito::UserPoolGroup").values()
    assert group["GroupName"] == "admin"


def test_everything_is_tagged(prod: Synthesised) -> None:
    for template in (prod.data, prod.app):
        for kind in ("DynamoDB::Table", "S3::Bucket", "Lambda::Function", "SQS::Queue", "IAM::Role"):
            for name, said in template.of_type(kind).items():
                tags = {t["Key"]: t["Value"] for t in said["Tags"]}
                assert tags["app"] == "vyapar", name
                assert tags["stage"] == "prod", name
    for fn in prod.app.functions:
        assert any(t["Key"] == "service" for t in fn.properties["Tags"]), fn.module
