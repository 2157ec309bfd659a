"""Pages of the portal that belong to no single feature."""

from __future__ import annotations

from django.urls import path

from zt_platform.web import preferences
from zt_platform.web.views import portal, signing

urlpatterns = [
    path("", portal.home, name="home"),
    path("search/", portal.search, name="search"),
    path("centres/", portal.centres, name="centres"),
    path("my-cases/", portal.my_cases, name="my-cases"),
    path("preferences/", preferences.choose, name="preferences"),
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("register/", signing.register, name="register"),
]
