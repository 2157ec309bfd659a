"""A centre's front page."""

from __future__ import annotations

from django.urls import path

from zt_platform.web.views import centre, identity

app_name = "centre"
urlpatterns = [
    path("", centre.home, name="home"),
    path("identity/", identity.desk, name="identity"),
    path("identity/letters/<uuid:authorisation_id>/", identity.verify_letter, name="verify-letter"),
]
