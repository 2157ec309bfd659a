"""A worker in a process of its own, for tests that kill it: ``python timers_worker.py`` handles what is due, once."""

from __future__ import annotations

import sys
from pathlib import Path

import django

django.setup()

from zt_tenants.timers import register, run_due  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tenants" / "timers"))
from notebook import KIND, Notebook  # noqa: E402

handler = Notebook()
handler.bad = set(sys.argv[1:])
register(KIND, handler)
print(run_due())
