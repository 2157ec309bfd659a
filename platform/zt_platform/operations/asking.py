"""Which streams a page's address asks for, and its links."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

from zt_interop.queue.models import Channel
from zt_interop.stream_pages import StreamFilter, StreamOrder, StreamWish
from zt_tenants.models import Centre

LONGEST_TEXT = 40
LONGEST_MARK = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of an address; what it does not know is left out."""

    only: str = ""
    channel: str = ""
    order: str = ""
    text: str = ""
    after: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        """Read them."""
        given = request.GET
        return cls(
            only=_one_of(given.get("only", ""), StreamFilter.values),
            channel=_one_of(given.get("channel", ""), Channel.values),
            order=_one_of(given.get("order", ""), StreamOrder.values),
            text=given.get("q", "").strip()[:LONGEST_TEXT],
            after=given.get("after", "")[:LONGEST_MARK],
        )

    def wish(
        self, find: Callable[[str], Collection[str]], *, codes: Collection[str] | None = None, source: str = ""
    ) -> StreamWish:
        """The streams meant; ``find`` gives the codes of the centres that a text means."""
        return StreamWish(
            codes=codes,
            source_code=source,
            only=self.only,
            channel=self.channel,
            text=find(self.text) if self.text else None,
            order=self.order or StreamOrder.TROUBLE,
            after=self.after,
        )

    def url(self, **changes: str) -> str:
        """The address with some of it changed."""
        now = {"only": self.only, "channel": self.channel, "order": self.order, "q": self.text, **changes}
        return f"?{urlencode({name: value for name, value in now.items() if value})}"


def matches(centre: Centre, text: str) -> bool:
    """Whether a text means a centre: the start of its code, or a part of its name."""
    return centre.code.startswith(text) or text.lower() in centre.name.lower()


def _one_of(text: str, known: Collection[str]) -> str:
    return text if text in known else ""
