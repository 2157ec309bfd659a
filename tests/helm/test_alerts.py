"""Each alarm speaks of figures that exist and is explained; what the chart makes of them is what the operator takes."""

from __future__ import annotations

import re
from typing import Any

import click
import pytest
import yaml
from figures import asked_for, known_samples
from rendered_chart import CHART, OPERATOR_API, VALUES, named

from zt_platform.operations import measures
from zt_platform.project.cli import zhengtong
from zt_tenants.errors import DomainError

RULES: list[dict[str, str]] = yaml.safe_load((CHART / "alerts.yaml").read_text("utf-8"))["rules"]
RUNBOOK = (CHART.parents[1] / "docs" / "alerts.md").read_text("utf-8")


def _expressions(text: str) -> list[str]:
    return [one for one in re.findall(r"`([^`]*zhengtong_[^`]*)`", text) if "(" in one]


def test_the_labels_that_this_test_believes_are_those_of_the_figures(world) -> None:
    given = {figure.name: set(figure.labels) for figure in measures._read() if figure.labels}
    assert given == {name: known_samples()[name] for name in given}


@pytest.mark.parametrize("expression", [rule["expr"] for rule in RULES] + _expressions(RUNBOOK))
def test_an_expression_names_only_figures_and_labels_that_exist(expression) -> None:
    known, (names, labels) = known_samples(), asked_for(expression)
    assert names
    assert names <= known.keys()
    assert labels <= {label for name in names for label in known[name]}
    assert expression.count("(") == expression.count(")")


def test_each_alarm_is_explained_with_three_steps_and_nothing_else_is() -> None:
    sections = re.split(r"^## ", RUNBOOK, flags=re.MULTILINE)[1:]
    explained = {each.splitlines()[0]: each for each in sections}
    assert list(explained) == [rule["alert"] for rule in RULES]
    for rule in RULES:
        section = explained[rule["alert"]]
        assert f"*{rule['severity']}*, after {rule['for']} of `{rule['expr']}`." in section
        assert re.findall(r"^(\d)\. \S", section, flags=re.MULTILINE) == ["1", "2", "3"], rule["alert"]


def test_alarms_that_the_runbook_refers_to_exist() -> None:
    assert set(re.findall(r"Zhengtong[A-Z]\w+", RUNBOOK)) == {rule["alert"] for rule in RULES}


def _all_codes(kind: type[DomainError]) -> set[str]:
    return {kind.code} | {code for each in kind.__subclasses__() for code in _all_codes(each)}


def test_codes_that_the_runbook_names_are_codes_of_ours() -> None:
    named_codes = {
        word for word in re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", RUNBOOK) if not word.startswith(("ZT_", "S3_"))
    }
    assert {"NO_HANDLER", "KEY_UNKNOWN"} <= named_codes
    settings = {"INTEROP_ROOT_KEYS", "CELERY_BROKER_URL"}
    assert named_codes - settings <= _all_codes(DomainError)


def test_commands_that_the_runbook_names_exist() -> None:
    lines = re.findall(r"`zhengtong ([^`]*)`", RUNBOOK)
    assert len(lines) > 8
    for line in lines:
        command: Any = zhengtong
        for word in line.split():
            if word.startswith("--"):
                assert word in {option for each in command.params for option in each.opts}, line
            elif isinstance(command, click.Group):
                assert word in command.commands, line
                command = command.commands[word]


def test_rules_and_monitors_are_off_unless_asked_for(default_objects) -> None:
    assert not [each for each in default_objects if each["apiVersion"] == OPERATOR_API]


def test_the_operator_gets_every_alarm_with_its_runbook(render) -> None:
    made = named(render(VALUES["full"]), "PrometheusRule", "province-zhengtong")
    assert made["metadata"]["labels"]["release"] == "prometheus"
    (group,) = made["spec"]["groups"]
    assert [rule["alert"] for rule in group["rules"]] == [rule["alert"] for rule in RULES]
    for rule, source in zip(group["rules"], RULES, strict=True):
        assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
        assert (rule["expr"], rule["for"]) == (source["expr"], source["for"])
        assert rule["labels"] == {"severity": source["severity"]}
        address = f"https://zwfw.example/alerts.md#{source['alert'].lower()}"
        assert rule["annotations"] == {"summary": source["summary"], "runbook_url": address}


def test_monitors_ask_the_right_port_with_the_token(render) -> None:
    objects = render(VALUES["full"])
    for component, port in (("web", "http"), ("worker", "metrics")):
        spec = named(objects, "PodMonitor", f"province-zhengtong-{component}")["spec"]
        (endpoint,) = spec["podMetricsEndpoints"]
        assert endpoint == {
            "port": port,
            "path": "/metrics/",
            "interval": "15s",
            "authorization": {"credentials": {"name": "keys-of-the-province", "key": "ZT_METRICS_TOKEN"}},
        }
        (pod,) = (
            each
            for each in objects
            if each["metadata"]["name"] == f"province-zhengtong-{component}" and each["kind"] == "Deployment"
        )
        ports = pod["spec"]["template"]["spec"]["containers"][0]["ports"]
        assert port in {each["name"] for each in ports}


def test_only_the_collector_reaches_a_worker(render) -> None:
    policy = named(render(VALUES["full"]), "NetworkPolicy", "province-zhengtong-worker")["spec"]
    (rule,) = policy["ingress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": "metrics"}]
    assert rule["from"] == VALUES["full"]["metrics"]["from"]
