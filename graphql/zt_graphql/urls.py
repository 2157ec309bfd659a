"""The one endpoint, included by the portal (``/graphql``) and by every centre (``/c/<code>/graphql``)."""

from __future__ import annotations

from django.urls import path

from zt_graphql.views import GatewayView

urlpatterns = [path("graphql", GatewayView.as_view(), name="graphql")]
