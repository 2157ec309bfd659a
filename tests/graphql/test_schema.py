"""The committed schema, the permission of every root field, no package in the source root."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from graphql import GraphQLObjectType

import zt_graphql
from zt_graphql.management.commands import export_schema
from zt_graphql.permissions import Permission
from zt_graphql.schema import policies, schema, schema_text

ROOTS = list(policies.roots(schema))


def test_the_committed_schema_is_the_one_the_code_makes() -> None:
    assert export_schema.SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()
    call_command("export_schema", "--check", verbosity=0)


def test_a_different_schema_file_fails_the_check(tmp_path, monkeypatch) -> None:
    other = tmp_path / "schema.graphql"
    other.write_text("type Query { nothing: Int }", encoding="utf-8")
    monkeypatch.setattr(export_schema, "SCHEMA_FILE", other)
    with pytest.raises(CommandError, match="export_schema"):
        call_command("export_schema", "--check")


@pytest.mark.parametrize(("root", "name"), [(root, name) for root, name, _ in ROOTS])
def test_every_root_field_declares_its_permission(root, name) -> None:
    policy = policies.of(root, name)
    assert isinstance(policy.permission, Permission), f"{root}.{name} declares no permission"
    described = schema.graphql_schema.type_map[root].fields[name].description
    assert policy.permission.text in described


def test_every_type_says_what_it_is() -> None:
    for kind in schema.graphql_schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            assert kind.description, kind.name


def test_mutations_have_one_file_each() -> None:
    folder = Path(zt_graphql.__file__).parent / "mutations"
    files = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(files) == len(schema.graphql_schema.mutation_type.fields)


def test_the_source_root_is_no_package() -> None:
    assert not (Path(zt_graphql.__file__).parents[1] / "__init__.py").exists()
