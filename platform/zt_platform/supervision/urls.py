"""URLs of supervision, below the portal's ``/supervision/``."""

from __future__ import annotations

from django.urls import path

from zt_platform.supervision import (
    balance_page,
    elsewhere_page,
    flags_page,
    keys_page,
    lights_page,
    overdue_page,
    views,
)

app_name = "supervision"

urlpatterns = [
    path("", views.home, name="home"),
    path("centres/<str:code>/", views.centre, name="centre"),
    path("cases/", views.cases, name="cases"),
    path("cases/<str:number>/", views.case, name="case"),
    path("overdue/", overdue_page.overdue, name="overdue"),
    path("lights/", lights_page.lights, name="lights"),
    path("flags/", flags_page.flags, name="flags"),
    path("balance/", balance_page.balance, name="balance"),
    path("feeds/", views.feeds, name="feeds"),
    path("keys/", keys_page.keys, name="keys"),
    path("elsewhere/", elsewhere_page.elsewhere, name="elsewhere"),
]
