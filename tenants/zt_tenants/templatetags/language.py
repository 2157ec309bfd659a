"""``{% bi "提交" "Submit" %}``: the pair's text in the active language; keywords fill placeholders."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from zt_tenants.language import bi as choose

register = template.Library()


@register.simple_tag(name="bi")
def bi_tag(zh: str, en: str, **data: Any) -> SafeString | str:
    """Text of the active language, escaped; keyword values are escaped as they are filled in."""
    text = choose(zh, en)
    return format_html(text, **data) if data else conditional_escape(text)
