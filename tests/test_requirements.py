"""The catalogue of requirements and the ids that tests name."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def report_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "requirements_report", Path(__file__).with_name("requirements_report.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_catalogue_is_whole(report_module) -> None:
    requirements = report_module.catalogue()
    assert len(requirements) == 317
    assert all(requirement.title and requirement.kinds for requirement in requirements.values())
    kinds = {kind for requirement in requirements.values() for kind in requirement.kinds}
    assert kinds == {"software", "record", "indicator", "organisational", "doubtful"}


def test_every_id_a_test_names_is_in_the_catalogue(report_module) -> None:
    assert set(report_module.places_by_requirement()) <= set(report_module.catalogue())


def test_marks_are_found_wherever_they_stand(report_module) -> None:
    source = """
import pytest
pytestmark = pytest.mark.req("A-01")
@pytest.mark.req("E-05", "E-11")
@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.req("C-04"))])
def test_x(x): ...
def req(name): ...
req("Z-99")
"""
    assert sorted(name for name, _ in report_module.marked_in(source)) == ["A-01", "C-04", "E-05", "E-11"]


def test_the_report_names_what_is_tested_and_what_is_not(report_module) -> None:
    requirement = report_module.Requirement
    requirements = {
        "A-01": requirement("A-01", frozenset({"software"}), "Tested"),
        "A-02": requirement("A-02", frozenset({"software"}), "Open"),
        "A-33": requirement("A-33", frozenset({"organisational"}), "Nobody's"),
    }
    lines = report_module.report(requirements, {"A-01": ["tests/a.py:1", "tests/b.py:2"]})
    assert any("A-01" in line and "tests/a.py:1 (+1)" in line for line in lines)
    assert "  A-02  Open" in lines
    assert not any("A-33" in line for line in lines)
    assert lines[-1].startswith("1 of 2 software entries")
