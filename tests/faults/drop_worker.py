"""A pick-up in a process of its own, for tests that kill it: ``python drop_worker.py`` picks up what lies there, once."""

from __future__ import annotations

import django

django.setup()

from zt_interop.departments.file_drop.picking import pick_up_all  # noqa: E402

pick_up_all()
