"""Pages of cases on the portal."""

from __future__ import annotations

from django.urls import path

from zt_platform.cases.views import following, proof

urlpatterns = [
    path("track/", following.track, name="track"),
    path("proof/", proof.verify_bundle, name="proof"),
]
