"""Pages of data services at a centre."""

from __future__ import annotations

from django.urls import path

from zt_platform.exchange import views

app_name = "exchange"
urlpatterns = [
    path("", views.grants, name="grants"),
    path("grants/<uuid:grant_id>/revoke/", views.revoke, name="revoke"),
    path("calls/", views.calls, name="calls"),
]
