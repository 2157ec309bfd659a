"""Django's registration of the project wiring."""

from django.apps import AppConfig
from django.conf import settings

from zt_tenants.telemetry.tracing import configure


class ProjectConfig(AppConfig):
    """Settings, URLs, celery and the command line."""

    name = "zt_platform.project"
    label = "project"

    def ready(self) -> None:
        """Load the celery application, so that shared tasks bind to it; trace, if the environment names a collector."""
        from zt_platform.project import celery  # noqa: F401

        configure(endpoint=settings.OTEL_EXPORTER_OTLP_ENDPOINT, share=settings.ZT_TRACE_SHARE)
