"""URLs of supervision orders, below a centre's ``orders/``."""

from __future__ import annotations

from django.urls import path

from zt_platform.orders import views

app_name = "orders"

urlpatterns = [
    path("", views.orders, name="list"),
    path("new/", views.give, name="new"),
    path("<uuid:order_id>/", views.order, name="order"),
    path("<uuid:order_id>/paper/", views.paper, name="paper"),
    path("<uuid:order_id>/<slug:act>/", views.act, name="act"),
]
