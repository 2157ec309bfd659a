"""What a centre told people, for its staff."""

from __future__ import annotations

from django.urls import path

from zt_platform.notices import views

app_name = "sent-notices"
urlpatterns = [
    path("", views.sent, name="list"),
    path("<uuid:notice_id>/again/", views.again, name="again"),
]
