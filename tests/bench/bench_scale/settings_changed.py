"""The product's settings and one tenant app more: the release that brings the change."""

from zt_platform.project.settings import *  # noqa: F403
from zt_platform.project.settings import INSTALLED_APPS, TENANT_APPS

TENANT_APPS = [*TENANT_APPS, "bench_scale.probe"]
INSTALLED_APPS = [*INSTALLED_APPS, "bench_scale.probe"]
