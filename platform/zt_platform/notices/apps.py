"""Django's registration of the notices app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Site messages and text messages of all centres; one shared table."""

    name = "zt_platform.notices"
    label = "notices"
    verbose_name = "通知"
