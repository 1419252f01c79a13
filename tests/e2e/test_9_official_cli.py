"""The official way in: what `make deploy` runs, the pinned CDK CLI, brings the app onto an engine of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from local import assembly, engine
from local.home import ACCOUNT, REGION, ROOT, Home
from tests.e2e.live import CLOCK, Live, tell

CLI = ROOT / ".local" / "cdk-cli" / "node_modules" / ".bin" / "cdk"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """An account with nothing in it. Roles are not looked at: the CLI's own would get nowhere."""
    live = Live(Home(tmp_path_factory.mktemp("cli")))
    live.prepare()
    assembly.synthesise(live.system.cdk_out)
    try:
        live.endpoints = {"aws_endpoint_url": engine.start(live.home, roles=False).url}
        yield live
    finally:
        live.down()
        for folder in ("state", "tmp", "cdk.out"):
            shutil.rmtree(live.home.path / folder, ignore_errors=True)


@pytest.fixture(scope="module")
def deployed(empty: Live) -> Live:
    subprocess.run(["make", "-s", "cdk-cli"], cwd=ROOT, env=_clean(), check=True)
    out = empty.home.path / "outputs.json"
    with CLOCK.lap("the official CLI: bootstrap"):
        _cdk(empty, "bootstrap", f"aws://{ACCOUNT}/{REGION}")
    with CLOCK.lap("the official CLI: deploy"):
        app = ["--app", str(empty.system.cdk_out), "--outputs-file", str(out)]
        _cdk(empty, "deploy", "--all", "--require-approval", "never", *app)
    told = json.loads(out.read_text())["VyaparApp-local"]
    empty.endpoints |= {
        "api_url": f"{empty.endpoints['aws_endpoint_url']}/_aws/execute-api/{told['ApiId']}/$default",
        "user_pool_id": told["UserPoolId"],
        "user_pool_client_id": told["UserPoolClientId"],
        "tables": json.loads(told["TableNames"]),
    }
    return empty


def test_the_app_answers(deployed: Live) -> None:
    answer = requests.get(f"{deployed.api_url}/v1/health", timeout=60)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["stage"]) == ("ok", "local")


def test_a_newcomer_opens_a_shop(deployed: Live) -> None:
    assert deployed.anyone("GET", "/v1/me").status_code == 401
    shop = deployed.shop("Official Way Stores")
    assert shop.owner.get(shop.path)["name"] == "Official Way Stores"
    assert [s["store_id"] for s in deployed.rows("Stores")] == [shop.store_id]


def test_deploying_again_changes_nothing(deployed: Live) -> None:
    said = _cdk(deployed, "deploy", "--all", "--require-approval", "never", "--app", str(deployed.system.cdk_out))
    assert said.count("(no changes)") == 2, said


def _cdk(live: Live, *arguments: str) -> str:
    """The CLI as a person would run it, but with the engine for AWS. Its last words are shown when it fails."""
    done = subprocess.run(
        [str(CLI), *arguments, "--no-notices"],
        cwd=live.home.path,  # where no cdk.json is: the assembly is all it gets
        env=_clean()
        | {
            "HOME": str(live.home.tmp),
            "AWS_ENDPOINT_URL": live.endpoints["aws_endpoint_url"],
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "CDK_DISABLE_CLI_TELEMETRY": "true",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, f"cdk {' '.join(arguments)}:\n{said[-3000:]}"
    tell(f"cdk {arguments[0]}: {said.count('CREATE_COMPLETE')} made")
    return said


def _clean() -> dict[str, str]:
    """No keys, proxies or make of the person who runs the tests; Node is among our tools."""
    kept = {
        name: os.environ[name]
        for name in ("HOME", "LANG", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
        if name in os.environ
    }
    return kept | {"PATH": f"{Path(ROOT / '.venv' / 'bin')}{os.pathsep}{os.environ['PATH']}"}
