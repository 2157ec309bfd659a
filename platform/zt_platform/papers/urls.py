"""Verifying papers, on the portal."""

from __future__ import annotations

from django.urls import path

from zt_platform.papers import views

urlpatterns = [
    path("", views.verify_form, name="verify"),
    path("<str:code>/", views.verify_code, name="verify-code"),
]
