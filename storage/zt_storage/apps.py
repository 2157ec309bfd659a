"""The app of the storage room."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    """Attachments of a centre (a tenant app); their bytes lie in S3."""

    name = "zt_storage"
    label = "storage"
    default_auto_field = "django.db.models.BigAutoField"
