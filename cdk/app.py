"""The CDK app: ``python3 -m cdk.app``.

Run as a file, ``cdk/`` would come first on sys.path and hide ``services/``.

The stage comes from the context (``-c stage=prod``), else from ``STAGE``, else it is ``local``.
"""

from __future__ import annotations

import os

from aws_cdk import App

from cdk.assets import Assets
from cdk.stacks import AppStack, DataStack
from cdk.stage import Stage, stage_named

# Feature flags stand here, not in cdk.json: so the CLI, the local deploy and the tests see the same app.
FLAGS = {
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/aws-lambda:recognizeLayerVersion": True,
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/core:checkSecretUsage": True,
    "@aws-cdk/core:target-partitions": ["aws"],
}


def build_app(stage: Stage | None = None, *, assets: Assets | None = None, outdir: str | None = None) -> App:
    """The app of a stage. Tests hand in their own stage, sources and place to write."""
    app = App(context=FLAGS, outdir=outdir, analytics_reporting=False, tree_metadata=False)
    stage = stage or stage_named(app.node.try_get_context("stage") or os.environ.get("STAGE", "local"))
    data = DataStack(app, stage)
    AppStack(app, stage, data, assets or Assets(stage.target))
    return app


if __name__ == "__main__":
    build_app(outdir=os.environ.get("CDK_OUTDIR", "cdk.out")).synth()
