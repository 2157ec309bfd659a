"""Crash points: places where a test may kill the process for real (SIGKILL), as a power cut would.

They do nothing unless the environment asks for it, in one of two ways:

* ``ZT_CRASH_AT`` names a point: the process dies whenever it comes there;
* ``ZT_CRASH_FOLDER`` names a folder: whoever comes to a point first takes the file of that name away and dies, so that a
  running site can be killed once at a point and its successor goes on.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Literal

CrashPoint = Literal[
    "after_claim",
    "after_sign",
    "after_deliver",
    "after_record",
    "after_receive_commit",
    "before_receive_commit",
    "replay_before_commit",
    "replay_after_commit",
    "before_rewind",
    "after_rewind",
    "in_prune",
    "before_step_commit",
    "after_step_commit",
    "timers_after_claim",
    "timers_after_begin",
    "timers_in_transaction",
    "timers_after_failure",
    "timers_after_commit",
    "drop_after_claim",
    "drop_after_first_file",
    "drop_in_transaction",
    "drop_after_commit",
    "sms_after_claim",
    "sms_after_send",
    "call_after_write",
    "call_after_claim",
    "call_after_answer",
    "rotation_before_commit",
    "rotation_after_commit",
    "batch_before_commit",
    "batch_after_commit",
    "paper_after_put",
    "upload_after_copy",
    "fetch_after_part",
    "copy_before_record",
]


def crash_point(name: CrashPoint) -> None:
    """Die here, without any clean-up, if the environment asks for it."""
    if os.environ.get("ZT_CRASH_AT") == name or _is_armed(name):
        os.kill(os.getpid(), signal.SIGKILL)


def _is_armed(name: CrashPoint) -> bool:
    folder = os.environ.get("ZT_CRASH_FOLDER")
    if not folder:
        return False
    try:
        (Path(folder) / name).unlink()  # only one process and thread can
    except FileNotFoundError:
        return False
    return True
