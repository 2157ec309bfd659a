"""Django's registration of the accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """One login for everybody: applicants and staff."""

    name = "zt_platform.accounts"
    label = "accounts"
    verbose_name = "账户"
