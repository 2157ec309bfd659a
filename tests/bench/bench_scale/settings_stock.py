"""The same apps over the same database, with django-tenants' own backend and its own commands."""

import os

from zt_platform.project.settings import *  # noqa: F403
from zt_platform.project.settings import DATABASES, INSTALLED_APPS, TENANT_APPS

DATABASES = {"default": {**DATABASES["default"], "ENGINE": "django_tenants.postgresql_backend"}}
if os.environ.get("BENCH_CHANGED"):
    TENANT_APPS = [*TENANT_APPS, "bench_scale.probe"]
    INSTALLED_APPS = [*INSTALLED_APPS, "bench_scale.probe"]
INSTALLED_APPS = ["django_tenants", *INSTALLED_APPS]
PG_EXTRA_SEARCH_PATHS = ["ext", "public"]  # its clone function keeps types of its own in "public"
