"""Site messages on the portal."""

from __future__ import annotations

from django.urls import path

from zt_platform.notices import views

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read, name="inbox-read"),
    path("preferences/", views.preferences, name="inbox-preferences"),
]
