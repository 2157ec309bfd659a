"""The app of electronic supervision."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """The province's store of case steps, fed by messages only (a shared app with a PostgreSQL schema of its own)."""

    name = "zt_platform.supervision"
    label = "supervision"
    default_auto_field = "django.db.models.BigAutoField"
