"""Pages of a centre's catalogue."""

from __future__ import annotations

from django.urls import path

from zt_platform.catalogue import default_pages, views

app_name = "catalogue"
urlpatterns = [
    path("fees/", views.fees, name="fees"),
    path("items/<str:code>/", views.guide, name="guide"),
    path("defaults/", default_pages.page, name="defaults"),
    path("defaults/on/", default_pages.switch_on, name="defaults-on"),
    path("defaults/off/", default_pages.switch_off, name="defaults-off"),
]
