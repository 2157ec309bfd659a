"""A centre is mounted at /c/<code>/; the portal at /."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import get_script_prefix

from zt_platform.project.mount import CentreMountMiddleware
from zt_tenants.context import current_centre, current_centre_or_none


def _serve(path: str, view):
    return CentreMountMiddleware(view)(RequestFactory().get(path))


def test_a_request_below_the_mount_is_in_its_centre(world) -> None:
    seen = {}

    def view(request: HttpRequest) -> HttpResponse:
        seen.update(centre=current_centre(), path_info=request.path_info, path=request.path, prefix=get_script_prefix())
        return HttpResponse()

    assert _serve("/c/340123/cases/7/", view).status_code == 200
    assert seen == {
        "centre": world.county,
        "path_info": "/cases/7/",
        "path": "/c/340123/cases/7/",
        "prefix": "/c/340123/",
    }
    assert current_centre_or_none() is None
    assert get_script_prefix() == "/"


def test_the_portal_is_in_no_centre(world) -> None:
    assert _serve("/", lambda request: HttpResponse(str(request.centre))).content == b"None"


def test_the_mount_without_a_slash_redirects(world) -> None:
    response = _serve("/c/340123", lambda request: HttpResponse())
    assert (response.status_code, response["Location"]) == (301, "/c/340123/")


@pytest.mark.parametrize("code", ["999999", "340124999"])
def test_an_unknown_centre_is_not_found(world, code) -> None:
    assert _serve(f"/c/{code}/", lambda request: HttpResponse()).status_code == 404


def test_a_streamed_body_is_made_in_its_centre(world) -> None:
    def view(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(current_centre().code for _ in range(2))

    response = _serve("/c/340123/", view)
    assert current_centre_or_none() is None
    assert b"".join(response) == b"340123340123"
    assert current_centre_or_none() is None


def test_a_failing_view_leaves_the_centre(world) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _serve("/c/340123/", view)
    assert current_centre_or_none() is None
    assert get_script_prefix() == "/"
