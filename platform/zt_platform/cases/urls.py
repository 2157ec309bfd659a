"""Pages of cases for applicants, at a centre."""

from __future__ import annotations

from django.urls import path, re_path

from zt_platform.cases.views import apply, drafts, following, own_acts, papers, proof, uploads

app_name = "cases"
urlpatterns = [
    path("apply/<str:item_code>/", apply.start, name="apply"),
    re_path(r"^drafts/(?P<case_id>[0-9]{1,18})/(?P<step>form|materials|review)/$", apply.step, name="draft-step"),
    path("drafts/<int:case_id>/discard/", drafts.discard, name="draft-discard"),
    path("drafts/<int:case_id>/delivery/", own_acts.draft_delivery, name="draft-delivery"),
    path("drafts/<int:case_id>/prefill/", apply.prefill, name="prefill"),
    path("drafts/<int:case_id>/autosave/", apply.autosave, name="autosave"),
    re_path(
        r"^drafts/(?P<case_id>[0-9]{1,18})/uploads/(?P<step>open|confirm|remove|large|parts|abort)/$",
        uploads.of_applicant,
        name="upload",
    ),
    path("receipts/<str:number>/", apply.receipt, name="receipt"),
    path("mine/<str:number>/", following.mine, name="mine"),
    path("mine/<str:number>/proof/", proof.of_mine, name="proof"),
    path("mine/<str:number>/papers/<int:paper_id>/", papers.for_applicant, name="paper"),
    path("mine/<str:number>/papers/other/<str:code>/", papers.foreign_for_applicant, name="foreign-paper"),
    path("mine/<str:number>/supply/", own_acts.supply, name="supply"),
    path("mine/<str:number>/commitment/", own_acts.commitment, name="commitment"),
    path("mine/<str:number>/delivery/", own_acts.delivery, name="delivery"),
    path("mine/<str:number>/received/", own_acts.received, name="received"),
    path("mine/<str:number>/withdraw/", following.withdraw, name="withdraw"),
]
