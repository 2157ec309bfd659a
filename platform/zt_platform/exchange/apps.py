"""Django's registration of the exchange app."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Checks against departments' data, grants, and the log of looks."""

    name = "zt_platform.exchange"
    label = "exchange"
    verbose_name = "数据交换"
