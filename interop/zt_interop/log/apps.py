"""The app's configuration."""

from __future__ import annotations

from django.apps import AppConfig

from zt_tenants.language import bilingual


class LogConfig(AppConfig):
    """See the package."""

    name = "zt_interop.log"
    label = "interop_log"
    verbose_name = bilingual("报文日志", "Message log")

    def ready(self) -> None:
        """Witness the heads of other centres' logs; let parked messages be tried again by timers."""
        from zt_interop import handlers, parked
        from zt_interop.proof.heads import witness_head
        from zt_interop.proof.leaves import HEAD_EVENT
        from zt_tenants import timers

        handlers.register(HEAD_EVENT, apply=witness_head)
        timers.register(parked.KIND, parked.handle)
