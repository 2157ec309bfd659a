"""URLs of the provincial portal (mounted at ``/``)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from zt_platform.project.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health, name="health"),
    path("", include("zt_platform.web.urls")),
    path("", include("zt_platform.cases.urls_portal")),
    path("notices/", include("zt_platform.notices.urls")),
    path("verify/", include("zt_platform.papers.urls")),
    path("supervision/", include("zt_platform.supervision.urls")),
    path("supervision/operations/", include("zt_platform.operations.urls_portal")),
    path("", include("zt_graphql.urls")),
]

handler400 = "zt_platform.web.error_pages.bad_request"
handler403 = "zt_platform.web.error_pages.forbidden"
handler404 = "zt_platform.web.error_pages.not_found"
handler500 = "zt_platform.web.error_pages.server_error"
