"""Reading arguments that GraphQL carries as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import graphene

from zt_tenants.errors import NotFound

_LARGEST = 2**63 - 1


def row_id(given: str) -> int:
    """The key of a centre's row.

    Raises:
        NotFound: not a number, as for any key that names nothing.
    """
    if not given.isascii() or not given.isdigit() or int(given) > _LARGEST:
        raise NotFound
    return int(given)


def shared_id(given: str) -> UUID:
    """The key of a row of the shared schema.

    Raises:
        NotFound: not a UUID, as for any key that names nothing.
    """
    try:
        return UUID(given)
    except ValueError as wrong:
        raise NotFound from wrong


class AnswerInput(graphene.InputObjectType):
    """The answer to one field of an item's form."""

    name = graphene.String(required=True, description="As ItemVersion.form names it.")
    value = graphene.String(required=True)


def answers(given: Iterable[Any]) -> dict[str, str]:
    """The answers by field name; of a name given twice the last one counts."""
    return {answer.name: answer.value for answer in given}
