"""Errors of supervision orders."""

from __future__ import annotations

from zt_tenants.errors import DomainError, NotFound


class OrderNotFound(NotFound):
    """The current centre has no such order, or the reader may not see it."""

    code = "ORDER_NOT_FOUND"
    zh = "没有这份督办，请在督办清单里查找。"
    en = "There is no such supervision order; look in the list."


class OrderStandsElsewhere(DomainError):
    """The table has no such edge from where the order stands, or it is not this side's act."""

    code = "ORDER_STANDS_ELSEWHERE"
    zh = "督办现在是“{status}”，不能{act}，请刷新页面。"
    en = "The order is “{status}” now; “{act}” is not possible. Reload the page."


class OwnReply(DomainError):
    """Inside one centre the person who answered does not judge the answer."""

    code = "OWN_REPLY"
    zh = "回复是您本人提交的，请由另一位监察人员审核。"
    en = "You gave this answer yourself; another supervisor has to judge it."


class FindingNotHere(DomainError):
    """Findings are made where the unit is that answers: inside the centre, or where an order from above was received."""

    code = "FINDING_NOT_HERE"
    zh = "责任认定由承办单位所在的中心作出；已撤销的督办不再认定。"
    en = "Who answers is found by the centre of the unit concerned, and not about an order that was taken back."


class FindingAboutOneself(DomainError):
    """Nobody finds, or withdraws, what is about himself."""

    code = "FINDING_ABOUT_ONESELF"
    zh = "不能认定或者撤销与本人有关的责任，请由另一位管理人员办理。"
    en = "You cannot find, or withdraw, what concerns yourself; another administrator has to do it."


class NotBelow(DomainError):
    """A centre orders itself and what lies below it."""

    code = "NOT_BELOW"
    zh = "“{centre}”不在本中心的监察范围，请选择本级或下级中心。"
    en = "“{centre}” does not lie below this centre; choose this centre or one below it."


class OrderOfAnother(DomainError):
    """A message about an order comes from a centre that has no part in it."""

    code = "ORDER_OF_ANOTHER"
    zh = "中心{source}与督办{order}无关，报文已搁置。"
    en = "Centre {source} has no part in order {order}; the message is parked."
