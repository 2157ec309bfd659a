"""Django's registration of the app of supervision orders."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Supervision orders of one centre: given, received, and reported from below."""

    name = "zt_platform.orders"
    label = "orders"
    verbose_name = "督办"

    def ready(self) -> None:
        """Register what is done with messages about orders, when one is not answered in time, and a changed calendar."""
        from zt_platform.orders.alarms import TIMER, act_when_unanswered
        from zt_platform.orders.incoming import register_handlers
        from zt_platform.orders.recounting import put_off_answers
        from zt_platform.workcalendar import recounting
        from zt_tenants.timers import register as register_timer

        register_handlers()
        register_timer(TIMER, act_when_unanswered)
        recounting.at_change(put_off_answers)
