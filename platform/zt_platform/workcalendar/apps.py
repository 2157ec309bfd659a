"""Django's registration of the workcalendar app."""

from django.apps import AppConfig


class WorkcalendarConfig(AppConfig):
    """Working days: the published calendar and what overrides it."""

    name = "zt_platform.workcalendar"
    label = "workcalendar"
    verbose_name = "工作日历"
