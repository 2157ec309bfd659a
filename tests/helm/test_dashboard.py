"""The dashboard asks for figures that exist and shows all of them; the chart hands it to Grafana as it is."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any

import pytest
from figures import asked_for, families, known_samples
from rendered_chart import CHART, VALUES, named

BOARD: dict[str, Any] = json.loads((CHART / "dashboard.json").read_text("utf-8"))
PANELS: list[dict[str, Any]] = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
QUERIES = [(panel["title"], target) for panel in PANELS for target in panel["targets"]]


@pytest.mark.parametrize(("title", "target"), QUERIES, ids=[f"{title} {each['refId']}" for title, each in QUERIES])
def test_a_query_names_only_figures_and_labels_that_exist(title, target) -> None:
    known, (names, labels) = known_samples(), asked_for(target["expr"])
    assert len(names) == 1, "one query, one figure"
    assert names <= known.keys()
    given = {label for name in names for label in known[name]}
    assert labels <= given
    assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= labels
    assert target["expr"].count("(") == target["expr"].count(")")


def test_counters_are_shown_as_rates_and_what_all_processes_tell_alike_is_not_added_up() -> None:
    for _, target in QUERIES:
        expression = target["expr"]
        [name] = asked_for(expression)[0]
        if name.endswith(("_total", "_bucket", "_count")):
            assert f"rate({name}" in expression
        elif not name.startswith("zhengtong_pool_"):
            assert re.match(r"(max|min)( by \(\w+\))? ?\(", expression), expression


def test_every_figure_of_the_code_is_shown() -> None:
    shown = {name for _, target in QUERIES for name in asked_for(target["expr"])[0]}
    bare = {re.sub(r"_(total|bucket|count|sum)$", "", name) if name not in families() else name for name in shown}
    assert bare == families()


def test_panels_are_told_apart_and_do_not_lie_on_each_other() -> None:
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(set(ids)) == len(ids)
    places = [panel["gridPos"] for panel in BOARD["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)


def test_titles_are_chinese_first_with_english() -> None:
    assert all(re.fullmatch(r"[^·]*[一-鿿][^·]* · [ -~]+", panel["title"]) for panel in BOARD["panels"])


def test_the_reader_chooses_the_data_source() -> None:
    [variable] = BOARD["templating"]["list"]
    assert (variable["type"], variable["query"]) == ("datasource", "prometheus")
    for panel in PANELS:
        sources = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
        assert {source["uid"] for source in sources} == {"${datasource}"}


def test_the_chart_hands_it_over_as_it_is(render) -> None:
    made = named(render(VALUES["full"]), "ConfigMap", "province-zhengtong-dashboard")
    assert json.loads(made["data"]["zhengtong.json"]) == BOARD
    assert made["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert made["metadata"]["annotations"] == VALUES["full"]["metrics"]["dashboard"]["annotations"]


def test_it_is_off_unless_asked_for(default_objects) -> None:
    names = [each["metadata"]["name"] for each in default_objects]
    assert "province-zhengtong" in names
    assert "province-zhengtong-dashboard" not in names
