"""The JSON Schemas (draft 2020-12) of the envelope and of every message type, and checking against them.

One file a type, ``<type>.json``. Members that a later minor version adds are allowed and kept; a new major version is a
new type. ``envelope/`` holds the schemas of the wrapping itself, ``definitions.json`` what several types share.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from jsonschema import Draft202012Validator, ValidationError, validators
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from zt_interop.errors import MajorUnknown, SchemaInvalid, TypeUnknown
from zt_interop.schemas.compiled import Check, Uncompiled, compiled, exact_pattern

_TYPE: Final = re.compile(r"(?P<name>[a-z][a-z_]*(?:\.[a-z][a-z_]*)+)\.v(?P<major>[1-9][0-9]?)")
_MOST_DETAIL: Final = 200


def _load(path: str) -> Any:
    return json.loads(resources.files(__package__).joinpath(path).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def message_types() -> frozenset[str]:
    """Every message type the protocol knows, with its major version (``case.transferred.v1``)."""
    files = (entry.name for entry in resources.files(__package__).iterdir())
    return frozenset(name.removesuffix(".json") for name in files if _TYPE.fullmatch(name.removesuffix(".json")))


@lru_cache(maxsize=1)
def _registry() -> Registry[Any]:
    shared: Resource[Any] = Resource.from_contents(_load("definitions.json"), default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:zhengtong:schema:definitions", shared)
    return registry


def _pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Iterator[ValidationError]:
    # JSON Schema patterns are ECMA-262's: ``$`` is the very end (Python's lets a line feed pass), ``\d`` is 0 to 9.
    if isinstance(value, str) and not re.search(exact_pattern(pattern), value, re.ASCII):
        yield ValidationError(f"does not match {pattern}")


_Validator: Any = validators.extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


@lru_cache(maxsize=64)
def _problems(path: str) -> Callable[[Any], Any]:
    schema = _load(path)
    Draft202012Validator.check_schema(schema)
    problems: Callable[[Any], Any] = _Validator(schema, registry=_registry()).iter_errors
    return problems


@lru_cache(maxsize=64)
def _is_valid(path: str) -> Check:
    parts = _load("definitions.json")["$defs"]
    try:
        return compiled(_load(path), {f"urn:zhengtong:schema:definitions#/$defs/{name}": parts[name] for name in parts})
    except Uncompiled:
        return lambda _value: False  # jsonschema decides


def _problem(path: str, value: Any) -> str:
    return "" if _is_valid(path)(value) else _first(_problems(path)(value))


def problem_with(schema: dict[str, Any], value: Any) -> str:
    """What is wrong with a value by a schema that was registered, not shipped: place and rule, or ''.

    Schemas of other documents are not fetched: a reference that is not in the schema itself raises.
    """
    return checker_of(schema)(value)


def checker_of(schema: dict[str, Any]) -> Callable[[Any], str]:
    """:func:`problem_with` for many values of one schema."""
    validator = _Validator(schema, registry=Registry())
    return lambda value: _first(validator.iter_errors(value))


def check_schema(schema: dict[str, Any]) -> None:
    """Check that this is a JSON Schema (draft 2020-12). Raises jsonschema.SchemaError."""
    Draft202012Validator.check_schema(schema)


def _first(errors: Iterator[ValidationError]) -> str:
    error = best_match(errors)
    if error is None:
        return ""
    # The place and the rule, never the value: a refusal is read by people who may not see an applicant's data.
    place = "/".join(str(step) for step in error.absolute_path) or "."
    rule = error.message if error.validator == "required" else error.validator
    return f"{place}: {rule}"[:_MOST_DETAIL]


def envelope_problem(name: str, value: Any) -> str:
    """What is wrong with a wrapping (``event``, ``key``, ``delivery-manifest`` …): place and rule, or ''."""
    return _problem(f"envelope/{name}.json", value)


def check_type(type_: str) -> None:
    """Check that the message type is one of this protocol version.

    Raises:
        MajorUnknown: the type is known under another major version.
        TypeUnknown: it is not known at all.
    """
    if type_ in message_types():
        return
    parts = _TYPE.fullmatch(type_)
    if parts and any(known.startswith(f"{parts['name']}.v") for known in message_types()):
        raise MajorUnknown(type=type_)
    raise TypeUnknown(type=type_)


def check_data(type_: str, data: Any) -> None:
    """Check a message's payload.

    Raises:
        MajorUnknown: see :func:`check_type`.
        TypeUnknown: see :func:`check_type`.
        SchemaInvalid: the payload does not match; ``detail`` names the place and the rule broken.
    """
    check_type(type_)
    problem = _problem(f"{type_}.json", data)
    if problem:
        raise SchemaInvalid(type=type_, detail=problem)
