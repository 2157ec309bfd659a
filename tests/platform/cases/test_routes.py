"""Where a case goes, by the delegations in force. Pure."""

from __future__ import annotations

import pytest

from zt_platform.cases.errors import DestinationNeeded, EntrustedCannotBeEntrustedAgain
from zt_platform.cases.rules import STAYS, Delegated, Route, route
from zt_platform.cases.vocabulary import CaseRole
from zt_platform.catalogue.kinds import DelegationKind

CITY, COUNTY, OTHER_COUNTY, TOWNSHIP = "340100", "340123", "340124", "340123101"


def delegated(kind: DelegationKind, upper: str = CITY, lower: str = COUNTY) -> Delegated:
    return Delegated(kind, upper, lower)


def test_without_delegation_a_case_stays() -> None:
    assert route(CITY, [], names={}) == STAYS


@pytest.mark.req("C-01")
def test_a_devolved_item_goes_down_from_the_portal_and_stays_below() -> None:
    found = [delegated(DelegationKind.DEVOLVED)]
    assert route(CITY, found, names={}) == Route(CaseRole.PORTAL, COUNTY, DelegationKind.DEVOLVED)
    assert route(COUNTY, found, names={}) == STAYS


@pytest.mark.req("C-01")
def test_an_entrusted_item_goes_down_after_acceptance() -> None:
    found = [delegated(DelegationKind.ENTRUSTED)]
    assert route(CITY, found, names={}) == Route(CaseRole.ACCEPTING, COUNTY, DelegationKind.ENTRUSTED)
    assert route(COUNTY, found, names={}) == STAYS


@pytest.mark.req("C-01", "C-11")
def test_a_forwarded_item_goes_up_from_the_lower_centre_only() -> None:
    found = [delegated(DelegationKind.FORWARDED)]
    assert route(COUNTY, found, names={}) == Route(CaseRole.ACCEPTING, CITY, DelegationKind.FORWARDED)
    assert route(CITY, found, names={}) == STAYS


@pytest.mark.req("C-01")
def test_article_24_what_was_entrusted_is_not_entrusted_again() -> None:
    found = [delegated(DelegationKind.ENTRUSTED), delegated(DelegationKind.ENTRUSTED, COUNTY, TOWNSHIP)]
    with pytest.raises(EntrustedCannotBeEntrustedAgain, match="24"):
        route(COUNTY, found, names={})


def test_of_several_receivers_one_has_to_be_chosen() -> None:
    found = [delegated(DelegationKind.ENTRUSTED), delegated(DelegationKind.ENTRUSTED, lower=OTHER_COUNTY)]
    with pytest.raises(DestinationNeeded, match=COUNTY):
        route(CITY, found, names={COUNTY: "肥西县"})
    assert route(CITY, found, wanted=OTHER_COUNTY, names={}).destination == OTHER_COUNTY
    with pytest.raises(DestinationNeeded):
        route(CITY, found, wanted=TOWNSHIP, names={})
