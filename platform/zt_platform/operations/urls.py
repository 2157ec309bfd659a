"""Operations of one centre, below ``/c/<code>/operations/``."""

from __future__ import annotations

from django.urls import path

from zt_platform.operations import views

app_name = "messages"
urlpatterns = [
    path("", views.home, name="home"),
    path("parked/<int:inbox_id>/", views.parked, name="parked"),
    path("refused/<uuid:event_id>/", views.refused, name="refused"),
    path("resume/", views.resume, name="resume"),
]
