"""The app's configuration."""

from __future__ import annotations

from django.apps import AppConfig

from zt_tenants.language import bilingual


class LogConfig(AppConfig):
    """See the package."""

    name = "zt_interop.log"
    label = "interop_log"
    verbose_name = bilingual("报文日志", "Message log")
