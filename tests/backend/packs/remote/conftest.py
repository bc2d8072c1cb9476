"""An https server of the test's own, with a certificate of its own."""

from __future__ import annotations

import functools
import http.server
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import trustme


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Files; /to/ADDRESS leads there; /cut says that more comes; /slow and /drip do not end for
    seconds, the one in its body, the other in its headers; /held answers once there is
    a file let-go; /error is one.
    """

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"ten bytes!")
        elif self.path == "/slow":
            self.send_response(200)
            self.send_header("Content-Length", "400")
            self.end_headers()
            with suppress(OSError):  # whoever reads may have gone
                for _ in range(400):
                    self.wfile.write(b".")
                    time.sleep(0.02)
        elif self.path == "/drip":
            self.send_response(200)
            self.flush_headers()
            with suppress(OSError):
                for i in range(400):
                    self.wfile.write(b"X-%d: y\r\n" % i)
                    time.sleep(0.02)
        elif self.path == "/held":
            for _ in range(1500):
                if Path(self.directory, "let-go").exists():
                    break
                time.sleep(0.02)
            self.send_error(503)
        elif self.path == "/error":
            self.send_error(503)
        else:
            super().do_GET()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Its address; it serves the folder web, and this process trusts it."""
    web = tmp_path / "web"
    web.mkdir()
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    handler = functools.partial(_Handler, directory=str(web))
    with http.server.ThreadingHTTPServer(("localhost", 0), handler) as running:
        running.socket = context.wrap_socket(running.socket, server_side=True)
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"https://localhost:{running.server_address[1]}"
        running.shutdown()
        thread.join(30)


@pytest.fixture
def web(tmp_path: Path, server: str) -> Path:
    return tmp_path / "web"


@contextmanager
def disk_with_room_for(size: int) -> Iterator[None]:
    """A limit on the size of files stands for the full disk: the kernel refuses to write on."""
    resource = pytest.importorskip("resource", reason="Windows has no such limits")
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, kept[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
