"""Pages of cases on the portal."""

from __future__ import annotations

from django.urls import path

from zt_platform.cases.views import following, kiosk, proof

urlpatterns = [
    path("track/", following.track, name="track"),
    path("t/<slug:token>/", following.track_by_link, name="track-link"),
    path("kiosk/", kiosk.page, name="kiosk"),
    path("proof/", proof.verify_bundle, name="proof"),
]
