"""The app of electronic supervision."""

from django.apps import AppConfig

from zt_tenants.language import bilingual


class SupervisionConfig(AppConfig):
    """The province's store of case steps, fed by messages only (a shared app with a PostgreSQL schema of its own)."""

    name = "zt_platform.supervision"
    label = "supervision"
    verbose_name = bilingual("电子监察", "Electronic supervision")

    def ready(self) -> None:
        """Register the message handlers."""
        from zt_platform.supervision.events import register_handlers

        register_handlers()
