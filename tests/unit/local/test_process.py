"""Background processes are known again, ended, and never mistaken for somebody else's."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.home import Home
from local.process import LocalError, Process, answers, choose_port, find, record, spawn, wait_until

SERVER = "import http.server, sys; http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), None).serve_forever()"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.make()
    return home


@pytest.fixture
def server(home: Home) -> Iterator[Process]:
    port = choose_port(home, "server", _free_port())
    process = spawn(home, "server", [sys.executable, "-c", SERVER, str(port)], port=port, env=os.environ)
    yield process
    process.stop(home, grace=2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_started_process_is_found_again_and_listens(home: Home, server: Process) -> None:
    assert wait_until(lambda: answers(server.port), 10)
    assert find(home, "server") == server
    assert server.listens


def test_a_stopped_process_is_gone_with_its_record(home: Home, server: Process) -> None:
    server.stop(home, grace=5)
    assert not server.alive
    assert find(home, "server") is None
    assert not record(home, "server").exists()


def test_a_pid_that_went_to_somebody_else_is_not_ours(home: Home) -> None:
    stranger = Process("engine", os.getpid(), started="1", port=1)
    assert not stranger.alive
    stranger.stop(home)  # and so this very test process lives on


def test_another_program_on_the_port_is_not_taken_for_ours(server: Process) -> None:
    assert wait_until(lambda: answers(server.port), 10)
    other = Process("engine", os.getpid(), started="1", port=server.port)
    assert other.listens is not Path("/proc/net/tcp").exists()


def test_a_taken_port_is_left_for_a_free_one(home: Home, server: Process) -> None:
    assert wait_until(lambda: answers(server.port), 10)
    assert choose_port(home, "engine", server.port) != server.port


def test_a_taken_port_that_was_insisted_on_is_refused(
    home: Home, server: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wait_until(lambda: answers(server.port), 10)
    monkeypatch.setenv("ENGINE_PORT", str(server.port))
    with pytest.raises(LocalError, match="ENGINE_PORT"):
        choose_port(home, "engine", 1)


def test_the_port_of_the_last_time_is_used_again(home: Home) -> None:
    port = choose_port(home, "engine", _free_port())
    assert choose_port(home, "engine", 1) == port
