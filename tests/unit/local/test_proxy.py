"""The one origin hands everything through as it came."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import ClassVar

import pytest
import requests

from local.proxy import Proxy

PICTURE = f"images/{'ab' * 32}/thumbnail.webp"
STORED = {PICTURE: b"pixels", "uploads/upl_1": b"a place", "images/secret.txt": b"other"}


class Upstream(BaseHTTPRequestHandler):
    """Answers with what it got."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(207)
        self.send_header("X-Path", self.path)
        self.send_header("X-Auth", self.headers.get("Authorization", ""))
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        if self.path.endswith("/streamed"):
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        else:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path.startswith("/images/"):
            self._object(self.path.partition("?")[0].removeprefix("/images/"))
            return
        if self.path.endswith("/counted"):
            self.asked.append(self.command)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")
            return
        self.send_response(304 if self.headers.get("If-None-Match") else 204)
        self.end_headers()

    do_DELETE = do_GET  # noqa: N815

    def _object(self, key: str) -> None:
        """As S3 does, of the bucket ``images``."""
        self.asked.append(key)
        data = STORED.get(key)
        fresh = data is not None and self.headers.get("If-None-Match") == '"tag"'
        self.send_response(404 if data is None else 304 if fresh else 200)
        if data is not None:
            self.send_header("ETag", '"tag"')
            self.send_header("Content-Type", "image/webp")
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        self.send_header("Content-Length", str(0 if fresh else len(data or b"")))
        self.end_headers()
        if data and not fresh:
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def _serving(server: HTTPServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def origin() -> Iterator[str]:
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    upstream.daemon_threads = True
    with _serving(upstream) as url, _serving(Proxy(0, url, "api1", "images")) as origin:
        yield origin


def test_a_call_reaches_the_api_with_path_query_headers_and_body(origin: str) -> None:
    path = "/v1/products/caf%C3%A9?q=%E0%A4%A6%E0%A4%BE%E0%A4%B2&q=b"
    answer = requests.post(origin + path, b"x" * 200_000, headers={"Authorization": "Bearer t"}, timeout=5)
    assert answer.status_code == 207
    assert answer.headers["X-Path"] == f"/_aws/execute-api/api1/$default{path}"
    assert answer.headers["X-Auth"] == "Bearer t"
    assert answer.content == b"x" * 200_000


def test_a_header_given_twice_stays_twice(origin: str) -> None:
    answer = requests.post(f"{origin}/v1/x", timeout=5)
    assert answer.raw.headers.getlist("Set-Cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize("path", ["/v1/sized", "/v1/streamed"])
def test_a_body_may_come_and_go_in_chunks(origin: str, path: str) -> None:
    answer = requests.post(origin + path, data=iter([b"one ", b"two"]), timeout=5)
    assert answer.content == b"one two"


def test_header_names_may_be_in_any_case(origin: str) -> None:
    """HTTP libraries write them as they like; Node's in lower case."""
    connection = http.client.HTTPConnection(origin.removeprefix("http://"), timeout=5)
    connection.request("POST", "/v1/x", body=b"four", headers={"content-length": "4", "authorization": "t"})
    answer = connection.getresponse()
    assert (answer.read(), answer.getheader("X-Auth")) == (b"four", "t")
    connection.close()


@pytest.mark.parametrize(("headers", "status"), [({}, 204), ({"If-None-Match": '"1"'}, 304)])
def test_an_answer_without_body_leaves_the_connection_usable(origin: str, headers: dict[str, str], status: int) -> None:
    with requests.Session() as session:
        for _ in range(3):
            assert session.get(f"{origin}/v1/x", headers=headers, timeout=5).status_code == status


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_is_asked_once_over_a_kept_connection_is_asked_once(origin: str, method: str) -> None:
    Upstream.asked.clear()
    with requests.Session() as session:
        for _ in range(3):
            assert session.request(method, f"{origin}/v1/counted", timeout=5).text == "ok"
    assert Upstream.asked == [method] * 3


def test_an_engine_that_is_gone_is_a_502() -> None:
    with _serving(Proxy(0, "http://127.0.0.1:1", "api1", "images")) as origin:
        assert requests.post(f"{origin}/v1/x", b"y", timeout=5).status_code == 502


def test_a_picture_is_served_to_anybody_and_may_be_kept_for_ever(origin: str) -> None:
    answer = requests.get(f"{origin}/{PICTURE}", timeout=5)
    assert (answer.status_code, answer.content) == (200, b"pixels")
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = requests.get(f"{origin}/{PICTURE}", headers={"If-None-Match": answer.headers["ETag"]}, timeout=5)
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        f"/images/{'cd' * 32}/thumbnail.webp",
        "/images/secret.txt",
        "/images/../uploads/upl_1",
        "/images/%2e%2e/uploads/upl_1",
        "/images/..%2fuploads%2fupl_1",
        f"/images/{'ab' * 32}/../../uploads/upl_1",
        "/images//uploads/upl_1",
        "/images/",
        f"/{PICTURE}/",
        f"/images/{'AB' * 32}/thumbnail.webp",
    ],
)
def test_nothing_but_pictures_is_served_from_their_bucket(origin: str, path: str) -> None:
    connection = http.client.HTTPConnection(origin.removeprefix("http://"), timeout=5)  # it leaves a path as it is
    Upstream.asked.clear()
    connection.request("GET", path)
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Cache-Control"), answer.read()) == (404, "no-store", b"")
    assert not [key for key in Upstream.asked if "uploads" in key or "secret" in key]
    connection.close()


def test_what_was_uploaded_is_not_on_the_web_origin(origin: str) -> None:
    Upstream.asked.clear()
    answer = requests.get(f"{origin}/uploads/upl_1", timeout=5)
    assert b"a place" not in answer.content
    assert Upstream.asked == []


def test_only_reading_is_allowed_beside_the_api(origin: str) -> None:
    with requests.Session() as session:
        assert session.post(f"{origin}/images/x", b"y" * 1000, timeout=5).status_code == 405
        assert session.post(f"{origin}/v1/x", timeout=5).status_code == 207
