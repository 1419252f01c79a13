"""The CDK app: ``python3 -m cdk.app``.

Run as a file, ``cdk/`` would come first on sys.path and hide ``services/``.

The stage comes from the context (``-c stage=prod``), else from ``STAGE``, else it is ``local``; the web's own name, if
it has one, from ``WEB_DOMAIN`` and ``WEB_CERTIFICATE``.
"""

from __future__ import annotations

import os
from dataclasses import replace

from aws_cdk import App

from cdk.assets import Assets
from cdk.stacks import AppStack, DataStack, WebStack
from cdk.stage import Stage, stage_named
from cdk.web import Address

# Feature flags stand here, not in cdk.json: so the CLI, the local deploy and the tests see the same app.
FLAGS = {
    "aws:cdk:enable-asset-metadata": True,  # by which the CLI finds nested templates, to say what changes in them
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/aws-lambda:recognizeLayerVersion": True,
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/core:checkSecretUsage": True,
    "@aws-cdk/core:defaultCrossStackReferences": "strong",  # what another stack asks for can't go
    "@aws-cdk/core:target-partitions": ["aws"],
}


def build_app(
    stage: Stage | None = None,
    *,
    assets: Assets | None = None,
    outdir: str | None = None,
    address: Address | None = None,
) -> App:
    """The app of a stage. Tests hand in their own stage, sources and place to write."""
    app = App(context=FLAGS, outdir=outdir, analytics_reporting=False, tree_metadata=False)
    stage = stage or stage_named(app.node.try_get_context("stage") or os.environ.get("STAGE", "local"))
    if sender := app.node.try_get_context("sender") or os.environ.get("SENDER"):
        stage = replace(stage, mail_from=sender)
    data = DataStack(app, stage)
    services = AppStack(app, stage, data, assets or Assets(stage.target))
    if not stage.left_out.web:
        WebStack(app, stage, images=data.image_ingest.images, api_id=services.api_id, address=address)
    return app


def _address() -> Address | None:
    domain, certificate = os.environ.get("WEB_DOMAIN"), os.environ.get("WEB_CERTIFICATE")
    if bool(domain) != bool(certificate):
        raise ValueError("WEB_DOMAIN and WEB_CERTIFICATE go together: tell both or none.")
    return Address(domain, certificate) if domain and certificate else None


if __name__ == "__main__":
    build_app(outdir=os.environ.get("CDK_OUTDIR", "cdk.out"), address=_address()).synth()
