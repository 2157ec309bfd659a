"""URLs of portal and centres, usable inside and outside of any request.

``reverse()`` alone depends on the script prefix of the request being served (a centre is mounted at ``/c/<code>/``);
these two do not.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import get_script_prefix, reverse, set_script_prefix

from zt_tenants.models import Centre

CENTRE_MOUNT = "/c/"


def _reverse_below(prefix: str, urlconf: str, name: str, kwargs: dict[str, Any]) -> str:
    before = get_script_prefix()
    set_script_prefix(prefix)
    try:
        return reverse(name, urlconf=urlconf, kwargs=kwargs or None)
    finally:
        set_script_prefix(before)


def centre_url(centre: Centre | str, name: str, **kwargs: Any) -> str:
    """Path of a page of a centre: ``centre_url("340100", "workbench:case", pk=1)`` → ``/c/340100/…``."""
    code = centre if isinstance(centre, str) else centre.code
    return _reverse_below(f"{CENTRE_MOUNT}{code}/", settings.CENTRE_URLCONF, name, kwargs)


def portal_url(name: str, **kwargs: Any) -> str:
    """Path of a page of the provincial portal."""
    return _reverse_below("/", settings.ROOT_URLCONF, name, kwargs)
