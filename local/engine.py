"""The local engine: MiniStack in a virtual environment of its own, IAM enforced, state kept across restarts.

Its own environment, because it pins botocore and its packages are visible to the Lambdas it runs.
"""

import json
import os
import shutil
import urllib.error
import urllib.request

from local.home import ACCOUNT, REGION, ROOT, Home
from local.process import LOOPBACK, LocalError, Process, choose_port, find, spawn, wait_until

PORT = 4599
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE")
_SAVES_WITHIN = 120  # seconds; of 45,000 products it has a gigabyte to write


def start(home: Home, *, roles: bool = True) -> Process:
    """The engine of this home, started when it isn't running, and answering.

    Without ``roles`` everybody may do everything: the CDK CLI's own roles get nowhere on an engine that looks at them.

    Raises:
        LocalError: it ended at once, or did not answer within a minute.
    """
    engine = find(home, "engine")
    if engine is None:
        home.make()
        shutil.rmtree(home.tmp)  # code that Lambda workers of a killed engine had unpacked
        home.tmp.mkdir()
        _forget_stream_positions(home)
        port = choose_port(home, "engine", PORT)
        python = ROOT / ".local" / "engine-venv" / "bin" / "python"
        program = [str(python), "-P", str(ROOT / "local" / "mended.py")]  # -P: it must not find our modules for its own
        engine = spawn(home, "engine", program, port=port, env=_environment(home, port, roles=roles))
    if not wait_until(lambda: not engine.alive or (engine.listens and _healthy(engine)), 60):
        raise LocalError(f"the engine does not answer; see {home.logs / 'engine.log'}")
    if not engine.alive:
        raise LocalError(f"the engine ended at once; see {home.logs / 'engine.log'}")
    return engine


def _forget_stream_positions(home: Home) -> None:
    """The engine saves how far each function has read a table's stream, but not the stream, whose count begins anew.

    Its functions would hear nothing until as much has been written as before the stop.
    """
    saved = home.state / "lambda.json"
    if saved.exists():
        known = json.loads(saved.read_text())
        known.get("payload", known).pop("dynamodb_stream_positions", None)
        saved.write_text(json.dumps(known))


def stop(home: Home) -> None:
    """End it cleanly: only then does it save its state."""
    engine = find(home, "engine")
    if engine:
        engine.stop(home, grace=_SAVES_WITHIN)


def _environment(home: Home, port: int, *, roles: bool) -> dict[str, str]:
    """A clean one: what stands here is visible to every Lambda, as the person's own AWS keys would be."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "AUTH": str(roles).lower(),  # each Lambda gets no more than its role's grants, as on AWS
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home.state / "s3"),
        "IOT_MTLS_ENABLED": "0",
        "TMPDIR": str(home.tmp),
        "PYTHONUNBUFFERED": "1",
        "TZ": "UTC",
    }


def _healthy(engine: Process) -> bool:
    try:
        with urllib.request.urlopen(f"{engine.url}/_ministack/health", timeout=5) as answer:  # noqa: S310
            return isinstance(json.load(answer), dict)
    except (OSError, urllib.error.URLError, ValueError):
        return False
