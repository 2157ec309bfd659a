"""What can be wrong with a notice."""

from __future__ import annotations

from zt_tenants.errors import Conflict, InvalidInput, NotFound


class NoticeNotFound(NotFound):
    """There is no such notice, or it is another centre's or another person's."""

    code = "NOTICE_NOT_FOUND"
    zh = "没有找到这条通知。"
    en = "There is no such notice."


class NoticeIncomplete(InvalidInput):
    """A fact that the sentences name is missing: a bug in the caller."""

    code = "NOTICE_INCOMPLETE"
    zh = "通知“{event}”缺少内容“{missing}”。"
    en = "The notice {event} lacks {missing}."


class NothingToRepeat(Conflict):
    """The text message was sent, is waiting, or was not wanted."""

    code = "NOTICE_NOTHING_TO_REPEAT"
    zh = "这条短信没有失败，不需要重发。"
    en = "This text message has not failed; there is nothing to send again."
