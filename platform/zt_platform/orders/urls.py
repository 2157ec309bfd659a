"""URLs of supervision orders, below a centre's ``orders/``."""

from __future__ import annotations

from django.urls import path

from zt_platform.orders import finding_pages, views

app_name = "orders"

urlpatterns = [
    path("", views.orders, name="list"),
    path("new/", views.give, name="new"),
    path("findings/", finding_pages.register, name="findings"),
    path("<uuid:order_id>/", views.order, name="order"),
    path("<uuid:order_id>/findings/", finding_pages.find, name="find"),
    path("<uuid:order_id>/findings/<uuid:finding_id>/", finding_pages.withdraw, name="withdraw-finding"),
    path("<uuid:order_id>/paper/", views.paper, name="paper"),
    path("<uuid:order_id>/<slug:act>/", views.act, name="act"),
]
