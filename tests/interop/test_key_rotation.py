"""New keys before the old ones end: by hand for a centre or a province, by itself at night; and the registry as a file."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_interop import signed
from zt_interop.errors import KeyRevoked, KeyUntrusted
from zt_interop.keys import rotation
from zt_interop.keys.commands import ensure_keys, issue_key, issue_root_key, revoke_key, state
from zt_interop.keys.exchange import export_lines, export_revocations, import_lines
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_interop.keys.queries import key_health
from zt_interop.keys.registry import trusted_key
from zt_interop.keys.rotation import centres_without_key, rotate_expiring, rotate_keys, rotate_province, rotate_root
from zt_interop.keys.signing import signer_for
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.suites import suite
from zt_interop.tasks import renew_keys
from zt_interop.tasks import rotate_keys as nightly
from zt_interop.testing import PROGRESSED, SUBJECT, progressed
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.models import Centre

pytestmark = pytest.mark.req("Y-04", "Y-11")


def _newest(centre: Centre, usage: KeyUsage) -> PublicKey:
    return PublicKey.objects.filter(centre_id=centre.id, usage=usage).latest("not_before", "created_at")


def test_a_centre_gets_both_keys_in_its_own_family(world) -> None:
    rotate_keys([world.city], suite_name="SM2-SM3")
    rotate_keys([world.city, world.county])

    families = [
        (_newest(centre, usage).suite) for centre in (world.city, world.county) for usage in rotation.CENTRE_USAGES
    ]
    assert families == ["SM2-SM3", "SM2-SM4-GCM", "EdDSA", "HPKE-X25519-A256GCM"]


def test_a_province_killed_in_the_middle_goes_on_where_it_was(world, monkeypatch) -> None:
    monkeypatch.setattr(rotation, "TOGETHER", 2)
    started, whole, calls = now(), rotation.rotate_keys, []

    def dies_in_the_second_group(*args: object, **kwargs: object) -> list[PublicKey]:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*args, **kwargs)

    monkeypatch.setattr(rotation, "rotate_keys", dies_in_the_second_group)
    with pytest.raises(KeyboardInterrupt):
        rotate_province(made_before=started)
    assert centres_without_key(made_after=started).count() == 4

    monkeypatch.setattr(rotation, "rotate_keys", whole)
    assert rotate_province(made_before=started) == 4
    assert rotate_province(made_before=started) == 0
    assert PublicKey.objects.filter(created_at__gte=started).count() == 2 * len(world.all)


def test_a_rotation_that_lasts_longer_than_a_second_ends(world, monkeypatch) -> None:
    """A key is valid from the full second of its group, which was still to come when the first group began."""
    monkeypatch.setattr(rotation, "TOGETHER", 1)
    started, ticks = now(), count(1)

    def tick() -> datetime:
        tick_of = next(ticks)
        assert tick_of < 20 * len(world.all), "it makes keys for ever"
        return started + timedelta(milliseconds=700 * tick_of)

    monkeypatch.setattr(rotation, "now", tick)
    with at(started + timedelta(minutes=5)):
        assert rotate_province(made_before=started) == len(world.all)
    assert PublicKey.objects.filter(created_at__gte=started).count() == 2 * len(world.all)


def test_every_centre_still_delivers_while_the_province_rotates(world, recorder) -> None:
    with enter(world.city):
        send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed("BEFORE"))
    rotate_province(made_before=now(), suite_name="SM2-SM3")
    with enter(world.city):
        send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed("AFTER"))
    relay_due()

    assert recorder.steps == ["BEFORE", "AFTER"]


def test_the_night_finds_what_ends_soon_by_one_statement_whatever_the_number(world) -> None:
    with CaptureQueriesContext(connection) as few:
        list(centres_without_key(valid_after=now() + timedelta(days=30)))
    for centre in world.all:
        issue_key(centre)
    with CaptureQueriesContext(connection) as many:
        list(centres_without_key(valid_after=now() + timedelta(days=30)))

    assert len(few) == len(many) == 1


def test_the_night_renews_what_ends_within_the_days_set_and_nothing_else(world, settings, monkeypatch) -> None:
    ending = now() + timedelta(days=20)
    PublicKey.objects.filter(centre_id=world.city.id).update(not_after=ending)
    PublicKey.objects.filter(centre_id=world.county.id, usage=KeyUsage.ENCRYPTION).delete()
    before = PublicKey.objects.count()

    settings.ZT_KEY_ROTATION_DAYS = 0
    assert rotate_expiring() == 0
    settings.ZT_KEY_ROTATION_DAYS = 10
    assert rotate_expiring() == 1
    settings.ZT_KEY_ROTATION_DAYS = 30
    rung: list[object] = []
    monkeypatch.setattr(renew_keys, "apply_async", lambda **_: rung.append(1))
    assert nightly() is True
    assert renew_keys() == 1
    assert nightly() is False
    assert len(rung) == 1

    assert PublicKey.objects.count() == before + 4
    assert _newest(world.city, KeyUsage.MESSAGE).not_after > now() + timedelta(days=300)
    assert _newest(world.other_city, KeyUsage.MESSAGE).not_after.year == 2045


@pytest.mark.req("Y-02")
def test_where_a_centre_runs_elsewhere_the_night_s_keys_are_announced_before_they_sign(world, settings) -> None:
    """It verifies what it knows from a file; until that was brought up to date its messages would wait."""
    settings.ZT_KEY_ROTATION_DAYS = 30
    Centre.objects.filter(code=world.other_county.code).update(transport="https", endpoint="https://elsewhere.example/")
    mine = PublicKey.objects.filter(centre_id=world.city.id)
    mine.update(not_after=now() + timedelta(days=20))
    PublicKey.objects.filter(centre_id=world.county.id).update(not_after=now() + timedelta(days=5))
    for row in mine:
        row.statement = state(row, signer_for(world.province, at=now(), usage=KeyUsage.ROOT))
        row.save()
    old = signer_for(world.city, at=now()).kid

    assert rotate_expiring() == 2
    assert rotate_expiring() == 0, "what is announced is not made again the next night"

    new = _newest(world.city, KeyUsage.MESSAGE)
    statements = set(export_lines())
    assert (new.not_before > now() + timedelta(days=13), new.statement in statements) == (True, True)
    assert signer_for(world.city, at=now()).kid == old
    assert _newest(world.county, KeyUsage.MESSAGE).not_before <= now(), "its old key does not last so long"
    with at(now() + timedelta(days=15)):
        assert signer_for(world.city, at=now()).kid == new.kid
        assert trusted_key(old, signed_at=now()).kid == old, "both verify meanwhile"
    assert key_health(at=now()).ending[30] == 0


def test_the_night_leaves_closed_centres_and_those_elsewhere_alone(world) -> None:
    PublicKey.objects.filter(usage__in=rotation.CENTRE_USAGES).delete()
    Centre.objects.filter(code="340123").update(transport="https", endpoint="https://elsewhere.example/")

    assert "340123" not in {centre.code for centre in centres_without_key()}
    assert {centre.code for centre in centres_without_key()} == {
        centre.code for centre in world.all if centre.code != "340123"
    }


def test_a_new_root_signs_the_registry_afresh_and_the_old_one_may_then_be_revoked(world, recorder) -> None:
    old = PublicKey.objects.get(usage=KeyUsage.ROOT)
    new = rotate_root()
    revoke_key(old.kid, reason="根密钥泄露")
    key = signer_for(world.city, at=now())

    assert trusted_key(key.kid, signed_at=now()).kid == key.kid
    assert rotation.restate(new) == 0
    with enter(world.city):
        send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed("ONE"))
    assert relay_due() == 1


def test_what_only_a_revoked_root_signed_is_not_believed(world) -> None:
    key = signer_for(world.city, at=now())
    issue_root_key()
    revoke_key(PublicKey.objects.filter(usage=KeyUsage.ROOT).earliest("created_at").kid, reason="根密钥泄露")

    with pytest.raises(KeyUntrusted):
        trusted_key(key.kid, signed_at=now())


def test_ensuring_keys_follows_the_family_of_the_key_that_is_there(world) -> None:
    rotate_keys([world.city], suite_name="SM2-SM3")
    PublicKey.objects.filter(usage=KeyUsage.ENCRYPTION).delete()
    PublicKey.objects.filter(centre_id=world.city.id, suite="EdDSA").delete()

    assert ensure_keys(world.all) == len(world.all)
    assert _newest(world.city, KeyUsage.ENCRYPTION).suite == "SM2-SM4-GCM"
    assert _newest(world.county, KeyUsage.ENCRYPTION).suite == "HPKE-X25519-A256GCM"


def test_the_setting_names_the_suite_of_new_keys(world, settings) -> None:
    PublicKey.objects.all().delete()
    settings.INTEROP_SUITE = "SM2-SM3"

    assert ensure_keys([world.city]) == 3
    assert set(PublicKey.objects.values_list("usage", "suite")) == {
        ("root", "SM2-SM3"),
        ("message", "SM2-SM3"),
        ("encryption", "SM2-SM4-GCM"),
    }


def _elsewhere(settings) -> list[str]:
    """Export everything, then be a deployment that knows the centres, pins the root and has no registry."""
    lines = list(export_lines())
    root = PublicKey.objects.get(usage=KeyUsage.ROOT)
    PublicKey.objects.all().delete()
    settings.INTEROP_ROOT_KEYS = [signed.encode(bytes(root.public_key)).decode()]
    return lines


def test_a_registry_written_here_is_read_elsewhere(world, settings) -> None:
    rotate_keys([world.city], suite_name="SM2-SM3")
    kid = signer_for(world.city, at=now()).kid
    count = PublicKey.objects.count()
    lines = _elsewhere(settings)

    report = import_lines([*lines, "", "\n"], at=now())

    assert (report.keys, report.revocations, report.refused) == (count, 0, [])
    assert trusted_key(kid, signed_at=now()).suite == "SM2-SM3"
    assert import_lines(lines, at=now()).keys == count
    assert PublicKey.objects.count() == count


def test_a_revocation_travels_and_takes_effect_once(world, settings) -> None:
    kid = signer_for(world.city, at=now()).kid
    statement = PublicKey.objects.get(kid=kid).statement
    revoke_key(kid, reason="私钥遗失")
    lines = _elsewhere(settings)
    revocation = lines.pop()
    import_lines([*lines, statement], at=now())
    assert trusted_key(kid, signed_at=now())

    first, again = (import_lines([revocation, statement], at=now()) for _ in range(2))

    assert (first.revocations, again.revocations) == (1, 0)
    with pytest.raises(KeyRevoked):
        trusted_key(kid, signed_at=now())


def test_a_revocation_that_comes_before_its_key_is_remembered(world, settings, recorder) -> None:
    """An older file, found again in a mail box, makes no revoked key valid."""
    old_file = list(export_lines())
    stolen = signer_for(world.city, at=now()).kid
    revoke_key(stolen, reason="私钥泄露")
    issue_key(world.city)
    lines = _elsewhere(settings)

    assert import_lines(lines, at=now()).revocations == 1
    report = import_lines(old_file, at=now())

    assert report.refused == []
    with pytest.raises(KeyRevoked):
        trusted_key(stolen, signed_at=now())
    assert import_lines(lines, at=now()).revocations == 0
    assert list(export_revocations()) == [lines[-1]]


def test_a_file_cannot_bring_its_own_root_or_forge_a_revocation(world, settings) -> None:
    kid = signer_for(world.county, at=now()).kid
    lines = _elsewhere(settings)
    import_lines(lines, at=now())
    known = set(PublicKey.objects.values_list("kid", flat=True))
    stranger = issue_root_key()
    foreign = stranger.statement
    from zt_interop.canonical import canonical_bytes
    from zt_interop.envelope import instant_text

    payload = canonical_bytes({"kid": kid, "revoked_at": instant_text(now()), "reason": "forged"})
    forged = signed.sign(
        payload,
        typ=signed.REVOCATION_TYPE,
        signer=signer_for(world.province, at=now(), usage=KeyUsage.ROOT),
        destination="*",
        at=now(),
    ).decode()
    PublicKey.objects.filter(kid=stranger.kid).delete()

    report = import_lines([foreign, forged, "junk", lines[1][:-4] + "AAAA"], at=now())

    assert (report.keys, report.revocations) == (0, 0)
    assert [number for number, _ in report.refused] == [1, 2, 3, 4]
    assert set(PublicKey.objects.values_list("kid", flat=True)) == known
    assert trusted_key(kid, signed_at=now())


def test_a_statement_about_bytes_that_are_no_key_is_not_imported(world, settings) -> None:
    """Signed by the root in good faith; no curve has this point."""
    root = signer_for(world.province, at=now(), usage=KeyUsage.ROOT)
    row = issue_key(world.city, suite_name="SM2-SM3")
    row.public_key = b"\x04" + bytes(64)
    line = state(row, root)
    PublicKey.objects.filter(kid=row.kid).delete()

    report = import_lines([line], at=now())

    assert (report.keys, len(report.refused)) == (0, 1)
    assert not PublicKey.objects.filter(kid=row.kid).exists()


def test_keys_of_centres_nobody_knows_here_are_refused_by_name(world) -> None:
    row = issue_key(world.township)
    Centre.objects.filter(code="340123101").update(code="340123999")

    report = import_lines([row.statement], at=now())

    assert "340123101" in report.refused[0][1]


def test_an_overlap_that_is_over_ends_the_old_key_and_not_its_messages(world, recorder) -> None:
    """Signed by the old key, delivered after its end: the attempt is signed afresh by the new one."""
    old = signer_for(world.city, at=now()).kid
    rotate_keys([world.city], overlap=timedelta(days=1))
    with enter(world.city):
        send_message(destination="340123", type=PROGRESSED, subject=SUBJECT, data=progressed("ONE"))
    with at(now() + timedelta(days=2)):
        assert relay_due() == 1
        new = signer_for(world.city, at=now()).kid

    assert recorder.steps == ["ONE"]
    assert new != old
    assert suite(_newest(world.city, KeyUsage.MESSAGE).suite).name == "EdDSA"
