"""Django's registration of the project wiring."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Settings, URLs, celery and the command line."""

    name = "zt_platform.project"
    label = "project"

    def ready(self) -> None:
        """Load the celery application, so that shared tasks bind to it."""
        from zt_platform.project import celery  # noqa: F401
