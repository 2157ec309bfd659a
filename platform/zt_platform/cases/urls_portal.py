"""Pages of cases on the portal."""

from __future__ import annotations

from django.urls import path

from zt_platform.cases.views import following

urlpatterns = [path("track/", following.track, name="track")]
