"""A relay in a process of its own, for tests that kill it: ``python relay_worker.py`` relays what is due, once."""

from __future__ import annotations

import django

django.setup()

from zt_interop import handlers  # noqa: E402
from zt_interop.relay import relay_due  # noqa: E402
from zt_interop.testing import REQUEST, answer_request  # noqa: E402

handlers.register(REQUEST, apply=answer_request)
relay_due()
