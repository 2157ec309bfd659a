"""Django's registration of the gateway."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    """GraphQL over the commands and queries of the platform. It has no tables."""

    name = "zt_graphql"
    label = "gateway"
    verbose_name = "GraphQL 网关"
