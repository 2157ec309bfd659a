"""Django's registration of the papers app."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """Official papers of a centre."""

    name = "zt_platform.papers"
    label = "papers"
    verbose_name = "文书"

    def ready(self) -> None:
        """Register what is done when a paper's file is still missing."""
        from zt_platform.papers.commands.making import TIMER_KIND, ring_for_due
        from zt_tenants.timers import register

        register(TIMER_KIND, ring_for_due)
