"""What can go wrong with the catalogue."""

from __future__ import annotations

from zt_tenants.errors import Conflict, NotFound


class UnknownItem(NotFound):
    """The current centre has no such item, or not for the public."""

    code = "UNKNOWN_ITEM"
    zh = "本中心没有编码为“{item_code}”的事项，请在事项目录中查找。"
    en = "This centre has no item “{item_code}”; look it up in the catalogue."


class DelegationExists(Conflict):
    """The item is delegated to this centre already."""

    code = "DELEGATION_EXISTS"
    zh = "该事项已授权给该中心，如需变更请先撤销原授权。"
    en = "The item is delegated to this centre already; revoke that delegation first."


class EntrustedAgain(Conflict):
    """What was entrusted to this centre cannot be entrusted on (行政许可法 art. 24)."""

    code = "ENTRUSTED_AGAIN"
    zh = "受委托的事项不得再委托(行政许可法第二十四条)。"
    en = "What was entrusted cannot be entrusted again (Licensing Law, art. 24)."


class DelegationRevoked(Conflict):
    """The delegation has ended; nothing about it changes any more."""

    code = "DELEGATION_REVOKED"
    zh = "该授权已撤销，不能再变更。"
    en = "The delegation was revoked and cannot be changed."


class DefaultRuleOn(Conflict):
    """An item has one default rule of a kind at a time."""

    code = "DEFAULT_RULE_ON"
    zh = "该事项已开启“{kind}”，请先关闭再重新设置。"
    en = "“{kind}” is on for this item already; switch it off first."


class NoDefaultRule(Conflict):
    """There is nothing to switch off."""

    code = "NO_DEFAULT_RULE"
    zh = "该事项没有开启“{kind}”，请刷新页面。"
    en = "“{kind}” is not on for this item; reload the page."
