"""The touch screen of a hall (L-08): number and digits typed on the screen, or the notice's QR code held to the scanner.

Nothing of a person stays: no sign-in, no session, nothing at an address, answers are parts of the page that the idle clock
throws away, and nothing may be cached. Without scripts it is a plain form.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from zt_platform.accounts.errors import TooManyTries
from zt_platform.accounts.sessions import client_address
from zt_platform.cases import queries
from zt_platform.cases.errors import CaseNotFound, InvalidTrackingNumber
from zt_platform.cases.queries import TrackedCase
from zt_platform.cases.track_links import token_in
from zt_platform.cases.views.following import TrackForm, tracked_context

IDLE_SECONDS = 60
"""After so many seconds without a touch the screen is empty again."""


@sensitive_post_parameters("tracking_number", "phone_tail")
@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The whole page, or with the header ``X-Part`` the answer alone."""
    part = bool(request.headers.get("X-Part"))
    error, tracked = "", None
    if request.method == "POST":
        error, tracked = _looked_up(request)
    context = {"error": error, "idle_seconds": IDLE_SECONDS, **(tracked_context(tracked) if tracked else {})}
    name = "cases/kiosk_answer.html" if part else "cases/kiosk.html"
    response = render(request, name, {**context, "found": tracked is not None}, status=422 if error else 200)
    response.headers["Referrer-Policy"] = "no-referrer"
    patch_vary_headers(response, ("X-Part",))
    return response


def _looked_up(request: HttpRequest) -> tuple[str, TrackedCase | None]:
    """What is wrong, in words, or the case."""
    address, token = client_address(request), token_in(request.POST.get("tracking_number", "")[:300])
    form = TrackForm(request.POST)
    try:
        if token:
            return "", queries.track_by_link(token=token, address=address)
        if not form.is_valid():
            return next(str(error) for errors in form.errors.values() for error in errors), None
        return "", queries.track(**form.cleaned_data, address=address)
    except (CaseNotFound, InvalidTrackingNumber, TooManyTries) as refused:
        return refused.text(), None
