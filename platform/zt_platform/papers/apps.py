"""Django's registration of the papers app."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """Official papers of a centre."""

    name = "zt_platform.papers"
    label = "papers"
    verbose_name = "文书"
