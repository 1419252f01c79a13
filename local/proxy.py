"""One origin: `/v1/*` goes to the API, `/images/*` to the images bucket, the rest is the web app.

The engine serves an API under a path with its id; AWS serves it behind CloudFront. With this in front, an
address found in `.local/endpoints.json` looks the same as one on AWS, and a browser needs no CORS.
Run as `python -m local.proxy PORT ENGINE_URL API_ID IMAGES_BUCKET`.
"""

import http.client
import mimetypes
import re
import sys
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from botocore.exceptions import ClientError

from local.aws import Engine
from local.home import ROOT
from local.process import LOOPBACK

_BLOCK = 64 * 1024
_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
_WEB = ROOT / "web" / "dist"
_RENDITION = re.compile(r"images/[0-9a-f]{64}/(original|medium|thumbnail)\.webp")
_CONDITIONS = {"Range": "Range", "If-None-Match": "IfNoneMatch"}


class Proxy(ThreadingHTTPServer):
    """A thread for each connection; each keeps one of its own to the engine."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, engine_url: str, api_id: str, images_bucket: str) -> None:
        super().__init__((LOOPBACK, port), Handler)
        self.engine = Engine(engine_url)
        self.upstream = urlsplit(engine_url).netloc
        self.api_path = f"/_aws/execute-api/{api_id}/$default"
        self.images_bucket = images_bucket


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy
    disable_nagle_algorithm = True
    timeout = 75
    _upstream: http.client.HTTPConnection | None = None  # kept for as long as the client keeps its own

    def _serve(self) -> None:
        path = urlsplit(self.path).path
        if path == "/v1" or path.startswith("/v1/"):
            self._api()
        elif self.command not in ("GET", "HEAD"):
            self._drop_body()
            self._answer(HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "GET, HEAD"})
        elif path.startswith("/images/"):
            self._image(path.lstrip("/"))
        else:
            self._web(unquote(path))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """As CloudFront: a method nobody knows is not allowed (405), which is no fault of the server's (501)."""
        super().send_error(405 if code == 501 else code, message, explain)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815

    def _api(self) -> None:
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "").lower()
        length = self.headers.get("Content-Length")
        body = self._chunks() if chunked else self._exactly(int(length)) if length else None
        try:
            answer = self._ask(
                self.server.api_path + self.path, body, self._forwarded(chunked=chunked), chunked=chunked
            )
        except (OSError, http.client.HTTPException) as error:
            self.close_connection = True  # its body may not have been read to the end
            self._answer(HTTPStatus.BAD_GATEWAY, {}, f"the engine does not answer: {error}\n".encode())
            return
        self._relay(answer)

    def _forwarded(self, *, chunked: bool) -> dict[str, str]:
        ours = _HOP_BY_HOP | {"host", "expect"} | ({"content-length"} if chunked else set())
        names = {name.lower() for name in self.headers} - ours
        return {name: ", ".join(self.headers.get_all(name, [])) for name in names} | {
            "host": self.server.upstream,
            "x-forwarded-host": self.headers.get("Host", ""),
            "x-forwarded-for": self.client_address[0],
            "x-forwarded-proto": "http",
        }

    def _ask(
        self, target: str, body: Iterator[bytes] | None, headers: dict[str, str], *, chunked: bool
    ) -> http.client.HTTPResponse:
        """A kept connection may have been closed meanwhile; only who just reads asks again."""
        if self.command not in ("GET", "HEAD"):
            self._forget()
        kept = self._upstream
        connection = kept or http.client.HTTPConnection(self.server.upstream, timeout=120)
        self._upstream = connection
        try:
            connection.request(self.command, target, body=body, headers=headers, encode_chunked=chunked)
            return connection.getresponse()
        except (OSError, http.client.HTTPException):
            self._forget()
            if kept is None:
                raise
            return self._ask(target, body, headers, chunked=chunked)

    def _forget(self) -> None:
        if self._upstream:
            self._upstream.close()
        self._upstream = None

    def finish(self) -> None:
        super().finish()
        self._forget()

    def _relay(self, answer: http.client.HTTPResponse) -> None:
        self.send_response_only(answer.status, answer.reason)
        bodyless = self.command == "HEAD" or answer.status in (204, 304) or answer.status < HTTPStatus.OK
        sized = answer.getheader("Content-Length") is not None
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        if not sized and not bodyless:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while block := answer.read1(_BLOCK):
            self.wfile.write(block if sized else b"%x\r\n%s\r\n" % (len(block), block))
        if not sized and not bodyless:
            self.wfile.write(b"0\r\n\r\n")
        answer.close()  # read1 doesn't see the end of a sized body, and an open answer blocks the connection
        if answer.will_close:
            self._forget()

    def _image(self, key: str) -> None:
        """A rendition, and nothing else that is in the bucket: beside them lies what people have just uploaded."""
        if not _RENDITION.fullmatch(key):
            self._answer(HTTPStatus.NOT_FOUND, {"Cache-Control": "no-store"})
            return
        asked = {to: self.headers[name] for name, to in _CONDITIONS.items() if name in self.headers}
        try:
            found = self.server.engine.files.get_object(Bucket=self.server.images_bucket, Key=key, **asked)  # type: ignore[arg-type]
        except ClientError as error:
            status = HTTPStatus(error.response["ResponseMetadata"]["HTTPStatusCode"])
            self._answer(status, {} if status == HTTPStatus.NOT_MODIFIED else {"Cache-Control": "no-store"})
            return
        kept = ("content-type", "content-length", "content-range", "etag", "cache-control", "last-modified")
        headers = found["ResponseMetadata"]["HTTPHeaders"]
        self.send_response(found["ResponseMetadata"]["HTTPStatusCode"])
        for name in kept:
            if name in headers:
                self.send_header(name, headers[name])
        self.end_headers()
        if self.command == "GET":
            for block in found["Body"].iter_chunks(_BLOCK):
                self.wfile.write(block)

    def _web(self, path: str) -> None:
        """The built app: a path that is no file is its start page. Before there is one: the API's docs."""
        index = _WEB / "index.html"
        if not index.exists():
            if path == "/":
                self._answer(HTTPStatus.FOUND, {"Location": "/v1/docs"})
            else:
                self._answer(HTTPStatus.NOT_FOUND, {})
            return
        file = (_WEB / path.lstrip("/")).resolve()
        if not file.is_relative_to(_WEB.resolve()) or not file.is_file():
            file = index
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        fixed = "public, max-age=31536000, immutable" if "assets" in file.parts else "no-cache"
        self._answer(HTTPStatus.OK, {"Content-Type": kind, "Cache-Control": fixed}, file.read_bytes())

    def _answer(self, status: HTTPStatus, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _exactly(self, length: int) -> Iterator[bytes]:
        while length > 0 and (block := self.rfile.read(min(length, _BLOCK))):
            length -= len(block)
            yield block

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield from self._exactly(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers

    def _drop_body(self) -> None:
        for _ in self._exactly(int(self.headers.get("Content-Length") or 0)):
            pass

    def log_message(self, format: str, *args: object) -> None:
        """The engine logs the calls; only errors are worth a second line."""

    def log_error(self, format: str, *args: object) -> None:
        sys.stderr.write(f"{self.log_date_time_string()} {format % args}\n")


def main(port: str, engine_url: str, api_id: str, images_bucket: str) -> None:
    with Proxy(int(port), engine_url, api_id, images_bucket) as proxy:
        proxy.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
