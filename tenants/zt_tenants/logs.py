"""Log records carry the code of the current centre."""

from __future__ import annotations

import logging


class CentreFilter(logging.Filter):
    """Adds ``record.centre``: the current centre's code, or ``-``."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        from zt_tenants.context import current_centre_or_none  # models are not ready when logging is configured

        centre = current_centre_or_none()
        record.centre = centre.code if centre else "-"
        return True
