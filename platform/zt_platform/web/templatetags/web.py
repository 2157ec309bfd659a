"""Tags that every page uses: icons, lights, form fields, crumbs, links across centres, QR codes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import segno
from django import template
from django.forms import BaseForm, BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from zt_platform.cases.numbers import grouped
from zt_platform.days import day_text, moment_text
from zt_platform.days import weekday as weekday_text
from zt_tenants.centres import short_name_of
from zt_tenants.clock import CHINA
from zt_tenants.language import bi, bilingual
from zt_tenants.models import Centre
from zt_tenants.urls import centre_url as make_centre_url
from zt_tenants.urls import portal_url as make_portal_url

register = template.Library()

LIGHTS = {
    "green": bilingual("正常", "On time"),
    "warning": bilingual("预警", "Near limit"),
    "yellow": bilingual("黄牌", "Overdue"),
    "red": bilingual("红牌", "Long overdue"),
}


@register.filter
def grouped_number(number: str) -> str:
    """A tracking number as it is printed and read aloud; anything else unchanged."""
    return grouped(number)


@register.filter
def day(value: date | datetime | None) -> str:
    """A day with its weekday: 2026-10-01 周四; "" for none."""
    if isinstance(value, datetime):
        value = value.astimezone(CHINA).date()
    return day_text(value) if value else ""


@register.filter
def weekday(value: date) -> str:
    """The day of the week alone: 周四."""
    return weekday_text(value)


@register.filter
def moment(value: datetime | None) -> str:
    """A moment with its weekday: 10-01 周四 09:00; "" for none."""
    return moment_text(value) if value else ""


@register.simple_tag
def chart(option: Mapping[str, Any], css: str = "") -> SafeString:
    """A chart that ``js/charts.js`` draws, described in words by the option's own ``aria.label.description``.

    The option travels in an attribute, so that the chart may also arrive in a part that htmx brings: scripts, also those
    that hold data alone, are taken out of it.
    """
    return format_html(
        '<div class="chart {}" data-chart role="img" aria-label="{}" data-option="{}"></div>',
        css,
        option["aria"]["label"]["description"],
        json.dumps(option, ensure_ascii=False, default=str),
    )


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon of ``zt/icons.svg``; decorative, so hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("zt/icons.svg"),
        name,
    )


@register.simple_tag
def light(value: Any, text: str = "") -> SafeString:
    """A case's light (green, warning, yellow, red; in any letter case): colour, shape and word."""
    name = str(getattr(value, "value", value) or "").lower()
    if name not in LIGHTS:
        return format_html('<span class="light light-none">{}</span>', text or bi("不计时", "No clock"))
    return format_html(
        '<span class="light light-{}"><svg aria-hidden="true" focusable="false">'
        '<use href="{}#light-{}"></use></svg>{}</span>',
        name,
        static("zt/icons.svg"),
        name,
        text or LIGHTS[name],
    )


@register.filter
def centre_name(code: str, centres: Mapping[str, Centre]) -> str:
    """The short name of the centre with this code."""
    return short_name_of(code, centres)


@register.simple_tag
def portal_url(name: str, **kwargs: Any) -> str:
    """Path of a page of the portal, also from inside a centre."""
    return make_portal_url(name, **kwargs)


@register.simple_tag
def centre_url(centre: Centre | str, name: str, **kwargs: Any) -> str:
    """Path of a page of a centre, also from the portal or from another centre."""
    return make_centre_url(centre, name, **kwargs)


@register.inclusion_tag("web/components/crumbs.html")
def crumbs(*parts: str) -> dict[str, list[tuple[str, str]]]:
    """Breadcrumb from label, address, label, address, …; the last label needs no address."""
    labels, addresses = parts[0::2], [*parts[1::2], ""]
    return {"crumbs": list(zip(labels, addresses, strict=False))}


@register.inclusion_tag("web/components/field.html")
def field(bound: BoundField, optional: bool = False) -> dict[str, Any]:
    """One form field: label, hint, error beside it, control; wired with aria-describedby."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "") or type(widget).__name__.lower()
    attrs: dict[str, Any] = {"class": "form-select" if kind in ("select", "selectmultiple") else "form-control"}
    identity = bound.id_for_label or bound.auto_id
    described = [
        f"{identity}-{suffix}" for suffix, there in (("hint", bound.help_text), ("error", bound.errors)) if there
    ]
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    many = kind in ("radio", "checkbox") and hasattr(bound.field, "choices")
    return {
        "field": bound,
        "identity": identity,
        "control": "" if many else bound.as_widget(attrs={**widget.attrs, **attrs}),
        "many": many,
        "kind": kind,
        "optional": optional or not bound.field.required,
    }


@register.inclusion_tag("web/components/error_summary.html")
def error_summary(source: BaseForm | Mapping[str, Iterable[str]] | None) -> dict[str, list[tuple[str, str]]]:
    """The list of everything to put right, each a link to its field; nothing when there is nothing.

    Takes a form, or a mapping of element ids to messages ("" for what belongs to no field).
    """
    rows: list[tuple[str, str]] = []
    if isinstance(source, BaseForm):
        if source.is_bound:
            rows = [
                (source[name].id_for_label or source[name].auto_id if name in source.fields else "", str(message))
                for name, messages in source.errors.items()
                for message in messages
            ]
    elif source:
        rows = [(name, str(message)) for name, messages in source.items() for message in messages]
    return {"rows": rows}


@register.simple_tag
def qr(address: str) -> SafeString:
    """A QR code as inline SVG, black on white with its quiet zone."""
    svg = segno.make(address, error="m", micro=False).svg_inline(scale=4, border=4, light="#fff", omitsize=True)
    return mark_safe(svg)  # noqa: S308  segno writes only path data; the address is drawn, not written


@register.filter
def lookup(mapping: Mapping[Any, Any], key: Any) -> Any:
    """``mapping|lookup:key``; "" when the key is absent."""
    return mapping.get(key, "")
