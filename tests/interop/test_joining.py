"""Joining a province: what is believed, by whom, and after what was compared."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from zt_interop import signed
from zt_interop.errors import KeyUntrusted
from zt_interop.keys.commands import issue_root_key
from zt_interop.keys.joining import (
    InvitedCentre,
    JoiningRefused,
    RootNotPinned,
    fingerprint_of,
    pin_of,
    read_invitation,
    read_request,
    vouch_for,
    write_invitation,
    write_request,
)
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.registry import trusted_key
from zt_interop.keys.rotation import any_expiring, rotate_expiring
from zt_tenants.clock import at, now
from zt_tenants.models import Centre

pytestmark = pytest.mark.req("Y-04")
ADDRESS = "https://county.example/c/340123/interop/inbox"


def _invited(centre: Centre, *, invited: bool) -> InvitedCentre:
    parent = centre.parent.code if centre.parent else ""
    return InvitedCentre(centre.code, centre.name, centre.short_name, centre.level, parent, "", invited)


@pytest.fixture
def invitation(world) -> str:
    return write_invitation([_invited(world.province, invited=False), _invited(world.county, invited=True)])


@pytest.fixture
def pinned(world, settings) -> str:
    root = PublicKey.objects.get(usage=KeyUsage.ROOT)
    settings.INTEROP_ROOT_KEYS = [pin_of(bytes(root.public_key))]
    return settings.INTEROP_ROOT_KEYS[0]


def _altered(text: str, position: int = 400) -> str:
    return text[:position] + ("A" if text[position] != "A" else "B") + text[position + 1 :]


def test_an_invitation_is_believed_only_with_its_root_pinned(world, invitation, settings) -> None:
    settings.INTEROP_ROOT_KEYS = []
    with pytest.raises(RootNotPinned) as refusal:
        read_invitation(invitation)
    shown = pin_of(bytes(PublicKey.objects.get(usage=KeyUsage.ROOT).public_key))
    assert shown in refusal.value.zh_text
    assert shown in refusal.value.en_text

    settings.INTEROP_ROOT_KEYS = [shown]
    assert [centre.code for centre in read_invitation(invitation).invited] == ["340123"]


def test_an_altered_or_old_invitation_is_refused(world, invitation, pinned) -> None:
    for position in (400, len(invitation) // 2, len(invitation) - 10):
        with pytest.raises(JoiningRefused):
            read_invitation(_altered(invitation, position))
    with at(now() + timedelta(days=15)), pytest.raises(JoiningRefused):
        read_invitation(invitation)


def test_an_invitation_of_another_root_shows_that_root(world, invitation, pinned, settings) -> None:
    other = issue_root_key()
    foreign = write_invitation([_invited(world.county, invited=True)])
    with pytest.raises(RootNotPinned, match=pin_of(bytes(other.public_key))):
        read_invitation(foreign)


def test_a_request_proves_that_its_author_holds_the_new_key(world) -> None:
    PublicKey.objects.filter(centre_code="340123").delete()
    text = write_request(world.county, endpoint=ADDRESS)
    asked = read_request(text)

    assert (asked.centre, asked.endpoint, asked.renews) == ("340123", ADDRESS, False)
    for position in (300, len(text) - 10):
        with pytest.raises(JoiningRefused):
            read_request(_altered(text, position))
    with at(now() + timedelta(days=15)), pytest.raises(JoiningRefused):
        read_request(text)


def test_nobody_believes_requested_keys_before_the_root_has_signed_them(world, pinned) -> None:
    PublicKey.objects.filter(centre_code="340123").delete()
    asked = read_request(write_request(world.county, endpoint=ADDRESS))
    assert not PublicKey.objects.filter(centre_code="340123").exists()

    rows = vouch_for(asked, centre=world.county)
    assert [row.usage for row in rows] == ["message", "encryption"]
    assert trusted_key(rows[0].kid, signed_at=now()).centre_code == "340123"
    assert vouch_for(asked, centre=world.county) == rows
    assert PublicKey.objects.filter(centre_code="340123").count() == 2

    PublicKey.objects.filter(kid=rows[0].kid).update(statement=rows[1].statement)
    with pytest.raises(KeyUntrusted):
        trusted_key(rows[0].kid, signed_at=now())


def test_a_renewal_is_signed_by_a_key_that_is_known(world) -> None:
    asked = read_request(write_request(world.county, endpoint=ADDRESS))
    assert asked.renews

    PublicKey.objects.filter(centre_code="340123").update(revoked_at=now())
    assert not read_request(write_request(world.county, endpoint=ADDRESS)).renews


def test_a_known_key_cannot_ask_for_another_centre(world) -> None:
    text = write_request(world.other_county, endpoint=ADDRESS)
    jws = signed.parse(text.encode(), typ="zt-request+jws")
    members = {**json.loads(jws.payload), "centre": "340123"}
    payload = signed.encode(json.dumps(members, sort_keys=True, separators=(",", ":")).encode()).decode()
    header, _, signature = text.split(".")
    with pytest.raises(JoiningRefused):
        read_request(f"{header}.{payload}.{signature}")


def test_the_fingerprint_names_the_requests_whatever_their_order(world) -> None:
    texts = [write_request(centre, endpoint=ADDRESS) for centre in (world.county, world.other_county)]
    assert fingerprint_of(texts) == fingerprint_of(reversed(texts))
    assert fingerprint_of(texts) != fingerprint_of(texts[:1])
    assert len(fingerprint_of(texts).replace(" ", "")) == 40


def test_a_deployment_without_the_province_asks_instead_of_issuing(world, settings) -> None:
    settings.ZT_KEY_ROTATION_DAYS = 100_000
    assert any_expiring()
    Centre.objects.filter(code="340000").update(transport="https")
    before = PublicKey.objects.count()
    assert not any_expiring()
    assert rotate_expiring() == 0
    assert PublicKey.objects.count() == before
