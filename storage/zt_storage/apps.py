"""The app of the storage room."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    """Attachments of a centre (a tenant app); their bytes lie in S3."""

    name = "zt_storage"
    label = "storage"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what is done with large uploads that nobody finishes."""
        from zt_storage.large_uploads import TIMER_KIND, give_up_due
        from zt_tenants.timers import register

        register(TIMER_KIND, give_up_due)
