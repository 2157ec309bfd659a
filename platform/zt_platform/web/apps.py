"""The web room: base templates, style, components, portal and sign-in pages."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages that belong to no single feature, and what all pages share."""

    name = "zt_platform.web"
    label = "web"
