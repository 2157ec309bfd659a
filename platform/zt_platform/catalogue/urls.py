"""Pages of a centre's catalogue."""

from __future__ import annotations

from django.urls import path

from zt_platform.catalogue import views

app_name = "catalogue"
urlpatterns = [path("items/<str:code>/", views.guide, name="guide")]
