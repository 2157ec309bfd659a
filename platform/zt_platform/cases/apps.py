"""Django's registration of the cases app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases and their way through one or two centres."""

    name = "zt_platform.cases"
    label = "cases"
    verbose_name = "办件"

    def ready(self) -> None:
        """Register what is done with messages about cases, with requests for their files, and with the timers."""
        from zt_interop.attachments import register_reader
        from zt_platform.cases.alarms import TIMER
        from zt_platform.cases.commands.at_limits import act_at_limits
        from zt_platform.cases.commands.batch_runs import TIMER_KIND, ring_for_due
        from zt_platform.cases.commands.drafts import TIMER_KIND as DISCARDED
        from zt_platform.cases.commands.drafts import empty_discarded
        from zt_platform.cases.commands.ordered import note_order
        from zt_platform.cases.commands.recalculation import recompute_limits
        from zt_platform.cases.events.incoming import register_handlers
        from zt_platform.crossing_files import read_offered
        from zt_platform.orders import listeners
        from zt_platform.workcalendar import recounting
        from zt_tenants.timers import register as register_timer

        register_handlers()
        register_reader(read_offered)
        listeners.register(note_order)
        recounting.at_change(recompute_limits)
        register_timer(TIMER, act_at_limits)
        register_timer(TIMER_KIND, ring_for_due)
        register_timer(DISCARDED, empty_discarded)
