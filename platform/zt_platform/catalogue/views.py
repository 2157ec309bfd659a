"""The guide page of an item."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from zt_platform.catalogue.guides import guide_of
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
