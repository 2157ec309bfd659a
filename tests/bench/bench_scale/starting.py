"""How long a web process needs from nothing to its first answer."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from contextlib import suppress

from zt_platform.project.embedded.process import free_port

PATIENCE = 120.0


def seconds_to_first_answer(path: str = "/") -> float:
    """Start gunicorn with one worker as ``zhengtong up`` does, ask for a page until it answers, stop it.

    Raises:
        RuntimeError: it did not answer in two minutes.
    """
    port = free_port(0)
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "zt_platform.project.wsgi:application", "--bind", f"127.0.0.1:{port}"]
        + ["--worker-class", "gthread", "--workers", "1", "--threads", "2", "--no-control-socket"],
        env={**os.environ, "ZT_LOG_LEVEL": "ERROR"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while time.perf_counter() - began < PATIENCE:
            with suppress(OSError):
                asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                asked.request("GET", path)
                if asked.getresponse().status == 200:
                    return time.perf_counter() - began
            time.sleep(0.02)
        raise RuntimeError("the web process did not answer")
    finally:
        server.terminate()
        server.wait()
