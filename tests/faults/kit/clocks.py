"""Hosts with a wrong clock: whole processes, library calls and all, live an hour ahead or behind (see clock.c)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

_SOURCE = Path(__file__).with_name("clock.c")


class Clocks:
    """Which processes live by another time; ``environment`` belongs into that of all of them.

    A process is named by its program or an argument: ``worker``, ``gunicorn``, ``relay_worker.py``. What runs already keeps
    its time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "clocks"
        self._folder.mkdir()
        self.environment: dict[str, str] = {}
        compiler = shutil.which("cc")
        if compiler is not None:
            library = folder / "clock.so"
            subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, _SOURCE, "-ldl"], check=True)
            self.environment = {"LD_PRELOAD": str(library), "ZT_TEST_CLOCKS": str(self._folder)}

    @property
    def can_be_wrong(self) -> bool:
        """Whether this machine has a compiler to make the library with."""
        return bool(self.environment)

    @contextmanager
    def wrong(self, name: str, by: timedelta) -> Iterator[None]:
        """Processes of this name that start inside the block live by another time to their end."""
        note = self._folder / name
        note.write_text(str(int(by.total_seconds())))
        try:
            yield
        finally:
            note.unlink()
