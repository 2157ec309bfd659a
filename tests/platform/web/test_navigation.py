"""The header's links: each door once, whoever reads."""

from __future__ import annotations

import pytest

from zt_platform.web.navigation import main_links


@pytest.mark.parametrize("path", ["/", "/supervision/", "/supervision/cases/"])
@pytest.mark.parametrize("supervisor", [True, False])
def test_each_door_once(path: str, supervisor: bool) -> None:
    labels = [link.label for link in main_links(path, None, None, supervisor=supervisor)]
    assert len(labels) == len(set(labels))
    assert ("电子监察" in labels) is (supervisor or path.startswith("/supervision/"))
