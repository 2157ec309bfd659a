"""What can be wrong with a log, a bundle or the wish for one."""

from __future__ import annotations

from zt_tenants.errors import DomainError, NotFound


class ForkedLog(DomainError):
    """A head does not continue the one before: entries were changed, or a backup was restored."""

    code = "FORKED_LOG"
    zh = "中心“{centre}”的报文日志与此前见证的不衔接，请双方核对后再处理。"
    en = "The message log of “{centre}” does not continue what was witnessed before; compare it before going on."


class BundleInvalid(DomainError):
    """The file is no proof bundle, or one that nobody made in good faith."""

    code = "BUNDLE_INVALID"
    zh = "文件不是有效的证明包：{detail_zh}。"
    en = "The file is not a proof bundle: {detail_en}."


class NothingLogged(NotFound):
    """No message about the subject lies in this centre's log."""

    code = "NOTHING_LOGGED"
    zh = "本中心的报文日志里没有“{subject}”的记录。"
    en = "The message log of this centre holds nothing about “{subject}”."
