"""Django's registration of the app of joint handling."""

from django.apps import AppConfig


class JointConfig(AppConfig):
    """Joint handling: the register on the case, the tasks of its participants, their opinions."""

    name = "zt_platform.joint"
    label = "joint"
    verbose_name = "并联审批"

    def ready(self) -> None:
        """Register the gate before a grant, the end of a case, messages, the moments of a task, a new calendar, pages."""
        from zt_platform.cases import sections
        from zt_platform.cases.commands import gates
        from zt_platform.joint.alarms import TIMER, act_at_moments
        from zt_platform.joint.endings import end_tasks
        from zt_platform.joint.gate import require_all_agreed
        from zt_platform.joint.incoming import register_handlers
        from zt_platform.joint.recounting import put_off_limits
        from zt_platform.joint.sections import case_section, facts_for_applicant
        from zt_platform.workcalendar import recounting
        from zt_tenants.timers import register as register_timer

        gates.before_grant(require_all_agreed)
        gates.at_end(end_tasks)
        sections.register_section(case_section)
        sections.register_facts(facts_for_applicant)
        register_handlers()
        register_timer(TIMER, act_at_moments)
        recounting.at_change(put_off_limits)
