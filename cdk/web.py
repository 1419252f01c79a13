"""The one web origin: the app, the API and the pictures under one name, so that a browser needs no CORS.

``local/proxy.py`` is the same on this machine.
"""

from __future__ import annotations

from typing import NamedTuple

from aws_cdk import Duration, Stack
from aws_cdk import aws_certificatemanager as certificates
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.reasons import because
from cdk.stage import Stage
from cdk.storage import Bucket, access_logs

# A path whose last part has no dot is a page of the app, which is one file. Answers aren't touched: a rule for all
# 404s of the distribution would put the start page in place of what the API says.
SINGLE_PAGE = """
function handler(event) {
  var request = event.request;
  if (request.uri.split('/').pop().indexOf('.') < 0) {
    request.uri = '/index.html';
  }
  return request;
}
""".strip()
# What a picture's address shows runs nothing and loads nothing, whatever somebody got into the file.
_PICTURES_CSP = "default-src 'none'; frame-ancestors 'none'; sandbox"
_YEAR = Duration.days(365)


class Address(NamedTuple):
    """A name of our own, and the ARN of its certificate (of ACM in us-east-1, the only one CloudFront takes)."""

    domain: str
    certificate: str


class Web(Construct):
    """CloudFront before the app's bucket, the API and the pictures."""

    def __init__(self, scope: Construct, stage: Stage, *, images: Bucket, api_id: str, address: Address | None) -> None:
        super().__init__(scope, "Web")
        # What was built, not what people entrusted to us: so it is here and not in the data stack.
        self.app = Bucket(self, "App", stage=stage, logs=None, is_shared=False)
        because(self.app.bucket, "AwsSolutions-S1", "CloudFront alone comes to it, and writes down who asked for what.")
        self.distribution = cloudfront.Distribution(
            self,
            "Origin",
            comment=f"VyaparAI product catalog, {stage.name}",
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_200,  # the cheapest with places in India
            default_root_object="index.html",  # or, were the function gone, the bucket would list what it has
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if address else None,
            domain_names=[address.domain] if address else None,
            certificate=certificates.Certificate.from_certificate_arn(self, "Certificate", address.certificate)
            if address
            else None,
            log_bucket=access_logs(self, "AccessLogs", stage, written_by_acl=True),
            default_behavior=self._app_first(),
            additional_behaviors={"/v1/*": self._to_api(api_id), "/images/*": self._pictures(images)},
        )
        self.url = f"https://{address.domain if address else self.distribution.distribution_domain_name}"
        because(
            self.distribution,
            "AwsSolutions-CFR1",
            "Who keeps a shop travels, and a goods list is no secret: no country is shut out.",
        )
        because(
            self.distribution,
            "AwsSolutions-CFR2",
            "The gateway throttles, tokens guard what is not for all; a firewall is paid for by the rule and request.",
        )
        if not address:
            because(
                self.distribution,
                "AwsSolutions-CFR4",
                "Under CloudFront's own name its own certificate decides; with WEB_DOMAIN it is TLS 1.2 of 2021.",
            )

    def _app_first(self) -> cloudfront.BehaviorOptions:
        because(
            self,
            "Construct-Annotations::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk",
            "Nobody comes to the bucket's root: the function and the default object both name the start page.",
        )
        levels = [cloudfront.AccessLevel.READ, cloudfront.AccessLevel.LIST]  # without LIST S3 says 403 for 404
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(self.app.bucket, origin_access_levels=levels),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,  # as the files' Cache-Control says, a year at most
            compress=True,
            response_headers_policy=self._headers("App"),
            function_associations=[
                cloudfront.FunctionAssociation(
                    event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
                    function=cloudfront.Function(
                        self,
                        "SinglePage",
                        code=cloudfront.FunctionCode.from_inline(SINGLE_PAGE),
                        runtime=cloudfront.FunctionRuntime.JS_2_0,
                        comment="Every page of the app is one file",
                    ),
                )
            ],
        )

    def _to_api(self, api_id: str) -> cloudfront.BehaviorOptions:
        stack = Stack.of(self)
        return cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin(
                f"{api_id}.execute-api.{stack.region}.{stack.url_suffix}",
                protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
                origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
                read_timeout=Duration.seconds(30),  # the gateway gives up after as long
            ),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,  # a token is not sent to be redirected
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,  # Authorization too
        )

    def _pictures(self, images: Bucket) -> cloudfront.BehaviorOptions:
        # By its name: CDK would else write the distribution into the bucket's policy, and each stack need the other.
        bucket = s3.Bucket.from_bucket_attributes(self, "Images", bucket_name=images.name, region=Stack.of(self).region)
        because(
            self,
            "Construct-Annotations::@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac",
            "The bucket lets CloudFront in by itself: Bucket.serve_by_cloudfront.",
        )
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(bucket),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,  # nor queries, cookies or headers reach the bucket
            compress=False,  # WebP is
            response_headers_policy=self._headers(
                "Pictures",
                cloudfront.ResponseHeadersContentSecurityPolicy(content_security_policy=_PICTURES_CSP, override=True),
            ),
        )

    def _headers(
        self, name: str, csp: cloudfront.ResponseHeadersContentSecurityPolicy | None = None
    ) -> cloudfront.ResponseHeadersPolicy:
        return cloudfront.ResponseHeadersPolicy(
            self,
            f"{name}Headers",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=csp,
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.SAME_ORIGIN, override=True
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=_YEAR, include_subdomains=False, override=True
                ),
            ),
        )
