"""A clerk's question in a process of its own, for tests that kill it: ``python ask_worker.py CENTRE``."""

from __future__ import annotations

import sys

import django

django.setup()

from zt_interop.departments.calls import Question, ask  # noqa: E402
from zt_interop.departments.testing import IDENTITY_CHECK, NAME, NUMBER  # noqa: E402
from zt_tenants.context import enter  # noqa: E402

with enter(sys.argv[1]):
    ask(Question(IDENTITY_CHECK, {"name": NAME, "id_number": NUMBER}))
