"""A replay in a process of its own, for tests that kill it: ``python replay_worker.py CENTRE SOURCE SUBJECT``."""

from __future__ import annotations

import sys

import django

django.setup()

from zt_interop import handlers  # noqa: E402
from zt_interop.parked import replay_subject  # noqa: E402
from zt_interop.testing import REQUEST, answer_request  # noqa: E402

handlers.register(REQUEST, apply=answer_request)
replay_subject(sys.argv[1], sys.argv[2], "case", sys.argv[3])
