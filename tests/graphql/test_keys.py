"""Keys over the gateway: what ends first stands first, the province renews and revokes, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zt_interop.keys.models import KeyUsage, PrivateKey, PublicKey
from zt_platform.accounts.commands import register_account
from zt_platform.actors import Actor
from zt_platform.audit.models import AuditRecord
from zt_platform.organisation.commands import post_staff_member
from zt_platform.organisation.roles import Role
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.models import Centre
from zt_tenants.remembered import forget_centres

pytestmark = pytest.mark.req("Y-04", "Y-11")
NODE = "{ node { centreCode usage state daysLeft kid suite notBefore notAfter } }"
RENEW = 'mutation {{ renewKeys(centreCode: "{}", reason: "{}") {{ keys {{ kid usage suite }} }} }}'
REVOKE = (
    'mutation {{ revokeKey(kid: "{}", reason: "{}", replace: {}) {{ revoked {{ revokedAt }} keys {{ kid usage }} }} }}'
)


def posted(centre, *roles: Role):
    """Somebody with these roles in a centre."""
    name = f"keys.{centre.code}.{len(roles)}.{roles[0].lower()}"
    account = register_account(username=name, password="correct-horse-42", full_name="周处长", phone="13700000003")
    with enter(centre):
        post_staff_member(actor=Actor.system(), account_id=account.id, full_name="周处长", roles=list(roles))
    return account


@pytest.fixture
def province(scene, gateway):
    """An administrator of the province, as a client."""
    return gateway(posted(scene.province, Role.CENTRE_ADMIN, Role.SUPERVISOR))


def registry() -> list[dict]:
    return list(PublicKey.objects.order_by("kid").values())


def messages_key(code: str) -> PublicKey:
    return PublicKey.objects.filter(centre_code=code, usage=KeyUsage.MESSAGE, revoked_at=None).latest("created_at")


def said(centre) -> list[tuple[str, str, dict]]:
    with enter(centre):
        return list(AuditRecord.objects.filter(deed="KEYS").values_list("actor_name", "purpose", "data"))


def test_missing_ones_come_first_then_what_ends_first_page_by_page(scene, province) -> None:
    PublicKey.objects.filter(centre_code="341702", usage=KeyUsage.MESSAGE).delete()
    PublicKey.objects.filter(centre_code="340123").update(not_after=now() + timedelta(days=5, hours=1))
    seen, after = [], None
    while True:
        page = province.ask(
            f"query($after: String) {{ supervisionKeys(first: 4, after: $after) {{ edges {NODE}"
            " pageInfo { hasNextPage endCursor } totalCount } }",
            after=after,
        ).data["supervisionKeys"]
        seen += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert len(seen) == len({(row["centreCode"], row["usage"]) for row in seen}) == page["totalCount"] == 13
    assert (seen[0]["state"], seen[0]["kid"], seen[0]["notAfter"]) == ("MISSING", None, None)
    assert [(row["centreCode"], row["state"], row["daysLeft"]) for row in seen[1:3]] == [("340123", "WEEK", 5)] * 2
    assert seen[-1]["usage"] in ("ROOT", "MESSAGE", "ENCRYPTION")


def test_filters_are_those_of_the_page(scene, province) -> None:
    def rows(given: str) -> list[str]:
        found = province.ask(f"{{ supervisionKeys({given}) {{ edges {NODE} }} }}").data
        return [edge["node"]["centreCode"] for edge in found["supervisionKeys"]["edges"]]

    assert rows('centreCode: "340123"') == ["340123"] * 2 + ["340123101"] * 2
    assert rows('text: "341702"') == ["341702"] * 2
    assert rows("state: MISSING") == []


def test_the_province_renews_and_the_old_keys_go_on_for_a_month(scene, province) -> None:
    old = messages_key("340123")
    answer = province.ask(RENEW.format("340123", "例行更换"), at=scene.province).data["renewKeys"]["keys"]
    assert [key["usage"] for key in answer] == ["MESSAGE", "ENCRYPTION"]
    assert messages_key("340123").kid == answer[0]["kid"] != old.kid
    assert answer[0]["suite"] == old.suite
    old.refresh_from_db()
    assert old.revoked_at is None
    assert timedelta(days=29) < old.not_after - now() <= timedelta(days=30)
    assert said(scene.province) == [("周处长", "例行更换", {"act": "RENEWED", "centre": "340123"})]


@pytest.mark.parametrize("replace", [True, False])
def test_a_revoked_key_is_destroyed_and_replaced_on_demand(scene, province, replace) -> None:
    old = messages_key("340123")
    asked = REVOKE.format(old.kid, "私钥泄露", str(replace).lower())
    answer = province.ask(asked, at=scene.province).data["revokeKey"]
    assert answer["revoked"]["revokedAt"]
    assert [key["usage"] for key in answer["keys"]] == (["MESSAGE"] if replace else [])
    assert not PrivateKey.objects.filter(kid=old.kid).exists()
    valid = PublicKey.objects.valid_at(now()).filter(centre_code="340123", usage=KeyUsage.MESSAGE)
    assert [row.kid for row in valid] == [key["kid"] for key in answer["keys"]]
    line = {"act": "REVOKED", "centre": "340123", "kid": old.kid}
    assert said(scene.province) == [("周处长", "私钥泄露", line)]
    again = province.ask(asked, at=scene.province).data["revokeKey"]
    assert (again["revoked"], again["keys"]) == (answer["revoked"], [])


def test_what_cannot_be_done_says_so_and_changes_nothing(scene, province) -> None:
    Centre.objects.filter(code="341702").update(transport="https", endpoint="https://elsewhere.example/inbox")
    forget_centres()
    root = PublicKey.objects.get(usage=KeyUsage.ROOT)
    before = registry()
    for call, code, field in (
        (RENEW.format("340123", " "), "INVALID_INPUT", "reason"),
        (RENEW.format("341702", "x"), "INVALID_INPUT", "centreCode"),
        (RENEW.format("999999", "x"), "UNKNOWN_CENTRE", None),
        (REVOKE.format(root.kid, "x", "true"), "INVALID_INPUT", "kid"),
        (REVOKE.format("340123:nothing", "x", "true"), "KEY_UNKNOWN", None),
        (REVOKE.format(messages_key("340123").kid, "", "true"), "INVALID_INPUT", "reason"),
    ):
        refused = province.ask(call, at=scene.province).error["extensions"]
        assert (refused["code"], refused["field"]) == (code, field), call
    assert registry() == before
    assert said(scene.province) == []
    forget_centres()


def test_nobody_else_renews_or_revokes(scene, gateway) -> None:
    """Every role of a city at its own endpoint, a supervisor of the province, and an applicant."""
    before = registry()
    watcher = posted(scene.province, Role.SUPERVISOR)
    for account, centre in ((scene.boss, scene.city), (watcher, scene.province), (scene.li, scene.province)):
        for call in (RENEW.format("340100", "x"), REVOKE.format(scene.ids["kid"], "x", "true")):
            assert gateway(account).ask(call, at=centre).codes == ["NOT_PERMITTED"]
    assert registry() == before
    assert said(scene.city) == said(scene.province) == []
