"""The app's configuration."""

from __future__ import annotations

from django.apps import AppConfig

from zt_tenants.language import bilingual


class QueueConfig(AppConfig):
    """See the package."""

    name = "zt_interop.queue"
    label = "interop_queue"
    verbose_name = bilingual("发件队列", "Outgoing messages")
