"""A beat's tick in a process of its own, for tests that kill it: ``python tick_worker.py heads|prune [days ahead]``."""

from __future__ import annotations

import sys
from datetime import timedelta

import django

django.setup()

from zt_interop.head_exchange import exchange_heads  # noqa: E402
from zt_interop.prune import prune_outbox  # noqa: E402
from zt_tenants.clock import at, now  # noqa: E402

with at(now() + timedelta(days=int(sys.argv[2]))):
    (exchange_heads if sys.argv[1] == "heads" else prune_outbox)()
