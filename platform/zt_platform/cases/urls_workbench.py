"""The clerk's workbench at a centre."""

from __future__ import annotations

from django.urls import path

from zt_platform.cases.views import actions, workbench

app_name = "workbench"
urlpatterns = [
    path("", workbench.queue, name="queue"),
    path("<int:case_id>/", workbench.case_page, name="case"),
    path("<int:case_id>/<slug:slug>/", actions.act, name="action"),
]
