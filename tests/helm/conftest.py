"""The chart, rendered by Helm itself (as a library: no cluster, no network)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from helm_python import Chart
from rendered_chart import CHART, VALUES, Objects


@pytest.fixture(scope="session")
def chart() -> Iterator[Chart]:
    with Chart.load(CHART) as loaded:
        yield loaded


@pytest.fixture(scope="session")
def render(chart: Chart) -> Callable[[dict[str, Any]], Objects]:
    def rendered(values: dict[str, Any]) -> Objects:
        files = chart.render(values, name="province", namespace="zhengtong", is_install=True)
        texts = (text for path, text in files.items() if path.endswith(".yaml"))
        return [found for text in texts for found in yaml.safe_load_all(text) if found]

    return rendered


@pytest.fixture(params=VALUES)
def objects(request: pytest.FixtureRequest, render: Callable[[dict[str, Any]], Objects]) -> Objects:
    """The rendered objects of the default values, of a set that uses every value, and with all that is optional off."""
    return render(VALUES[request.param])


@pytest.fixture
def default_objects(render: Callable[[dict[str, Any]], Objects]) -> Objects:
    return render({})
