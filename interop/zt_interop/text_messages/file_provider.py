"""Providers without a network: every message a file of the data folder, and on the console if wanted.

The file is named for the message's id and made exclusively, so that a message sent twice is one file.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from zt_interop.text_messages.base import NotSent, TextMessage
from zt_tenants.clock import now


class FileProvider:
    """Writes ``<id>.json`` with telephone and text; for trying the platform out, and for a gateway that reads a folder."""

    name = "file"
    honours_keys = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: TextMessage) -> str:
        """See :class:`zt_interop.text_messages.base.Provider`."""
        self._write(message)
        return f"{message.id}.json"

    def _write(self, message: TextMessage) -> bool:
        """Write the file, whole or not at all; whether it is new."""
        line = {
            "id": str(message.id),
            "phone": message.phone,
            "text": f"【{message.sender}】{message.text}",
            "sent_at": now().isoformat(),
        }
        target, partial = self.folder / f"{message.id}.json", self.folder / f".{message.id}.{os.getpid()}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "w", encoding="utf-8") as sink:
                json.dump(line, sink, ensure_ascii=False, indent=1)
                sink.flush()
                os.fsync(sink.fileno())
            try:
                os.link(partial, target)  # fails when it is there: unlike a rename, which would replace it
            except FileExistsError:
                return False
            finally:
                partial.unlink()
        except OSError as error:
            raise NotSent(detail=type(error).__name__) from error
        return True


class ConsoleProvider(FileProvider):
    """The same, and a line on standard error for the operator of a demo."""

    name = "console"

    def send(self, message: TextMessage) -> str:
        """See :class:`zt_interop.text_messages.base.Provider`."""
        if self._write(message):
            shown = f"{message.phone[:3]}****{message.phone[-4:]}"
            sys.stderr.write(f"短信 {shown} 【{message.sender}】{message.text}\n")
        return f"{message.id}.json"
