"""What a model says about who reaches its table.

A table of a centre's own schema needs to say nothing: its centre reads and writes it. ``access = APPEND_ONLY`` takes
changing and deleting away. A *shared* model must say who reaches it, in one line that a test asks for::

    access = SharedAccess(centre="SELECT, INSERT", rows=own("centre_code"), portal="SELECT")

Rights are SQL privileges, also of columns: ``"SELECT, UPDATE (state, attempts)"``. Whoever is not named has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class DatabaseRole(StrEnum):
    """The database roles besides the centres' own, each with only what it needs."""

    OWNER = ""
    """The user of ``DATABASE_URL``: makes and changes schemas and roles. The command line runs as this one."""
    PORTAL = "zt_portal"
    """The shared part outside centres: accounts, indexes. No centre's schema."""
    RELAY = "zt_relay"
    """Finds and leases streams of messages; never reads what is in them."""
    SIGNER = "zt_signer"
    """The only one that reads private keys (wrapped)."""
    SUPERVISION = "zt_supervision"
    """Reads the supervision store for supervisors."""


CENTRES: Final = "zt_centre"
"""The group of all centres' roles; carries what every centre may do with shared tables."""
SUPERVISING: Final = "zt_supervising"
"""The group of the province's and the cities' roles, which take supervision reports in."""


def own(column: str) -> str:
    """The condition for rows of the current centre: the column holds its code."""
    return f"{column} = (SELECT shared.own_centre_code())"


def own_id(column: str) -> str:
    """The condition for rows of the current centre: the column holds its id."""
    return f"{column} = (SELECT shared.own_centre_id())"


def supervised(column: str) -> str:
    """The condition for rows about a centre that the current one supervises: below a city, or anywhere for a province."""
    return f"((SELECT shared.supervises_all()) OR {column} = ANY ((SELECT shared.supervised_codes())::text[]))"


EVERY_ROW: Final = "true"


@dataclass(frozen=True, slots=True)
class SharedAccess:
    """Who may do what with a shared table.

    ``rows`` limits the centres (and ``supervising`` ones) to rows that fulfil a condition, by row-level security;
    ``reads_all`` lets centres read the others' rows all the same, never write them.
    """

    centre: str = ""
    supervising: str = ""
    rows: str = ""
    reads_all: bool = False
    portal: str = ""
    relay: str = ""
    signer: str = ""
    supervision: str = ""

    def __post_init__(self) -> None:
        if (self.centre not in ("", "SELECT") or self.supervising) and not self.rows:
            raise ValueError("a table that centres write must say which rows are theirs")

    def rights(self) -> dict[str, str]:
        """Privileges by role or group; without those that have none."""
        given = {
            CENTRES: self.centre,
            SUPERVISING: self.supervising,
            DatabaseRole.PORTAL.value: self.portal,
            DatabaseRole.RELAY.value: self.relay,
            DatabaseRole.SIGNER.value: self.signer,
            DatabaseRole.SUPERVISION.value: self.supervision,
        }
        return {role: rights for role, rights in given.items() if rights}


@dataclass(frozen=True, slots=True)
class OwnAccess:
    """What a centre may do with a table of its own schema."""

    rights: str


APPEND_ONLY: Final = OwnAccess("SELECT, INSERT")
"""A record that nobody changes or deletes, not even the centre itself: the database refuses it."""
NOBODY: Final = SharedAccess()
"""Only the owner: bookkeeping of migrations and the like."""
READ_BY_ALL: Final = SharedAccess(
    centre="SELECT", portal="SELECT", relay="SELECT", signer="SELECT", supervision="SELECT"
)
"""Public inside the house: the list of centres, public keys, the calendar."""
