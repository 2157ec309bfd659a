"""Security headers of every response, with a content security policy that knows the S3 origin.

The policy is strict: scripts and styles come from files of this site alone, nothing inline. The browser talks to
one other origin, the object store, which receives uploads (presigned POST) and serves papers for preview. A view
that needs more for one response says so with :func:`allow`; the default never widens for it.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.defaults import bad_request

_EXTRA = "_csp_extra"


def object_store_origin() -> str:
    """Scheme, host and port at which browsers reach the object store, as a CSP source names them."""
    endpoint = settings.S3_PUBLIC_ENDPOINT
    if "://" not in endpoint:
        endpoint = f"{'https' if settings.S3_SECURE else 'http'}://{endpoint}"
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def allow(response: HttpResponse, directive: str, *sources: str) -> None:
    """Add sources to one directive of one response's policy (GraphiQL in development, for example)."""
    extra: dict[str, list[str]] = getattr(response, _EXTRA, {})
    extra.setdefault(directive, []).extend(sources)
    setattr(response, _EXTRA, extra)


def content_security_policy(extra: dict[str, list[str]] | None = None) -> str:
    """The policy as a header value (CSP Level 3)."""
    objects = object_store_origin()
    policy: dict[str, list[str]] = {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:", objects],  # data: is Bootstrap's own check marks
        "connect-src": ["'self'", objects],
        "frame-src": ["'self'", objects],
        "form-action": ["'self'", objects],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    for directive, sources in (extra or {}).items():
        policy[directive] = [*policy.get(directive, ["'self'"]), *sources]
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())


class SecurityHeaders:
    """Middleware: the policy, no sniffing, no framing, no referrer to other origins, nothing kept on shared screens."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", content_security_policy(getattr(response, _EXTRA, None)))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not request.path.startswith(settings.STATIC_URL):
            # A hall's touch screen serves the next person too: "back" must not show the last one's papers.
            headers.setdefault("Cache-Control", "private, no-store")
        return response


class RefuseNul:
    """Middleware: a NUL character is no text of a person and cannot be stored; answer 400 before anything looks at it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", "") or self._in_form(request):
            return bad_request(request, SuspiciousOperation("NUL"))
        return self.get_response(request)

    def _in_form(self, request: HttpRequest) -> bool:
        if request.content_type not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
            return False
        return any("\0" in name or any("\0" in value for value in values) for name, values in request.POST.lists())
