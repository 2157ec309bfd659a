"""An account acts for a legal person by a recorded authorisation."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from zt_platform.accounts.commands import authorise, revoke_authorisation, verify_authorisation, verify_identity
from zt_platform.accounts.errors import AlreadyAuthorised
from zt_platform.accounts.models import Account, Authorisation
from zt_platform.accounts.parties import IdType, Party
from zt_platform.accounts.queries import authorisations_of, party_for
from zt_platform.actors import Actor
from zt_tenants.clock import CHINA, at, today
from zt_tenants.context import enter
from zt_tenants.errors import Conflict, InvalidInput, NotFound, NotPermitted


@pytest.fixture
def agent(zhang) -> Actor:
    return Actor.for_applicant(zhang)


def act_for(actor: Actor, code: str, **changes) -> Authorisation:
    given = {
        "organisation_name": "合肥黄山松贸易有限公司",
        "uscc": code,
        "valid_from": today(),
        "valid_until": today() + timedelta(days=365),
        **changes,
    }
    return authorise(actor=actor, **given)


def test_the_party_is_the_legal_person_with_its_agent(agent, people) -> None:
    authorisation = act_for(agent, people.company_code.lower())
    party = party_for(agent, authorisation_id=authorisation.id)
    assert (party.id_type, party.name, party.id_number) == (IdType.USCC, "合肥黄山松贸易有限公司", people.company_code)
    assert (party.agent_name, party.agent_id_number) == ("张三丰", people.zhang_id)
    assert not party.verified
    assert Party.from_payload(party.to_payload()) == party


def test_a_person_applies_for_himself(agent, people) -> None:
    party = party_for(agent)
    assert (party.id_type, party.name, party.id_number, party.phone) == (
        IdType.RESIDENT_ID,
        "张三丰",
        people.zhang_id,
        "13855512345",
    )
    assert (party.masked_name, party.masked_phone) == ("张**", "138****2345")
    assert Party.from_payload(party.to_payload()) == party


def test_without_resident_id_nobody_applies(li) -> None:
    with pytest.raises(InvalidInput) as refused:
        party_for(Actor.for_applicant(li))
    assert refused.value.field == "resident_id"


def test_a_clerk_verifies_the_person_first_then_the_letter(world, agent, zhang, people, clerk_of) -> None:
    authorisation = act_for(agent, people.company_code)
    clerk = clerk_of(world.county)
    with enter(world.county):
        with pytest.raises(Conflict):
            verify_authorisation(actor=clerk, authorisation_id=authorisation.id)
        verify_identity(actor=clerk, account_id=zhang.id, resident_id=people.zhang_id, full_name="张三丰")
        verify_authorisation(actor=clerk, authorisation_id=authorisation.id)
    assert party_for(agent, authorisation_id=authorisation.id).verified


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("organisation_name", {"organisation_name": ""}),
        ("uscc", {"uscc": "91340100MA2NABCD00"}),
        ("valid_until", {"valid_until": date(2020, 1, 1)}),
        ("valid_until", {"valid_until": date(2099, 1, 1)}),
    ],
)
def test_bad_input_names_its_field_and_stores_nothing(agent, people, field, changes) -> None:
    with pytest.raises(InvalidInput) as refused:
        act_for(agent, people.company_code, **changes)
    assert refused.value.field == field
    assert not Authorisation.objects.exists()


def test_one_live_authorisation_per_organisation(agent, people) -> None:
    first = act_for(agent, people.company_code)
    with pytest.raises(AlreadyAuthorised):
        act_for(agent, people.company_code)
    revoke_authorisation(actor=agent, authorisation_id=first.id)
    act_for(agent, people.company_code)
    assert len(authorisations_of(agent)) == 1


@pytest.mark.req("E-19")
def test_an_authorisation_counts_inside_its_dates_only(agent, people) -> None:
    authorisation = act_for(agent, people.company_code)
    after = authorisation.valid_until + timedelta(days=1)
    with at(datetime(after.year, after.month, after.day, tzinfo=CHINA)), pytest.raises(InvalidInput) as refused:
        party_for(agent, authorisation_id=authorisation.id)
    assert refused.value.field == "authorisation_id"


def test_somebody_elses_authorisation_is_not_found(agent, li, people) -> None:
    authorisation = act_for(agent, people.company_code)
    stranger = Actor.for_applicant(li)
    assert authorisations_of(stranger) == []
    for attempt in (party_for, revoke):
        with pytest.raises(NotFound):
            attempt(stranger, authorisation_id=authorisation.id)
    with pytest.raises(NotFound):
        party_for(agent, authorisation_id=uuid4())
    assert Authorisation.objects.live().count() == 1


def revoke(actor: Actor, *, authorisation_id) -> Authorisation:
    return revoke_authorisation(actor=actor, authorisation_id=authorisation_id)


def test_a_clerk_of_another_centre_changes_nothing(world, agent, zhang, people, clerk_of) -> None:
    authorisation = act_for(agent, people.company_code)
    Account.objects.filter(id=zhang.id).update(verification="BY_CLERK")
    clerk = clerk_of(world.city)
    with enter(world.other_city):
        with pytest.raises(NotPermitted):
            verify_authorisation(actor=clerk, authorisation_id=authorisation.id)
        with pytest.raises(NotPermitted):
            revoke_authorisation(actor=clerk, authorisation_id=authorisation.id)
        with pytest.raises(NotPermitted):
            authorise(
                actor=clerk,
                organisation_name="某公司",
                uscc=people.company_code,
                valid_from=today(),
                valid_until=today(),
            )
    stored = Authorisation.objects.get()
    assert stored.revoked_at is None
    assert not stored.is_verified


@pytest.mark.parametrize(
    "payload", [{}, {"name": "张三", "id_type": "PASSPORT", "id_number": "1", "phone": "1", "verified": True}]
)
def test_a_broken_payload_is_refused(payload) -> None:
    with pytest.raises(InvalidInput) as refused:
        Party.from_payload(payload)
    assert refused.value.field == "applicant"
