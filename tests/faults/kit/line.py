"""A line to a server over TCP that can be slow, lose what is answered, or end at a server that says 503."""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import suppress

_CHUNK = 65536
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_SLOW_DOWN = (
    b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
)
_REFUSAL = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
    % (len(_SLOW_DOWN), _SLOW_DOWN)
)


class Line:
    """Listens on a port of its own and carries to ``port``. What is set holds for what is carried from then on."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.delay = 0.0
        """Seconds before each piece of an answer goes on."""
        self.answers_lost = False
        """What the server answers does not arrive."""
        self._refuses = False
        self.refused = 0
        """Requests that were answered with 503."""
        self.delayed = 0
        """Pieces of answers that came late."""
        self.lost = 0
        """Pieces of answers that did not arrive."""
        self._open: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """``host:port`` at this end of the line."""
        return f"127.0.0.1:{self._server.getsockname()[1]}"

    @property
    def refuses(self) -> bool:
        """Whether every request is answered with 503 (S3's *SlowDown*)."""
        return self._refuses

    @refuses.setter
    def refuses(self, wanted: bool) -> None:
        self._refuses = wanted
        for end in list(self._open):  # connections that are kept alive would go on past it
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take the line down."""
        self._server.close()
        self.refuses = True

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._server.accept()
                threading.Thread(target=self._serve, args=[caller], daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        with caller, suppress(OSError):
            self._open.add(caller)
            if self._refuses:
                self._refuse(caller)
                return
            with socket.create_connection(("127.0.0.1", self._target), timeout=60) as server:
                server.settimeout(None)
                self._open.add(server)
                back = threading.Thread(target=self._carry, args=[server, caller, True], daemon=True)
                back.start()
                self._carry(caller, server, False)
                back.join()
                self._open.discard(server)
        self._open.discard(caller)

    def _carry(self, from_: socket.socket, to: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while piece := from_.recv(_CHUNK):
                if answers and self.delay:
                    time.sleep(self.delay)
                    self.delayed += 1
                if answers and self.answers_lost:
                    self.lost += 1
                else:
                    to.sendall(piece)
        with suppress(OSError):
            to.shutdown(socket.SHUT_WR)

    def _refuse(self, caller: socket.socket) -> None:
        """Read one whole request, so that its sender is not cut off while it writes, and refuse it."""
        caller.settimeout(10)
        read = b""
        while b"\r\n\r\n" not in read:
            piece = caller.recv(_CHUNK)
            if not piece:
                return
            read += piece
        head, _, body = read.partition(b"\r\n\r\n")
        found = None if b"100-continue" in head.lower() else _LENGTH.search(head)
        left = int(found[1]) - len(body) if found else 0
        while left > 0 and (piece := caller.recv(_CHUNK)):
            left -= len(piece)
        self.refused += 1
        caller.sendall(_REFUSAL)
