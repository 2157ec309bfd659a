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
        """Witness the heads of other centres' logs."""
        from zt_interop import handlers
        from zt_interop.proof.heads import witness_head
        from zt_interop.proof.leaves import HEAD_EVENT

        handlers.register(HEAD_EVENT, apply=witness_head)
