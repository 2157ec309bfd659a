"""A centre's front page."""

from __future__ import annotations

from django.urls import path

from zt_platform.web.views import centre

app_name = "centre"
urlpatterns = [path("", centre.home, name="home")]
