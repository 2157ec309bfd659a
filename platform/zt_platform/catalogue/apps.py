"""Django's registration of the catalogue app."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """The catalogue of items of one centre."""

    name = "zt_platform.catalogue"
    label = "catalogue"
    verbose_name = "事项目录"

    def ready(self) -> None:
        """Register what is done with messages about the catalogue."""
        from zt_platform.catalogue.events import register_handlers

        register_handlers()
