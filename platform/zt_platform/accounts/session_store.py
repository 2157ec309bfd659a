"""Sessions in the cache, as Django keeps them, but a cache that does not answer is no sign-out.

Django's store takes a failing cache for an empty one: whoever clicks in that moment counts as a stranger and loses the
cookie, too. Here the failure comes through; it is told as an outage, and afterwards the person is still signed in.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import cache
from django.core.cache import caches


class SessionStore(cache.SessionStore):
    """Named by the setting ``SESSION_ENGINE``."""

    def load(self) -> dict[str, Any]:
        """The session's data; empty, and without a key, when it has ended.

        Raises:
            redis.exceptions.ConnectionError, TimeoutError: the cache is away.
        """
        kept: dict[str, Any] | None = caches[settings.SESSION_CACHE_ALIAS].get(self.cache_key)
        if kept is None:
            self._session_key = None
            return {}
        return kept
