"""Django's registration of the ground."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Centres, the current centre, provisioning."""

    name = "zt_tenants"
    label = "tenants"
    verbose_name = "政务服务中心"
