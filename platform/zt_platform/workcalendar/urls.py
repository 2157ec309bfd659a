"""The work calendar, at the provincial centre."""

from __future__ import annotations

from django.urls import path

from zt_platform.workcalendar import views

app_name = "calendar"
urlpatterns = [
    path("calendar/", views.page, name="page"),
    path("calendar/day/", views.override, name="override"),
    path("calendar/day/withdraw/", views.withdraw, name="withdraw"),
    path("calendar/year/", views.declare, name="declare"),
]
