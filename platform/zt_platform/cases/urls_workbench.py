"""The clerk's workbench at a centre."""

from __future__ import annotations

from django.urls import path, re_path

from zt_platform.cases.views import (
    actions,
    audit,
    batch,
    checks,
    counter,
    holding,
    papers,
    printing,
    proof,
    uploads,
    workbench,
)

app_name = "workbench"
urlpatterns = [
    path("", workbench.queue, name="queue"),
    path("marked/<slug:slug>/", batch.act_on_marked, name="batch"),
    path("batches/<int:batch_id>/", batch.batch_run, name="batch-run"),
    path("batches/<int:batch_id>/again/", batch.again, name="batch-again"),
    path("batches/<int:batch_id>/undo/", batch.undo, name="batch-undo"),
    path("batches/<int:batch_id>/papers/<int:volume>.pdf", printing.volume, name="batch-volume"),
    path("counter/", counter.begin, name="counter"),
    path("<int:case_id>/intake/", counter.intake_page, name="intake"),
    path("<int:case_id>/intake/autosave/", counter.autosave, name="intake-autosave"),
    re_path(
        r"^(?P<case_id>[0-9]{1,18})/intake/uploads/(?P<step>open|confirm|remove|large|parts|abort)/$",
        uploads.at_counter,
        name="intake-upload",
    ),
    path("<int:case_id>/receipt/", counter.receipt, name="counter-receipt"),
    path("record/", audit.page, name="record"),
    path("handover/", holding.hand_over, name="hand-over"),
    path("<int:case_id>/claim/", holding.claim, name="claim"),
    path("<int:case_id>/assign/", holding.assign, name="assign"),
    path("<int:case_id>/note/", holding.note, name="note"),
    path("<int:case_id>/", workbench.case_page, name="case"),
    path("<int:case_id>/file.pdf", printing.case_file, name="case-file"),
    path("<int:case_id>/proof/", proof.of_case, name="proof"),
    path("<int:case_id>/checks/", checks.run, name="check"),
    path("<int:case_id>/papers/<int:paper_id>/", papers.for_staff, name="paper"),
    path("<int:case_id>/papers/other/<str:code>/", papers.foreign_for_staff, name="foreign-paper"),
    path("<int:case_id>/<slug:slug>/", actions.act, name="action"),
]
