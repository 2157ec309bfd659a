"""What a page shows is in its URL: reading and writing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from zt_platform.link_values import day_named
from zt_platform.supervision.queries import CaseFilters
from zt_tenants.clock import today
from zt_tenants.urls import portal_url

_NAMES = {"first_day": "from", "last_day": "to", "own_hall": "own", "text": "q"}


def day_of(parameters: Mapping[str, str], name: str = "on") -> date:
    """The day a page shows: today unless a past one is named; nonsense and the future are today."""
    found = day_named(parameters.get(name, ""))
    return today() if found is None else min(found, today())


def filters_of(parameters: Mapping[str, str]) -> CaseFilters:
    """The filters that a URL names."""
    values: dict[str, Any] = {}
    for field in fields(CaseFilters):
        text = parameters.get(_NAMES.get(field.name, field.name), "").strip()[:100]
        if field.name in ("first_day", "last_day"):
            values[field.name] = day_named(text)
        elif field.name == "own_hall":
            values[field.name] = text == "1"
        else:
            values[field.name] = text
    return CaseFilters(**values)


def query_of(filters: CaseFilters, **changed: Any) -> str:
    """The filters as a query string; keywords replace some of them."""
    shown = replace(filters, **changed)
    pairs = []
    for field in fields(CaseFilters):
        value = getattr(shown, field.name)
        if value:
            text = "1" if value is True else value.isoformat() if isinstance(value, date) else value
            pairs.append((_NAMES.get(field.name, field.name), text))
    return urlencode(pairs)


def cases_url(*, on: date | None = None, **filters: Any) -> str:
    """The list behind a figure; ``on`` when its lights were read at the end of a past day."""
    query = query_of(CaseFilters(**filters))
    if on is not None and on < today():
        query = f"{query}&on={on.isoformat()}" if query else f"on={on.isoformat()}"
    return f"{portal_url('supervision:cases')}?{query}" if query else portal_url("supervision:cases")


def lights_url(code: str, on: date, **more: str) -> str:
    """The page of a centre's lights over time that ends with a day; today needs no naming."""
    query = {"centre": code, **({"on": on.isoformat()} if on < today() else {}), **more}
    return f"{portal_url('supervision:lights')}?{urlencode(query)}"
