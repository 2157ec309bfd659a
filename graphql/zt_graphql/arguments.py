"""Reading arguments that GraphQL carries as text."""

from __future__ import annotations

from uuid import UUID

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
