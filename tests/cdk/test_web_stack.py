"""The one web origin: the app, the API and the pictures behind one name, each as it may be cached and seen."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cdk.app import _address, build_app
from cdk.stage import STAGES
from cdk.web import SINGLE_PAGE, Address
from local import assembly
from tests.cdk.template import Synthesised, Template, text

pytestmark = pytest.mark.cdk

Json = dict[str, Any]
# By CloudFront's documentation of its managed policies.
_NOT_AT_ALL = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # Managed-CachingDisabled
_BY_PATH_ALONE = "658327ea-f89d-4fab-a63d-7e88639e58f6"  # Managed-CachingOptimized
_ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"  # Managed-AllViewerExceptHostHeader


@pytest.fixture
def web(prod: Synthesised) -> Template:
    """As it goes to AWS."""
    assert prod.web
    return prod.web


@pytest.fixture
def distribution(web: Template) -> Json:
    (found,) = web.of_type("CloudFront::Distribution").values()
    config: Json = found["DistributionConfig"]
    return config


def _behaviours(distribution: Json) -> dict[str, Json]:
    return {b["PathPattern"]: b for b in distribution["CacheBehaviors"]} | {"*": distribution["DefaultCacheBehavior"]}


def _origin(distribution: Json, behaviour: Json) -> Json:
    (found,) = (o for o in distribution["Origins"] if o["Id"] == behaviour["TargetOriginId"])
    return dict(found)


def _headers(web: Template, behaviour: Json) -> Json:
    policies = web.of_type("CloudFront::ResponseHeadersPolicy")
    config = policies[behaviour["ResponseHeadersPolicyId"]["Ref"]]["ResponseHeadersPolicyConfig"]
    return dict(config["SecurityHeadersConfig"])


def test_every_aws_stage_has_one(every: Synthesised) -> None:
    assert (every.web is None) == (every.stage.name == "local")


def test_three_things_are_behind_one_name(distribution: Json) -> None:
    assert set(_behaviours(distribution)) == {"/v1/*", "/images/*", "*"}


# --- The API ---


def test_the_api_gets_what_the_browser_sends_and_nothing_it_says_is_kept(distribution: Json) -> None:
    api = _behaviours(distribution)["/v1/*"]
    assert api["CachePolicyId"] == _NOT_AT_ALL
    assert api["OriginRequestPolicyId"] == _ALL_BUT_HOST, "Authorization too; the gateway knows itself by its own name"
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= set(api["AllowedMethods"])
    assert api["ViewerProtocolPolicy"] == "https-only", "a token isn't sent in the clear to be redirected"
    assert "FunctionAssociations" not in api


def test_the_api_is_the_one_of_the_services(prod: Synthesised, distribution: Json) -> None:
    origin = _origin(distribution, _behaviours(distribution)["/v1/*"])
    (api,) = prod.app.of_type("ApiGatewayV2::Api")
    assert prod.which(origin["DomainName"]) == f"{api}.execute-api.AWS::Region.AWS::URLSuffix"
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert origin["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]


def test_what_the_api_does_not_know_stays_a_404_in_its_own_words(distribution: Json) -> None:
    """A rule for errors would be of the whole distribution."""
    assert not distribution.get("CustomErrorResponses")


# --- Pictures ---


def test_pictures_are_kept_by_their_path_alone(distribution: Json) -> None:
    """No query string reaches the bucket, nor makes a second copy of a picture."""
    pictures = _behaviours(distribution)["/images/*"]
    assert pictures["CachePolicyId"] == _BY_PATH_ALONE
    assert "OriginRequestPolicyId" not in pictures
    assert "AllowedMethods" not in pictures, "CloudFront's own choice: GET and HEAD"
    assert pictures["ViewerProtocolPolicy"] == "redirect-to-https"


def test_pictures_come_from_their_bucket_which_lets_nobody_else_in(prod: Synthesised, distribution: Json) -> None:
    origin = _origin(distribution, _behaviours(distribution)["/images/*"])
    bucket, _, rest = prod.which(origin["DomainName"]).partition(".")
    assert bucket.startswith("Images")
    assert rest == "s3.AWS::Region.AWS::URLSuffix"
    assert bucket in prod.data.of_type("S3::Bucket")


def test_a_picture_runs_nothing(web: Template, distribution: Json) -> None:
    said = _headers(web, _behaviours(distribution)["/images/*"])
    assert said["ContentTypeOptions"] == {"Override": True}
    assert said["ContentSecurityPolicy"]["Override"] is True
    assert {"default-src 'none'", "sandbox"} <= set(said["ContentSecurityPolicy"]["ContentSecurityPolicy"].split("; "))


# --- The app ---


def test_the_app_comes_from_a_bucket_that_this_distribution_alone_reads(prod: Synthesised, web: Template) -> None:
    (bucket,) = (i for i in web.of_type("S3::Bucket") if i.startswith("WebApp"))
    (distribution,) = web.of_type("CloudFront::Distribution")
    (policy,) = (p for p in web.of_type("S3::BucketPolicy").values() if p["Bucket"] == {"Ref": bucket})
    (allowed,) = (s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow")
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert set(allowed["Action"]) == {"s3:GetObject", "s3:ListBucket"}
    (source,) = allowed["Condition"]["StringEquals"].values()
    assert prod.which(source).endswith(f":distribution/{distribution}")


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("/", "/index.html"),
        ("/review/prd_1", "/index.html"),
        ("/stores/str_1/inventory/", "/index.html"),
        ("/assets/app-1a2b.js", "/assets/app-1a2b.js"),
        ("/manifest.webmanifest", "/manifest.webmanifest"),
        ("/v1.2/page", "/index.html"),
    ],
)
def test_each_page_of_the_app_is_its_one_file(asked: str, served: str) -> None:
    """Run by Node; CloudFront's language is a part of it."""
    said = subprocess.run(
        ["node", "-e", f"{SINGLE_PAGE}\nconsole.log(handler({{request: {{uri: {json.dumps(asked)}}}}}).uri)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == served


def test_only_the_app_falls_back_to_its_start_page(web: Template, distribution: Json) -> None:
    (function,) = web.of_type("CloudFront::Function")
    associated = {path: b.get("FunctionAssociations") for path, b in _behaviours(distribution).items()}
    assert {path for path, functions in associated.items() if functions} == {"*"}
    (association,) = associated["*"] or []
    assert association["EventType"] == "viewer-request"
    assert association["FunctionARN"]["Fn::GetAtt"][0] == function
    assert web.of_type("CloudFront::Function")[function]["AutoPublish"] is True


# --- All of it ---


def test_buckets_are_asked_in_the_distributions_own_name(web: Template, distribution: Json) -> None:
    controls = web.of_type("CloudFront::OriginAccessControl")
    assert len(controls) == 2
    for path in ("*", "/images/*"):
        origin = _origin(distribution, _behaviours(distribution)[path])
        config = controls[origin["OriginAccessControlId"]["Fn::GetAtt"][0]]["OriginAccessControlConfig"]
        assert (config["SigningBehavior"], config["SigningProtocol"]) == ("always", "sigv4")
        assert origin["S3OriginConfig"] == {"OriginAccessIdentity": ""}


def test_what_is_seen_is_not_framed_nor_read_in_the_clear(web: Template, distribution: Json) -> None:
    for path in ("*", "/images/*"):
        said = _headers(web, _behaviours(distribution)[path])
        assert said["FrameOptions"]["FrameOption"] == "DENY"
        assert said["ContentTypeOptions"] == {"Override": True}
        assert said["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 365 * 24 * 3600


def test_it_is_near_and_quick(distribution: Json) -> None:
    assert distribution["PriceClass"] == "PriceClass_200", "the 100 has no place in India"
    assert distribution["HttpVersion"] == "http2and3"
    assert distribution["IPV6Enabled"] is True
    assert _behaviours(distribution)["*"]["Compress"] is True


def test_who_asked_for_what_is_kept_as_long_as_the_law_says(web: Template, distribution: Json) -> None:
    logs = distribution["Logging"]["Bucket"]["Fn::GetAtt"][0]
    said = web.of_type("S3::Bucket")[logs]
    assert said["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerPreferred"}], "CloudFront asks for it"
    assert said["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 180


def test_its_buckets_are_as_private_as_the_others(web: Template) -> None:
    for name, bucket in web.whole("S3::Bucket").items():
        said = bucket["Properties"]
        assert bucket["DeletionPolicy"] == "Retain", name
        assert set(said["PublicAccessBlockConfiguration"].values()) == {True}, name
        assert said["VersioningConfiguration"] == {"Status": "Enabled"}, name
        refusing = [
            text(statement["Condition"])
            for policy in web.of_type("S3::BucketPolicy").values()
            for statement in policy["PolicyDocument"]["Statement"]
            if policy["Bucket"] == {"Ref": name} and statement["Effect"] == "Deny"
        ]
        assert len(refusing) == 2, name
        assert "aws:SecureTransport" in refusing[0]


def test_the_others_do_not_need_it(prod: Synthesised) -> None:
    """It comes last and can be made anew: it asks for what they export, and they for nothing of it."""
    order = [stack.name for stack in assembly.stacks(prod.folder)]
    assert order == ["VyaparData-prod", "VyaparApp-prod", "VyaparWeb-prod"]
    for template in (prod.data, prod.app):
        assert "VyaparWeb" not in text(template.body)


def test_whoever_deploys_learns_where_it_is(web: Template) -> None:
    assert {"WebUrl", "WebBucketName", "DistributionId", "DistributionDomain"} <= set(web.body["Outputs"])
    assert not any("Export" in output for output in web.body["Outputs"].values()), "nobody asks it for anything"


# --- A name of its own ---


def test_with_a_name_of_its_own_it_speaks_tls_of_2021_only(tmp_path: Path) -> None:
    arn = "arn:aws:acm:us-east-1:111122223333:certificate/1"
    build_app(STAGES["prod"], outdir=str(tmp_path), address=Address("shop.example.com", arn)).synth()
    template = Template(json.loads((tmp_path / "VyaparWeb-prod.template.json").read_text()))
    (found,) = template.of_type("CloudFront::Distribution").values()
    config = found["DistributionConfig"]
    assert config["Aliases"] == ["shop.example.com"]
    assert config["ViewerCertificate"] == {
        "AcmCertificateArn": arn,
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    }
    assert template.body["Outputs"]["WebUrl"]["Value"] == "https://shop.example.com"


def test_a_name_goes_with_its_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEB_CERTIFICATE", raising=False)
    monkeypatch.delenv("WEB_DOMAIN", raising=False)
    assert _address() is None
    monkeypatch.setenv("WEB_DOMAIN", "shop.example.com")
    with pytest.raises(ValueError, match="go together"):
        _address()
    monkeypatch.setenv("WEB_CERTIFICATE", "arn")
    assert _address() == Address("shop.example.com", "arn")
