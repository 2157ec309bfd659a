"""Django's registration of the workcalendar app."""

from django.apps import AppConfig


class WorkcalendarConfig(AppConfig):
    """Working days: the published calendar and what overrides it."""

    name = "zt_platform.workcalendar"
    label = "workcalendar"
    verbose_name = "工作日历"

    def ready(self) -> None:
        """Register what a change of the calendar lets every centre do."""
        from zt_platform.workcalendar.commands import RECOMPUTE
        from zt_platform.workcalendar.recounting import count_anew
        from zt_tenants.timers import register as register_timer

        register_timer(RECOMPUTE, count_anew)
