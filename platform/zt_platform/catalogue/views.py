"""What a centre tells about its items: the guide of one, and the notice of all fees of several."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from zt_platform.catalogue.guides import guide_of
from zt_platform.catalogue.queries import fee_notice, published_items
from zt_tenants.clock import today
from zt_tenants.context import current_centre


@require_GET
def guide(request: HttpRequest, code: str) -> HttpResponse:
    """What you need, how long, how much, where, who decides; a checklist; print; a QR code of this page."""
    context = {
        "guide": guide_of(code, on=today()),
        "centre": current_centre(),
        "home_url": reverse("centre:home"),
        "own_address": request.build_absolute_uri(),
    }
    return render(request, "catalogue/guide.html", context)


MOST_ITEMS = 50
"""So many items are put on one notice."""


@require_GET
def fees(request: HttpRequest) -> HttpResponse:
    """The one notice of all fees (一揽子收费告知单): for the items in the address, each charge as often as it says (F-07).

    Open to everybody; what is asked is in the address and kept nowhere.
    """
    codes = list(dict.fromkeys(request.GET.getlist("item")))[:MOST_ITEMS]
    notice = fee_notice(codes, _quantities(request.GET))
    context = {
        "notice": notice,
        "chosen": {item.code for item in notice.items},
        "items": published_items(),
        "centre": current_centre(),
        "home_url": reverse("centre:home"),
        "today": today(),
    }
    return render(request, "catalogue/fees.html", context)


def _quantities(parameters: Mapping[str, str]) -> dict[str, int]:
    """How often each charge applies, as the form sends it; nonsense counts as not given."""
    return {
        key: int(text)
        for key, text in parameters.items()
        if key.startswith("n.") and text.isascii() and text.isdigit() and len(text) < 6
    }
