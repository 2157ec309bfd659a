"""The demo department over HTTP, on the loopback interface: one address, POST only, everything bounded."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from zt_interop.departments.demo.department import Department
from zt_interop.departments.exchange import MOST_BYTES
from zt_interop.errors import MessageRefused
from zt_interop.transports.https import EVENT_MEDIA_TYPE

PATH: Final = "/exchange"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    server: DepartmentServer

    def do_POST(self) -> None:
        """Answer one question; what is not believed gets a bare status."""
        length = self.headers.get("Content-Length", "")
        if self.path != PATH or not length.isdecimal() or int(length) > MOST_BYTES:
            self._send(404 if self.path != PATH else 413, b"")
            return
        try:
            self._send(200, self.server.department.answer(self.rfile.read(int(length))))
        except MessageRefused as refused:
            self._send(403, refused.code.encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", EVENT_MEDIA_TYPE if status == 200 else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        if status != 200:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The department writes a log of its own, without anybody's data in the clear on the console."""


class DepartmentServer(ThreadingHTTPServer):
    """Serves one department on ``127.0.0.1``."""

    daemon_threads = True

    def __init__(self, department: Department, *, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.department = department

    @property
    def endpoint(self) -> str:
        """The address to register."""
        return f"http://127.0.0.1:{self.server_port}{PATH}"
