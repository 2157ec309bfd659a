"""The clerk's workbench at a centre."""

from __future__ import annotations

from django.urls import path

from zt_platform.cases.views import actions, batch, checks, papers, proof, workbench

app_name = "workbench"
urlpatterns = [
    path("", workbench.queue, name="queue"),
    path("marked/<slug:slug>/", batch.act_on_marked, name="batch"),
    path("<int:case_id>/", workbench.case_page, name="case"),
    path("<int:case_id>/proof/", proof.of_case, name="proof"),
    path("<int:case_id>/checks/", checks.run, name="check"),
    path("<int:case_id>/papers/<int:paper_id>/", papers.for_staff, name="paper"),
    path("<int:case_id>/<slug:slug>/", actions.act, name="action"),
]
