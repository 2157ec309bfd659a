"""What the two demo departments know and how they look it up. All people and companies are invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from zt_interop.departments.demo.department import Lookup

PUBLIC_SECURITY: Final = "public-security"
MARKET_SUPERVISION: Final = "market-supervision"
IDENTITY_CHECK: Final = "mps.identity-check"
COMPANY_CHECK: Final = "samr.company-check"
COMPANY_CHANGES: Final = "samr.company-changes"


def identity_lookup(people: Sequence[Mapping[str, Any]]) -> Lookup:
    """Name and resident id: MATCH, MISMATCH or DECEASED; NOT_FOUND for a number that nobody has."""
    by_number = {str(person["id_number"]): person for person in people}

    def look_up(parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any] | None]:
        person = by_number.get(str(parameters["id_number"]).upper())
        if person is None:
            return "NOT_FOUND", None
        if person["name"] != parameters["name"]:
            return "FOUND", {"result": "MISMATCH"}
        if person.get("deceased"):
            return "FOUND", {"result": "DECEASED"}
        return "FOUND", {"result": "MATCH", "address": person["address"]}

    return look_up


def company_lookup(companies: Sequence[Mapping[str, Any]]) -> Lookup:
    """Unified social credit code: the entry in the register, or NOT_FOUND."""
    by_code = {str(company["uscc"]): dict(company) for company in companies}

    def look_up(parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any] | None]:
        found = by_code.get(str(parameters["uscc"]).upper())
        return ("FOUND", found) if found else ("NOT_FOUND", None)

    return look_up


def services_of(department: str, records: Mapping[str, Any]) -> dict[str, Lookup]:
    """The services that a demo department answers, over its records."""
    if department == PUBLIC_SECURITY:
        return {IDENTITY_CHECK: identity_lookup(records["people"])}
    return {COMPANY_CHECK: company_lookup(records["companies"])}
