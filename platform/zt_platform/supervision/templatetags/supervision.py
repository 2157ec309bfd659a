"""Words and links of the supervision pages."""

from __future__ import annotations

from datetime import timedelta

from django import template

from zt_platform.supervision.durations import duration_text
from zt_platform.supervision.vocabulary import KINDS, ROLES, STATUSES, STEPS, word
from zt_tenants.models import Centre
from zt_tenants.urls import portal_url

register = template.Library()


@register.filter
def status_word(code: str) -> str:
    """The word for a status."""
    return word(STATUSES, code)


@register.filter
def step_word(code: str) -> str:
    """The word for a step."""
    return word(STEPS, code)


@register.filter
def kind_word(code: str) -> str:
    """The word for a kind of case."""
    return word(KINDS, code)


@register.filter
def role_word(code: str) -> str:
    """The word for a centre's role in a case."""
    return word(ROLES, code)


@register.filter
def duration(length: timedelta | None) -> str:
    """A length of time in words."""
    return duration_text(length)


@register.inclusion_tag("web/components/crumbs.html")
def supervision_crumbs(path: list[Centre], *more: str) -> dict[str, list[tuple[str, str]]]:
    """The way down from the reader's own level; ``more`` labels the page itself (then the centres are all links)."""
    links = [(centre.short_name, portal_url("supervision:centre", code=centre.code)) for centre in path]
    links[0] = (links[0][0], portal_url("supervision:home"))
    if more:
        return {"crumbs": [*links, (more[0], "")]}
    return {"crumbs": [*links[:-1], (links[-1][0], "")]}


@register.filter
def as_xlsx(csv_url: str) -> str:
    """The address of a table as an Excel file, from that of its CSV: the same filters, the other format."""
    return csv_url.replace("csv=", "xlsx=")
