"""The bases of the mutations of joint handling: what the lead does with a case, what is done with one task."""

from __future__ import annotations

import graphene

from zt_graphql.commands import CommandMutation
from zt_graphql.permissions import roles
from zt_graphql.types.joint import JointCase, JointTask
from zt_platform.organisation.roles import Role

LEAD = roles(Role.REVIEWER, Role.APPROVER, Role.DEPARTMENT_HEAD)


class JointCaseMutation(CommandMutation):
    """Something the lead does with a joint case."""

    joint = graphene.Field(JointCase, required=True, description="The register entry as it is afterwards.")

    class Meta:
        abstract = True


class JointTaskMutation(CommandMutation):
    """Something that is done with one joint task."""

    task = graphene.Field(JointTask, required=True, description="As it is afterwards.")

    class Meta:
        abstract = True


class TaskArguments:
    """Which task, and which state of it the person acted on."""

    task_id = graphene.UUID(required=True)
    expected_version = graphene.Int(description="The version the caller has seen; an older one is refused.")
