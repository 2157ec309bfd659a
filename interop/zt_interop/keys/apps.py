"""The app's configuration."""

from __future__ import annotations

from django.apps import AppConfig

from zt_tenants.language import bilingual


class KeysConfig(AppConfig):
    """See the package."""

    name = "zt_interop.keys"
    label = "interop_keys"
    verbose_name = bilingual("签名密钥", "Keys")
