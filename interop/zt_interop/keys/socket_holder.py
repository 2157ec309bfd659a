"""The holder that is another process: requests go over a Unix socket to ``zhengtong signer``.

A frame is four bytes of length and a JSON object. Bytes travel as base64. A request is answered by ``{"ok": …}`` or
``{"refused": code, …}``; a connection serves any number of requests, one after the other.
"""

from __future__ import annotations

import base64
import json
import socket
import struct
import threading
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from zt_interop.errors import KeyNotHeld, SignerUnreachable, SuiteUnknown
from zt_interop.keys.holder import KeyRequest, NewKey
from zt_tenants.vault import SealBroken

MOST_BYTES: Final = 4 * 1024 * 1024
"""Of one frame: a message of 1 MiB in base64, with room; 10,000 keys to be made."""
_LENGTH: Final = struct.Struct("!I")
_SECONDS: Final = 20.0


class FrameBroken(OSError):
    """The other end sent no frame: too long, cut off, or no JSON object."""


def write_frame(line: socket.socket, content: dict[str, Any]) -> None:
    """Send one frame."""
    data = json.dumps(content, separators=(",", ":")).encode()
    line.sendall(_LENGTH.pack(len(data)) + data)


def read_frame(line: socket.socket) -> dict[str, Any] | None:
    """Receive one frame; None when the other end has closed properly.

    Raises:
        FrameBroken: what came is no frame.
    """
    head = _read(line, _LENGTH.size)
    if not head:
        return None
    if len(head) < _LENGTH.size:
        raise FrameBroken("cut off")
    [length] = _LENGTH.unpack(head)
    if length > MOST_BYTES:
        raise FrameBroken("too long")
    data = _read(line, length)
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as broken:
        raise FrameBroken("no JSON") from broken
    if len(data) < length or not isinstance(content, dict):
        raise FrameBroken("cut off")
    return content


def _read(line: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = line.recv(min(count - len(data), 65536))
        if not part:
            break
        data += part
    return bytes(data)


def to_text(data: bytes) -> str:
    """Bytes as they stand in a frame."""
    return base64.b64encode(data).decode()


def to_bytes(text: Any) -> bytes:
    """What :func:`to_text` wrote.

    Raises:
        ValueError: it is no base64 text.
    """
    if not isinstance(text, str):
        raise ValueError("not a text")
    return base64.b64decode(text, validate=True)


class SocketHolder:
    """Asks the signer process; each thread keeps a connection of its own."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._own = threading.local()

    def generate(self, requests: Sequence[KeyRequest]) -> list[NewKey]:
        """See :class:`zt_interop.keys.holder.KeyHolder`. The keys stay when the caller's transaction rolls back."""
        wanted = [[str(request.centre_id), request.centre_code, request.suite] for request in requests]
        made = self._ask({"do": "generate", "keys": wanted})
        return [NewKey(kid, to_bytes(public_key)) for kid, public_key in made]

    def sign(self, kid: str, message: bytes, *, centre_id: UUID) -> bytes:
        """See :class:`zt_interop.keys.holder.KeyHolder`."""
        return to_bytes(self._ask({"do": "sign", "kid": kid, "centre": str(centre_id), "message": to_text(message)}))

    def unwrap(self, kid: str, wrapped: bytes, *, centre_id: UUID, context: bytes) -> bytes:
        """See :class:`zt_interop.keys.holder.KeyHolder`."""
        asked = {"kid": kid, "centre": str(centre_id), "wrapped": to_text(wrapped), "context": to_text(context)}
        return to_bytes(self._ask({"do": "unwrap", **asked}))

    def destroy(self, kid: str) -> None:
        """See :class:`zt_interop.keys.holder.KeyHolder`."""
        self._ask({"do": "destroy", "kid": kid})

    def rewrap(self, limit: int) -> int:
        """See :class:`zt_interop.keys.holder.KeyHolder`."""
        return int(self._ask({"do": "rewrap", "limit": limit}))

    def _ask(self, request: dict[str, Any]) -> Any:
        """Every request may be made twice: a key made in vain is never used, the others change nothing by repetition."""
        kept = getattr(self._own, "line", None)
        try:
            answer = self._exchange(request)
        except OSError as lost:
            if kept is None:
                raise SignerUnreachable(detail=type(lost).__name__) from lost
            try:  # the signer may have been restarted since this connection was last used
                answer = self._exchange(request)
            except OSError as lost_again:
                raise SignerUnreachable(detail=type(lost_again).__name__) from lost_again
        if "ok" in answer:
            return answer["ok"]
        raise _refusal(str(answer.get("refused", "")), str(answer.get("about", "")))

    def _exchange(self, request: dict[str, Any]) -> dict[str, Any]:
        line = getattr(self._own, "line", None)
        try:
            if line is None:
                line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self._own.line = line
                line.settimeout(_SECONDS)
                line.connect(self._path)
            write_frame(line, request)
            answer = read_frame(line)
            if answer is None:
                raise FrameBroken("closed")
        except OSError:
            self.close()
            raise
        return answer

    def close(self) -> None:
        """Close this thread's connection."""
        line = getattr(self._own, "line", None)
        self._own.line = None
        if line is not None:
            line.close()


def _refusal(code: str, about: str) -> Exception:
    known: dict[str, Exception] = {
        KeyNotHeld.code: KeyNotHeld(kid=about),
        SuiteUnknown.code: SuiteUnknown(suite=about),
        SealBroken.code: SealBroken(purpose=about),
        "VALUE": ValueError(about),
    }
    return known.get(code) or SignerUnreachable(detail=code or "?")
