"""The front page of one centre."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zt_platform.accounts.sessions import account_of
from zt_platform.actors import Actor
from zt_platform.cases.queries import my_drafts
from zt_platform.index.queries import search_items
from zt_platform.organisation.queries import centre_profile
from zt_tenants.centres import ancestors, children
from zt_tenants.context import current_centre

MOST_ITEMS = 2000
"""A centre of the sources' size offers some hundreds of items; the page shows them all."""


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What can be done here, by department; where and when; the centres above and below."""
    centre, account = current_centre(), account_of(request)
    entries = sorted(
        search_items("", centre_code=centre.code, limit=MOST_ITEMS), key=lambda entry: entry.department_name
    )
    departments = [(name, list(items)) for name, items in groupby(entries, key=lambda entry: entry.department_name)]
    context = {
        "centre": centre,
        "above": list(reversed(ancestors(centre))),
        "below": children(centre),
        "departments": departments,
        "profile": centre_profile(),
        "drafts": list(my_drafts(Actor.for_applicant(account))[:5]) if account else [],
    }
    return render(request, "web/centre_home.html", context)
