"""Switching an item's default rules on and off (:mod:`zt_platform.catalogue.defaults`)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from zt_platform.actors import Actor
from zt_platform.catalogue.commands import locked_item, record_change
from zt_platform.catalogue.defaults import LONGEST_GRACE_DAYS, DefaultRule
from zt_platform.catalogue.errors import DefaultRuleOn, NoDefaultRule
from zt_platform.catalogue.kinds import JOINT_DEFAULTS, DefaultKind
from zt_platform.catalogue.models import Item
from zt_platform.organisation.roles import require_administrator
from zt_tenants.clock import now, today
from zt_tenants.errors import InvalidInput


def switch_default_rule_on(
    *,
    actor: Actor,
    item_code: str,
    legal_basis: str,
    valid_from: date,
    valid_until: date | None = None,
    grace_days: int = 3,
    kind: DefaultKind | str = DefaultKind.OVERDUE,
) -> Item:
    """Let silence count for an item: undecided cases as granted some working days after their promised limit (超期默认,
    G-05), or, by one of :data:`JOINT_DEFAULTS`, a participant's silence as its consent (G-06; no grace days).

    Off unless a centre switches it on, with its legal basis and dates; who did is kept for ever. It reaches no limit that
    ended before. Raises NotPermitted (not an administrator here), UnknownItem, InvalidInput (the kinds of joint handling
    need an item that is decided jointly), DefaultRuleOn.
    """
    require_administrator(actor)
    wanted = _default_kind(kind)
    grace_days = 0 if wanted in JOINT_DEFAULTS else grace_days
    if not legal_basis.strip():
        raise InvalidInput(
            field="legal_basis", zh="请写明开启超期默认的依据。", en="Name the legal basis of the default rule."
        )
    if not 0 <= grace_days <= LONGEST_GRACE_DAYS:
        raise InvalidInput(
            field="grace_days",
            zh="宽限应为0至{longest}个工作日。",
            en="Between 0 and {longest} working days.",
            longest=LONGEST_GRACE_DAYS,
        )
    if valid_until is not None and valid_until < valid_from:
        raise InvalidInput(field="valid_until", zh="结束日期不能早于开始日期。", en="It ends before it begins.")
    with transaction.atomic():
        item = locked_item(item_code)
        if wanted in JOINT_DEFAULTS and not (item.current_version and item.current_version.decided_jointly):
            raise InvalidInput(
                field="item_code",
                zh="该事项没有公布为并联审批事项，不能开启并联默认规则。",
                en="The item is not published as decided jointly; rules of joint handling do not apply to it.",
            )
        known = map(DefaultRule.from_stored, item.default_rules)
        if any(rule.kind == wanted and rule.is_on(today()) for rule in known):
            raise DefaultRuleOn(kind=str(wanted.label))
        rule = DefaultRule(
            legal_basis=legal_basis.strip(),
            grace_days=grace_days,
            valid_from=valid_from,
            valid_until=valid_until,
            on_at=now(),
            on_by=actor.name,
            on_account=str(actor.account_id),
            kind=wanted.value,
        )
        item.default_rules = [*item.default_rules, rule.to_stored()]
        item.save(update_fields=["default_rules"])
        record_change(actor, "开启默认规则", item_code, kind=wanted.value)
    return item


def switch_default_rule_off(
    *, actor: Actor, item_code: str, reason: str, kind: DefaultKind | str = DefaultKind.OVERDUE
) -> Item:
    """End a default rule of an item; what it would have reached is decided, or answered, by people again.

    Raises NotPermitted, UnknownItem, InvalidInput (no reason), NoDefaultRule.
    """
    require_administrator(actor)
    wanted = _default_kind(kind)
    if not reason.strip():
        raise InvalidInput(field="reason", zh="请写明关闭的理由。", en="State why it is switched off.")
    with transaction.atomic():
        item = locked_item(item_code)
        rules = [DefaultRule.from_stored(stored) for stored in item.default_rules]
        meant = [rule for rule in rules if rule.kind == wanted and rule.is_on(today())]
        if not meant:
            raise NoDefaultRule(kind=str(wanted.label))
        ended = [
            rule.switched_off(at=now(), by=actor.name, reason=reason.strip()) if rule in meant else rule
            for rule in rules
        ]
        item.default_rules = [rule.to_stored() for rule in ended]
        item.save(update_fields=["default_rules"])
        record_change(actor, "关闭默认规则", item_code, kind=wanted.value, reason=reason.strip())
    return item


def _default_kind(kind: DefaultKind | str) -> DefaultKind:
    if kind not in DefaultKind.values:
        raise InvalidInput(field="kind", zh="请选择默认规则的种类。", en="Choose the kind of default rule.")
    return DefaultKind(kind)
