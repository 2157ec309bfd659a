"""The base of all mutations: one file each; load, permission, one command of the platform, map."""

from __future__ import annotations

from typing import Any

import graphene

from zt_graphql.fields import RootField
from zt_graphql.permissions import Permission


class CommandMutation(graphene.Mutation):
    """A mutation with a declared ``permission``; ``root_field()`` mounts it. Its docstring is its description."""

    permission: Permission

    class Meta:
        abstract = True

    @classmethod
    def root_field(cls) -> RootField:
        """The guarded root field; nullable, so that a refused mutation leaves its neighbours' answers standing."""
        return RootField(
            cls._meta.output,
            permission=cls.permission,
            description=_first_paragraph(cls),
            args=cls._meta.arguments,
            resolver=cls._meta.resolver,
            weight=MUTATION_WEIGHT,
        )


MUTATION_WEIGHT = 10


def _first_paragraph(cls: Any) -> str:
    return " ".join((cls.__doc__ or "").split("\n\n")[0].split())
