"""Django's registration of the audit app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """What staff of a centre read and did."""

    name = "zt_platform.audit"
    label = "audit"
    verbose_name = "审计"
