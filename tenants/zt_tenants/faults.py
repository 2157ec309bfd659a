"""Crash points: places where a test may kill the process for real (SIGKILL), as a power cut would.

They do nothing unless the environment variable ``ZT_CRASH_AT`` names them.
"""

from __future__ import annotations

import os
import signal
from typing import Literal

CrashPoint = Literal[
    "after_claim",
    "after_sign",
    "after_deliver",
    "after_receive_commit",
    "before_rewind",
    "after_rewind",
    "in_prune",
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
    "fetch_after_part",
]


def crash_point(name: CrashPoint) -> None:
    """Die here, without any clean-up, if the environment asks for it."""
    if os.environ.get("ZT_CRASH_AT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
