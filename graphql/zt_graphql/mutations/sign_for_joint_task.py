"""signForJointTask."""

from __future__ import annotations

from typing import Any

from zt_graphql.joint import JointTaskMutation, TaskArguments
from zt_graphql.permissions import roles
from zt_platform.joint import commands
from zt_platform.organisation.roles import Role


class SignForJointTask(JointTaskMutation):
    """Sign for a contact form: person and time are recorded (H-06)."""

    permission = roles(Role.WINDOW_CLERK, Role.REVIEWER, Role.APPROVER, Role.DEPARTMENT_HEAD, Role.CENTRE_ADMIN)

    class Arguments(TaskArguments):
        pass

    @classmethod
    def mutate(cls, _root: Any, info: Any, **given: Any) -> SignForJointTask:
        """Run the command."""
        return cls(task=commands.sign_for_task(actor=info.context.actor, **given))
