"""Django's registration of the cases app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases and their way through one or two centres."""

    name = "zt_platform.cases"
    label = "cases"
    verbose_name = "办件"

    def ready(self) -> None:
        """Register what is done with messages about cases."""
        from zt_platform.cases.events.incoming import register_handlers

        register_handlers()
