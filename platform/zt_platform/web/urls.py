"""Pages of the portal that belong to no single feature."""

from __future__ import annotations

from django.urls import path

from zt_platform.web import preferences
from zt_platform.web.views import account, portal, posts, signing

urlpatterns = [
    path("", portal.home, name="home"),
    path("search/", portal.search, name="search"),
    path("centres/", portal.centres, name="centres"),
    path("my-cases/", portal.my_cases, name="my-cases"),
    path("preferences/", preferences.choose, name="preferences"),
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("posts/", posts.posts, name="posts"),
    path("register/", signing.register, name="register"),
    path("account/", account.account, name="account"),
    path("account/resident-id/", account.enter_resident_id, name="account-resident-id"),
    path("account/verify/", account.verify, name="account-verify"),
    path("account/authorisations/", account.authorise, name="account-authorise"),
    path("account/authorisations/<uuid:authorisation_id>/revoke/", account.revoke, name="account-revoke"),
]
