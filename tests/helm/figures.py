"""The figures that the code gives, and what a query of Prometheus asks for: alarms and dashboard are held against both."""

from __future__ import annotations

import re

from zt_platform.operations import measures
from zt_tenants.telemetry.instruments import REGISTRY


def known_samples() -> dict[str, set[str]]:
    """Every name that a query can ask for, with its labels."""
    found = {figure: set[str]() for figure in measures.NAMES}
    for family in REGISTRY.collect():
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(family.type, [""])
        (instrument,) = (each for each in REGISTRY._collector_to_names if each._name == family.name)
        for suffix in suffixes:
            found[family.name + suffix] = {*instrument._labelnames, *(["le"] if suffix == "_bucket" else [])}
    return found | {
        "zhengtong_part_readable": {"part"},
        "zhengtong_messages_waiting": {"channel"},
        "zhengtong_messages_oldest_seconds": {"channel"},
        "zhengtong_circuits": {"state"},
        "zhengtong_keys_ending": {"within_days"},
    }


def asked_for(expression: str) -> tuple[set[str], set[str]]:
    """The figures and the labels that an expression names."""
    labels = set(re.findall(r"(\w+)(?:=~?|!=|!~)\"", expression))
    labels |= {label for group in re.findall(r"by \(([^)]*)\)", expression) for label in re.split(r",\s*", group)}
    return set(re.findall(r"zhengtong_\w+", expression)), labels


def families() -> set[str]:
    """Every figure once, by the name of its family."""
    return set(measures.NAMES) | {family.name for family in REGISTRY.collect()}
