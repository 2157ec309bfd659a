"""Django's registration of the organisation app."""

from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    """Departments, windows and staff of one centre."""

    name = "zt_platform.organisation"
    label = "organisation"
    verbose_name = "机构"
