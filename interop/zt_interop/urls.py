"""URLs of the interop room, mounted below a centre at ``interop/``."""

from __future__ import annotations

from django.urls import path

from zt_interop.views import attachments, inbox

app_name = "interop"
urlpatterns = [path("inbox", inbox, name="inbox"), path("attachments", attachments, name="attachments")]
