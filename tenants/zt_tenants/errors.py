"""Errors of the domain: a code for machines, two sentences for people, the field and the way out.

Every edge (page, GraphQL, command line, message) maps these in one place; nothing below an edge formats
an answer. Subclasses set ``code``, ``zh`` and ``en``; the sentences are ``str.format`` templates over ``data``
and say what to do next.
"""

from __future__ import annotations

from typing import Any, ClassVar

from zt_tenants.language import in_chinese


class DomainError(Exception):
    """Something the caller asked for cannot be done, and why.

    ``DomainError(field="phone", length=10)`` stores ``data == {"length": 10}`` and ``field == "phone"``; ``zh`` and
    ``en`` given as keywords replace the class's sentences.
    """

    code: ClassVar[str] = "DOMAIN_ERROR"
    transient: ClassVar[bool] = False
    """True when the same call may succeed later (a server that is down): messages are then retried, not parked."""
    zh: str = "操作无法完成。"
    en: str = "This cannot be done."

    def __init__(self, *, field: str | None = None, zh: str | None = None, en: str | None = None, **data: Any) -> None:
        self.field = field
        self.data = data
        if zh is not None:
            self.zh = zh
        if en is not None:
            self.en = en
        super().__init__(f"{self.code}: {self.en_text}")

    @property
    def zh_text(self) -> str:
        """The Chinese sentence with its data filled in."""
        return self.zh.format(**self.data)

    @property
    def en_text(self) -> str:
        """The English sentence with its data filled in."""
        return self.en.format(**self.data)

    def text(self) -> str:
        """The sentence in the active language (Chinese unless English was chosen)."""
        return self.zh_text if in_chinese() else self.en_text


class InvalidInput(DomainError):
    """A value a person or a system sent cannot be used; ``field`` names it."""

    code = "INVALID_INPUT"
    zh = "填写内容有误，请检查后重新提交。"
    en = "The input is not valid; check it and send it again."


class NotPermitted(DomainError):
    """The actor has no right to do this here."""

    code = "NOT_PERMITTED"
    zh = "您没有此项操作的权限，请联系本中心管理员。"
    en = "You are not permitted to do this here; ask the administrator of this centre."


class NotFound(DomainError):
    """The thing asked for does not exist, or not for this actor: the two are never told apart."""

    code = "NOT_FOUND"
    zh = "没有找到您要的内容，请核对后再试。"
    en = "Not found; check what you asked for and try again."


class Conflict(DomainError):
    """Somebody else changed the thing meanwhile, or its state forbids the act."""

    code = "CONFLICT"
    zh = "内容已被他人更新，请刷新后再操作。"
    en = "This was changed meanwhile; reload and try again."


class UnknownCentre(NotFound):
    """No open centre has this code or id."""

    code = "UNKNOWN_CENTRE"
    zh = "没有代码为“{centre}”的政务服务中心，请在首页重新选择。"
    en = "There is no centre “{centre}”; choose one on the home page."


class NoCentre(DomainError):
    """A tenant's data was asked for outside any centre."""

    code = "NO_CENTRE"
    zh = "请先进入一个政务服务中心再进行此操作。"
    en = "Enter a centre first."


class CentreSwitchInTransaction(DomainError):
    """A transaction belongs to one centre; another was entered before it ended. This is a bug in the caller."""

    code = "CENTRE_SWITCH_IN_TRANSACTION"
    zh = "同一事务内不能切换中心(从“{inside}”到“{wanted}”)。"
    en = "One transaction cannot span two centres (inside “{inside}”, wanted “{wanted}”)."


class OwnerNeeded(DomainError):
    """Centres are made and changed by the command line, as the database's owner; this process is not. A bug."""

    code = "OWNER_NEEDED"
    zh = "此操作只能由系统管理员在命令行执行。"
    en = "Only the operator's command line may do this."
