"""The app's configuration."""

from __future__ import annotations

from django.apps import AppConfig

from zt_tenants.language import bilingual


class DepartmentsConfig(AppConfig):
    """See the package."""

    name = "zt_interop.departments"
    label = "interop_departments"
    verbose_name = bilingual("部门数据服务", "Departments' data services")
