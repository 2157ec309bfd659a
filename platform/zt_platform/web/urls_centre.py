"""A centre's front page."""

from __future__ import annotations

from django.urls import path

from zt_platform.web.views import centre, identity, staff

app_name = "centre"
urlpatterns = [
    path("", centre.home, name="home"),
    path("staff/", staff.staff, name="staff"),
    path("staff/<int:staff_id>/", staff.post, name="staff-post"),
    path("identity/", identity.desk, name="identity"),
    path("identity/letters/<uuid:authorisation_id>/", identity.verify_letter, name="verify-letter"),
]
