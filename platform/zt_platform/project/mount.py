"""Mounts a centre at ``/c/<code>/``: below it a request belongs to that centre.

The first middleware after static files. It moves the mount from the path to the script name, so that the centre's URLconf
starts at ``/`` and ``reverse()`` gives the centre's own paths, and enters the centre for the request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponsePermanentRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix, set_script_prefix

from zt_platform.web.error_pages import page_for
from zt_tenants.centres import centre_by_code
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import UnknownCentre
from zt_tenants.models import Centre
from zt_tenants.wall.access import DatabaseRole

_MOUNT = re.compile(r"/c/(?P<code>\d{6}(?:\d{3})?)(?P<rest>/.*)?\Z", re.DOTALL)

_READING = ("GET", "HEAD")  # all that a closed centre answers


class CentreMountMiddleware:
    """Sets ``request.centre`` (None on the portal) and enters it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request inside its centre, or on the portal."""
        with outside_centres(DatabaseRole.PORTAL):
            return self._find_place(request)

    def _find_place(self, request: HttpRequest) -> HttpResponseBase:
        request.centre = None  # type: ignore[attr-defined]
        mount = _MOUNT.match(request.path_info)
        if mount is None:
            return self._get_response(request)
        if mount["rest"] is None:
            return HttpResponsePermanentRedirect(request.path + "/")
        try:
            centre = centre_by_code(mount["code"])
        except UnknownCentre as unknown:
            copy = Centre.objects.filter(code=mount["code"]).first() if request.method in _READING else None
            if copy is None:
                return page_for(request, unknown)
            return self._serve(request, copy, rest=mount["rest"])
        if centre.code != mount["code"]:
            return _moved(request, centre, rest=mount["rest"])
        return self._serve(request, centre, rest=mount["rest"])

    def _serve(self, request: HttpRequest, centre: Centre, *, rest: str) -> HttpResponseBase:
        prefix = get_script_prefix()
        mounted_at = f"{prefix.rstrip('/')}/c/{centre.code}"
        request.centre = centre  # type: ignore[attr-defined]
        request.urlconf = settings.CENTRE_URLCONF
        request.path_info = rest
        request.META["SCRIPT_NAME"] = mounted_at
        request.META["PATH_INFO"] = rest
        set_script_prefix(mounted_at + "/")
        try:
            with enter(centre):
                response = self._get_response(request)
        finally:
            set_script_prefix(prefix)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = _inside(centre, iter(response))
        return response


def _moved(request: HttpRequest, centre: Centre, *, rest: str) -> HttpResponseBase:
    """The centre has another code now: links and bookmarks lead on for good (301), forms are sent again (308)."""
    path = f"{get_script_prefix().rstrip('/')}/c/{centre.code}{quote(rest)}"
    query = request.META.get("QUERY_STRING", "")
    again = request.method not in _READING
    return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path, preserve_request=again)


def _inside(centre: Centre, parts: Iterator[bytes]) -> Iterator[bytes]:
    """Produce a streamed body in the centre of its request, which has ended by then."""
    while True:
        with enter(centre):
            try:
                part = next(parts)
            except StopIteration:
                return
        yield part
