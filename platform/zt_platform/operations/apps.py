"""Django's registration of the operations app."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """How messages stand, and the acts of operators."""

    name = "zt_platform.operations"
    label = "operations"
    verbose_name = "运行"
