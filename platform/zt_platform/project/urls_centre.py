"""URLs of a centre (mounted at ``/c/<code>/``)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("zt_platform.web.urls_centre")),
    path("", include("zt_platform.catalogue.urls")),
    path("", include("zt_platform.cases.urls")),
    path("", include("zt_platform.workcalendar.urls")),
    path("notices/", include("zt_platform.notices.urls_centre")),
    path("workbench/", include("zt_platform.cases.urls_workbench")),
    path("joint/", include("zt_platform.joint.urls")),
    path("orders/", include("zt_platform.orders.urls")),
    path("exchange/", include("zt_platform.exchange.urls")),
    path("operations/", include("zt_platform.operations.urls")),
    path("interop/", include("zt_interop.urls")),
    path("", include("zt_graphql.urls")),
]

handler400 = "zt_platform.web.error_pages.bad_request"
handler403 = "zt_platform.web.error_pages.forbidden"
handler404 = "zt_platform.web.error_pages.not_found"
handler500 = "zt_platform.web.error_pages.server_error"
