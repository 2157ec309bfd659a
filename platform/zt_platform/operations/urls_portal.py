"""Operations at the portal, below ``/supervision/operations/``: all streams of what a supervisor sees."""

from __future__ import annotations

from django.urls import path

from zt_platform.operations import portal_page

app_name = "operations"
urlpatterns = [path("", portal_page.home, name="home")]
