"""``zhengtong signer``: the process that holds the keys, so that no web or worker process does.

It listens on a Unix socket that only its own user (and users named at the start) may open, asks the kernel who is
calling, and does nothing but what :class:`zt_interop.keys.holder.KeyHolder` names. No request gives a private key away.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import stat
import struct
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import close_old_connections, connections

from zt_interop.errors import KeyNotHeld, SuiteUnknown
from zt_interop.keys.database_holder import DatabaseHolder
from zt_interop.keys.holder import KeyHolder, KeyRequest
from zt_interop.keys.socket_holder import FrameBroken, read_frame, to_bytes, to_text, write_frame
from zt_tenants.context import outside_centres
from zt_tenants.vault import SealBroken

logger = logging.getLogger(__name__)

MOST_CALLERS: Final = 128
_POLL_SECONDS: Final = 0.5
_IDLE_SECONDS: Final = 600.0
_PEER: Final = struct.Struct("3i")


class SignerProcess:
    """Serves a holder on a Unix socket until :meth:`stop`."""

    def __init__(self, path: Path, *, holder: KeyHolder | None = None, users: Collection[int] = ()) -> None:
        self.path = path
        self._holder = holder or DatabaseHolder()
        self._users = {os.getuid(), *users}
        self._stopped = threading.Event()
        self._room = threading.BoundedSemaphore(MOST_CALLERS)
        self._callers: set[threading.Thread] = set()

    def serve(self, *, ready: threading.Event | None = None) -> None:
        """Listen until stopped. A socket left by a signer that died is taken over; a living one's is not.

        Raises:
            OSError: the path is taken by a living signer or another file, or cannot be made.
        """
        listening = self._listen()
        try:
            if ready is not None:
                ready.set()
            while not self._stopped.is_set():
                with contextlib.suppress(TimeoutError):
                    line, _ = listening.accept()
                    self._start(line)
        finally:
            listening.close()
            with contextlib.suppress(FileNotFoundError):
                self.path.unlink()
            for caller in list(self._callers):
                caller.join(timeout=5)

    def stop(self) -> None:
        """Stop listening; requests under way are answered."""
        self._stopped.set()

    def _listen(self) -> socket.socket:
        if self.path.exists():
            if not stat.S_ISSOCK(self.path.stat().st_mode) or _answers(self.path):
                raise FileExistsError(str(self.path))
            self.path.unlink()
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177 if len(self._users) == 1 else 0o111)
        try:
            listening.bind(str(self.path))
        finally:
            os.umask(before)
        listening.listen(MOST_CALLERS)
        listening.settimeout(_POLL_SECONDS)
        return listening

    def _start(self, line: socket.socket) -> None:
        if not self._is_welcome(line) or not self._room.acquire(blocking=False):
            line.close()
            return
        caller = threading.Thread(target=self._serve_caller, args=(line,), daemon=True)
        self._callers.add(caller)
        caller.start()

    def _is_welcome(self, line: socket.socket) -> bool:
        peer = getattr(socket, "SO_PEERCRED", None)
        if peer is None:  # only Linux tells; elsewhere the socket's mode alone decides
            return True
        _, user, _ = _PEER.unpack(line.getsockopt(socket.SOL_SOCKET, peer, _PEER.size))
        if user not in self._users:
            logger.warning("user %s is not allowed to use the signer", user)
        return user in self._users

    def _serve_caller(self, line: socket.socket) -> None:
        waited = 0.0
        try:
            with line:
                while not self._stopped.is_set() and waited < _IDLE_SECONDS:
                    line.settimeout(_POLL_SECONDS)
                    try:
                        if not line.recv(1, socket.MSG_PEEK):
                            return
                    except TimeoutError:
                        waited += _POLL_SECONDS
                        continue
                    waited = 0.0
                    line.settimeout(20.0)
                    request = read_frame(line)
                    if request is None:
                        return
                    write_frame(line, self._answer(request))
        except (FrameBroken, OSError) as broken:
            logger.warning("a caller of the signer was dropped: %s", broken)
        finally:
            connections.close_all()
            self._room.release()
            self._callers.discard(threading.current_thread())

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        about = str(request.get("kid", ""))[:128]
        close_old_connections()
        try:
            with outside_centres():
                return {"ok": self._do(request)}
        except KeyNotHeld as refusal:
            return {"refused": refusal.code, "about": about}
        except SuiteUnknown as refusal:
            return {"refused": refusal.code, "about": str(refusal.data.get("suite", ""))}
        except SealBroken as refusal:
            return {"refused": refusal.code, "about": about}
        except (ValueError, KeyError, TypeError, AttributeError):
            return {"refused": "VALUE", "about": "the request or what it wraps is not right"}
        except Exception:
            logger.exception("a request to the signer failed")
            return {"refused": "FAILED", "about": about}

    def _do(self, request: dict[str, Any]) -> Any:
        match request.get("do"):
            case "generate":
                wanted = [KeyRequest(UUID(centre), str(code), str(name)) for centre, code, name in request["keys"]]
                return [[key.kid, to_text(key.public_key)] for key in self._holder.generate(wanted)]
            case "sign":
                return to_text(
                    self._holder.sign(
                        str(request["kid"]), to_bytes(request["message"]), centre_id=UUID(request["centre"])
                    )
                )
            case "unwrap":
                return to_text(
                    self._holder.unwrap(
                        str(request["kid"]),
                        to_bytes(request["wrapped"]),
                        centre_id=UUID(request["centre"]),
                        context=to_bytes(request["context"]),
                    )
                )
            case "destroy":
                self._holder.destroy(str(request["kid"]))
                return True
            case "rewrap":
                return self._holder.rewrap(int(request["limit"]))
        raise ValueError("no such request")


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(1.0)
        try:
            line.connect(str(path))
        except OSError:
            return False
    return True
