"""What a person chose for reading: language and text size. Kept in two cookies, no account needed."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

TEXT_COOKIE = "zt_text"
CENTRE_COOKIE = "zt_centre"
SEAT_COOKIE = "zt_seat"
"""Code of the centre where a person with several posts worked last; says where to begin, grants nothing."""
YEAR = 365 * 24 * 3600


def large_text(request: HttpRequest) -> bool:
    """Whether the large-text mode (适老化) is on."""
    return request.COOKIES.get(TEXT_COOKIE) == "large"


def remember(response: HttpResponseBase, cookie: str, value: str) -> None:
    """Keep a harmless choice for a year, for the whole site."""
    response.set_cookie(cookie, value, max_age=YEAR, path="/", samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


class ChosenLanguage:
    """Middleware: Chinese unless the person chose English; the browser's own language decides nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            response = self.get_response(request)
        patch_vary_headers(response, ("Cookie",))
        response.headers.setdefault("Content-Language", language)
        return response


class RememberCentre:
    """Middleware: the centre whose pages a person reads is the nearby one next time (look.md: nearby centre remembered)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        centre = getattr(request, "centre", None)
        read = request.method == "GET" and response.status_code == 200
        if (
            centre is not None
            and centre.closed_on is None
            and read
            and request.COOKIES.get(CENTRE_COOKIE) != centre.code
        ):
            remember(response, CENTRE_COOKIE, centre.code)
        return response


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Store ``language`` (zh-hans, en) and/or ``text`` (large, normal) and go back to the page one came from."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    text = request.POST.get("text", "")
    if text in ("large", "normal"):
        remember(response, TEXT_COOKIE, text)
    return response
