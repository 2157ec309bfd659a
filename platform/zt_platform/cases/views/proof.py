"""Proof bundles: taking one of a case, and checking one that anybody brings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from zt_interop.proof.bundle import read_bundle
from zt_interop.proof.errors import BundleInvalid
from zt_interop.proof.report import Part, Report, Verdict
from zt_interop.proof.verify import verify
from zt_interop.queries import root_key_ids
from zt_platform.accounts.limits import RateLimit
from zt_platform.accounts.sessions import actor_for_request, applicant_for_request, client_address
from zt_platform.audit.commands import record_reading
from zt_platform.cases import queries
from zt_platform.cases.numbers import grouped
from zt_tenants.language import bi, bilingual, in_chinese

MAX_UPLOAD = 32 * 1024 * 1024
MAX_UNPACKED = 16 * 1024 * 1024  # of the messages in it; the command takes four times as much
CHECKS_BY_ADDRESS = RateLimit("proof-address", limit=20, minutes=10)
_PARTS = {
    Part.BUNDLE: bilingual("证明包", "Bundle"),
    Part.KEY: bilingual("密钥", "Key"),
    Part.HEAD: bilingual("日志见证", "Witnessed log"),
    Part.DELIVERY: bilingual("报文", "Message"),
    Part.STREAM: bilingual("前后衔接", "Link"),
    Part.ATTACHMENT: bilingual("附件", "Attachment"),
}


@never_cache
@require_GET
def of_case(request: HttpRequest, case_id: int) -> HttpResponse:
    """A clerk takes the proof of a case."""
    actor = actor_for_request(request)
    case = queries.case_for(actor, case_id)
    record_reading(actor, case_id=case_id, tracking_number=case.tracking_number or "", purpose="下载证明包")
    return _file(queries.proof_of_case(actor, case_id=case_id), case.tracking_number or "")


@never_cache
@require_GET
def of_mine(request: HttpRequest, number: str) -> HttpResponse:
    """An applicant takes the proof of an own case."""
    actor = applicant_for_request(request)
    case = queries.case_by_number(actor, number)
    return _file(queries.proof_of_number(actor, number), case.tracking_number or "")


def _file(content: bytes, number: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="zt-proof-{number}.zip"'},
    )


class BundleForm(forms.Form):
    """The file to check."""

    use_required_attribute = False
    bundle = forms.FileField(
        label=bilingual("证明包文件", "Proof bundle"),
        help_text=bilingual("从办件页面下载的 zip 文件，不超过32MB", "The zip file from a case's page, 32 MB at most"),
        error_messages={
            "required": bilingual("请选择证明包文件。", "Choose the file."),
            "empty": bilingual("文件是空的。", "The file is empty."),
        },
    )

    def clean_bundle(self) -> Any:
        """Not larger than what this page checks."""
        file = self.cleaned_data["bundle"]
        if file.size > MAX_UPLOAD:
            raise forms.ValidationError(
                bi(
                    "文件超过32MB，请用命令 zhengtong proof verify 核验。",
                    "Over 32 MB: check it with “zhengtong proof verify”.",
                )
            )
        return file


@never_cache
@require_http_methods(["GET", "POST"])
def verify_bundle(request: HttpRequest) -> HttpResponse:
    """Check a bundle against this province's root keys. Nothing of the file is kept."""
    form = BundleForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        CHECKS_BY_ADDRESS.hit(client_address(request))
        try:
            bundle = read_bundle(form.cleaned_data["bundle"].file, limit=MAX_UNPACKED)
            report = verify(bundle, anchors=root_key_ids())
        except BundleInvalid as invalid:
            form.add_error("bundle", invalid.text())
        else:
            context |= _shown(report)
    return render(request, "cases/proof.html", context, status=422 if form.errors else 200)


def _shown(report: Report) -> dict[str, Any]:
    broken = report.first_broken
    return {
        "report": report,
        "number": grouped(report.subject) if report.subject else "",
        "broken": (_PARTS[broken.part], broken.place, _words(broken.zh, broken.en)) if broken else None,
        "counts": [(name, report.count(part)) for part, name in _PARTS.items() if report.count(part)],
        "links": [
            (_PARTS[link.part], link.place, link.verdict.value, _words(link.zh, link.en)) for link in report.links
        ],
        "notes": sum(link.verdict is Verdict.NOTE for link in report.links),
    }


def _words(zh: str, en: str) -> str:
    return zh if in_chinese() else en
