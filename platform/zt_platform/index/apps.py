"""Django's registration of the index app."""

from django.apps import AppConfig


class IndexConfig(AppConfig):
    """What the portal looks up across centres, fed by the centres."""

    name = "zt_platform.index"
    label = "index"
    verbose_name = "索引"
