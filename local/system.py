"""The system as one thing: up, down, reset, and who is where."""

import json
import os
import shutil
import sys
import time
from dataclasses import asdict
from typing import Any

from local import assembly, engine
from local.aws import Engine
from local.demo import Demo
from local.deploy import deploy
from local.home import REGION, Home
from local.process import LocalError, answers, choose_port, find, spawn, wait_until

PORT = 8080
OFF, OFF_PORT = "off", 8090


class System:
    def __init__(self, home: Home) -> None:
        self.home = home
        self.cdk_out = home.path / "cdk.out"

    def up(self, *, demo: bool = True) -> dict[str, Any]:
        """Everything running, deployed and loaded: what `.local/endpoints.json` says is returned.

        Raises:
            LocalError: with what a person can do about it.
        """
        began = time.monotonic()
        print("Starting the engine", flush=True)
        running = engine.start(self.home)
        self._open_food_facts()
        print("Deploying", flush=True)
        if assembly.synthesise(self.cdk_out):
            print(f"  synthesised ({time.monotonic() - began:.1f} s)", flush=True)
        outputs = self.deploy()
        web_url = self._proxy(running.url, outputs)
        users = []
        if demo:
            print("Loading the demo data", flush=True)
            users = Demo(self.home, Engine(running.url), web_url, outputs).load()
        endpoints = {
            "api_url": web_url,
            "web_url": web_url,
            "aws_endpoint_url": running.url,
            "region": REGION,
            "user_pool_id": outputs["UserPoolId"],
            "user_pool_client_id": outputs["UserPoolClientId"],
            "buckets": json.loads(outputs["BucketNames"]),
            "tables": json.loads(outputs["TableNames"]),
            "event_bus": outputs["EventBusName"],
            "demo_users": [asdict(user) for user in users],
        }
        self.home.endpoints.touch(mode=0o600)
        self.home.endpoints.write_text(json.dumps(endpoints, indent=2) + "\n")
        print(f"Ready after {time.monotonic() - began:.0f} s")
        return endpoints

    def deploy(self) -> dict[str, str]:
        """The app as last synthesised, onto the running engine; its outputs."""
        return deploy(self.engine, assembly.stacks(self.cdk_out))

    @property
    def engine(self) -> Engine:
        running = find(self.home, "engine")
        if running is None:
            raise LocalError("the engine is not running: make up")
        return Engine(running.url)

    def down(self) -> None:
        """Stop; the engine saves its state as it ends."""
        for name in ("proxy", OFF):
            process = find(self.home, name)
            if process:
                process.stop(self.home, grace=5)
        engine.stop(self.home)
        self.home.endpoints.unlink(missing_ok=True)

    def reset(self) -> None:
        """Stop and forget: accounts, tables, buckets, logs. What was installed or synthesised stays."""
        self.down()
        for folder in (self.home.state, self.home.logs, self.home.tmp, self.home.run):
            shutil.rmtree(folder, ignore_errors=True)
        self.home.people.unlink(missing_ok=True)

    def tell(self) -> None:
        """Print the addresses and the demo logins."""
        if not (find(self.home, "engine") and self.home.endpoints.exists()):
            print("It is not running. Start it with: make up")
            return
        told = json.loads(self.home.endpoints.read_text())
        print(f"\n  Web and API  {told['web_url']}      docs at {told['api_url']}/v1/docs")
        print(f"  Engine       {told['aws_endpoint_url']}      logs in {self.home.logs}")
        for user in told["demo_users"]:
            shop = f"  (store {user['store_id']})" if user["store_id"] else ""
            print(f"  {user['role']:<12} {user['username']}  {user['password']}{shop}")
        print(flush=True)

    def _open_food_facts(self) -> None:
        """With ``OFF_BASE_URL=here`` a server that speaks the protocol of Open Food Facts, with made-up goods."""
        if os.environ.get("OFF_BASE_URL") != "here":
            return
        server = find(self.home, OFF)
        if server is None:
            port = choose_port(self.home, OFF, OFF_PORT)
            server = spawn(
                self.home, OFF, [sys.executable, "-m", "tests.off_server", str(port)], port=port, env=os.environ
            )
        if not wait_until(lambda: not server.alive or answers(server.port), 20) or not server.listens:
            raise LocalError(f"the server in place of Open Food Facts does not answer; see {self.home.logs / OFF}.log")
        os.environ["OFF_BASE_URL"] = server.url
        print(f"  Open Food Facts is played at {server.url}", flush=True)

    def _proxy(self, engine_url: str, outputs: dict[str, str]) -> str:
        """The one origin; a running one is kept when it serves the same API."""
        images = json.loads(outputs["BucketNames"]).get("images", "")
        wanted = [engine_url, outputs["ApiId"], images]
        serves = self.home.run / "proxy.serves"
        proxy = find(self.home, "proxy")
        if proxy and not (serves.exists() and json.loads(serves.read_text()) == wanted):
            proxy.stop(self.home, grace=5)
            proxy = None
        if proxy is None:
            port = choose_port(self.home, "web", PORT)
            argv = [sys.executable, "-m", "local.proxy", str(port), *wanted]
            proxy = spawn(self.home, "proxy", argv, port=port, env=os.environ)
            serves.write_text(json.dumps(wanted))
        if not wait_until(lambda: not proxy.alive or answers(proxy.port), 20) or not proxy.listens:
            raise LocalError(f"the proxy does not answer; see {self.home.logs / 'proxy.log'}")
        return proxy.url
