"""A sender of text messages in a process of its own, for tests that kill it."""

from __future__ import annotations

import django

django.setup()

from zt_platform.notices.sending import send_due  # noqa: E402

send_due()
