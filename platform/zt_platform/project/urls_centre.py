"""URLs of a centre (mounted at ``/c/<code>/``)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("interop/", include("zt_interop.urls")),
]
