"""What can be wrong with a log, a bundle or the wish for one."""

from __future__ import annotations

from zt_tenants.errors import DomainError, NotFound


class ForkedLog(DomainError):
    """A head does not continue the one before: entries were changed, or a backup was restored."""

    code = "FORKED_LOG"
    zh = "中心“{centre}”的报文日志与此前见证的不衔接，请双方核对后再处理。"
    en = "The message log of “{centre}” does not continue what was witnessed before; compare it before going on."


class NotTheWitness(DomainError):
    """The head of a log came to a centre, or was receipted by one, that is not its witness."""

    code = "NOT_THE_WITNESS"
    zh = "“{centre}”的报文日志不由“{witness}”见证：各中心由省级见证，省级由其各市见证。"
    en = "“{witness}” is no witness of the log of “{centre}”: the province is, and its cities are the province's."


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
