"""“Check again” on a case's page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from zt_interop.log.models import CallState
from zt_platform.accounts.sessions import actor_for_request
from zt_platform.cases.check_cards import verdict_text
from zt_platform.cases.commands import check_case
from zt_platform.cases.errors import CaseNotFound
from zt_tenants.errors import DomainError
from zt_tenants.language import bi


@require_POST
def run(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ask a department about the applicant; what came of it stands on the case's page."""
    actor = actor_for_request(request)
    service = request.POST.get("service", "")[:64]
    try:
        call = check_case(actor=actor, case_id=case_id, service_code=service, fresh="fresh" in request.POST)
    except CaseNotFound:
        raise
    except DomainError as refused:
        messages.warning(request, refused.text())
    else:
        if call.state == CallState.ANSWERED:
            said = bi("核验完成：{verdict}。", "Checked: {verdict}.", verdict=verdict_text(call) or call.status)
            messages.success(request, said)
        else:
            messages.info(
                request, bi("核验中：对方暂未应答，恢复后自动完成。", "Being verified; it goes on by itself.")
            )
    return redirect(reverse("workbench:case", kwargs={"case_id": case_id}) + "#checks")
