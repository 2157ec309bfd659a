"""JSON Schemas turned into Python functions that say yes quickly.

A message is checked at both ends, and almost every one is valid. What is compiled here answers that common case in some
microseconds; when it says no, :mod:`jsonschema` decides and finds the words. A keyword this module does not know makes
the schema uncompiled, never laxer. ``tests/interop/test_compiled_schemas.py`` holds the two against each other.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

Check = Callable[[Any], bool]
Schema = Mapping[str, Any]

_ANNOTATIONS: Final = frozenset({"$schema", "$id", "title", "description", "$defs"})
_OF_A_STRING: Final = frozenset({"type", "minLength", "maxLength", "pattern"})
_TYPES: Final[dict[str, Check]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    # 1.0 is an integer to JSON Schema; the protocol's JSON has no such form, so none comes here from a message.
    "integer": lambda value: type(value) is int or (isinstance(value, float) and value.is_integer()),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


class Uncompiled(Exception):
    """The schema uses a keyword, type or reference that is not known here."""


def compiled(schema: Schema, definitions: Mapping[str, Schema]) -> Check:
    """A function that is true only for valid values; ``definitions`` are the shared parts by their full reference.

    Raises:
        Uncompiled: the schema must be left to jsonschema.
    """
    return _Compiler(definitions).compile(schema)


class _Compiler:
    """Compiles one schema; shared parts are compiled once."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions
        self._parts: dict[str, Check] = {}

    def compile(self, schema: Schema) -> Check:
        if schema.get("type") == "string" and not schema.keys() - _ANNOTATIONS - _OF_A_STRING:
            return self._string(schema)
        checks: list[Check] = []
        for keyword, value in schema.items():
            if keyword in _ANNOTATIONS or keyword in ("then", "else", "additionalProperties"):
                continue
            make = getattr(self, f"_{keyword.removeprefix('$')}", None)
            if make is None:
                raise Uncompiled(keyword)
            checks.append(make(value, schema) if keyword == "if" else make(value))
        if "additionalProperties" in schema:
            checks.append(self._closed(schema))
        return _all(checks)

    def _string(self, schema: Schema) -> Check:
        """All that is asked of a text in one function; texts are most of what messages hold."""
        least, most = schema.get("minLength", 0), schema.get("maxLength", sys.maxsize)
        if "pattern" not in schema:
            return lambda value: isinstance(value, str) and least <= len(value) <= most
        search = re.compile(exact_pattern(schema["pattern"]), re.ASCII).search
        return lambda value: isinstance(value, str) and least <= len(value) <= most and search(value) is not None

    def _ref(self, reference: str) -> Check:
        if reference not in self._parts:
            if reference not in self._definitions:
                raise Uncompiled(reference)
            self._parts[reference] = self.compile(self._definitions[reference])
        return self._parts[reference]

    def _type(self, names: str | list[str]) -> Check:
        try:
            kinds = [_TYPES[name] for name in ([names] if isinstance(names, str) else names)]
        except KeyError as unknown:
            raise Uncompiled(str(unknown)) from unknown
        return kinds[0] if len(kinds) == 1 else lambda value: any(kind(value) for kind in kinds)

    def _required(self, names: list[str]) -> Check:
        wanted = frozenset(names)
        return lambda value: not isinstance(value, dict) or wanted <= value.keys()

    def _properties(self, members: Mapping[str, Schema]) -> Check:
        checks = [(name, self.compile(member)) for name, member in members.items()]

        def check(value: Any) -> bool:
            if not isinstance(value, dict):
                return True
            for name, member in checks:  # noqa: SIM110 - a generator would cost more than the checks
                if name in value and not member(value[name]):
                    return False
            return True

        return check

    def _closed(self, schema: Schema) -> Check:
        if schema["additionalProperties"] is True:
            return lambda _value: True
        if schema["additionalProperties"] is not False:
            raise Uncompiled("additionalProperties")
        known = frozenset(schema.get("properties", ()))
        return lambda value: not isinstance(value, dict) or value.keys() <= known

    def _items(self, schema: Schema) -> Check:
        item = self.compile(schema)
        return lambda value: not isinstance(value, list) or all(item(entry) for entry in value)

    def _minItems(self, least: int) -> Check:  # noqa: N802 - named for the keyword
        return lambda value: not isinstance(value, list) or len(value) >= least

    def _maxItems(self, most: int) -> Check:  # noqa: N802
        return lambda value: not isinstance(value, list) or len(value) <= most

    def _uniqueItems(self, unique: bool) -> Check:  # noqa: N802
        def check(value: Any) -> bool:
            if not unique or not isinstance(value, list):
                return True
            # What is not text is left to jsonschema, which knows that 1 and 1.0 are the same.
            return all(isinstance(entry, str) for entry in value) and len(set(value)) == len(value)

        return check

    def _minLength(self, least: int) -> Check:  # noqa: N802
        return lambda value: not isinstance(value, str) or len(value) >= least

    def _maxLength(self, most: int) -> Check:  # noqa: N802
        return lambda value: not isinstance(value, str) or len(value) <= most

    def _minimum(self, least: int) -> Check:
        return lambda value: not _is_number(value) or value >= least

    def _maximum(self, most: int) -> Check:
        return lambda value: not _is_number(value) or value <= most

    def _pattern(self, pattern: str) -> Check:
        search = re.compile(exact_pattern(pattern), re.ASCII).search
        return lambda value: not isinstance(value, str) or search(value) is not None

    def _enum(self, values: list[Any]) -> Check:
        if not all(value is None or isinstance(value, str) for value in values):
            raise Uncompiled("enum")
        return lambda value: (value is None or isinstance(value, str)) and value in values

    def _const(self, constant: Any) -> Check:
        return self._enum([constant])

    def _anyOf(self, schemas: list[Schema]) -> Check:  # noqa: N802
        checks = [self.compile(schema) for schema in schemas]
        if len(checks) == 2:
            first, second = checks
            return lambda value: first(value) or second(value)
        return lambda value: any(check(value) for check in checks)

    def _allOf(self, schemas: list[Schema]) -> Check:  # noqa: N802
        return _all([self.compile(schema) for schema in schemas])

    def _not(self, schema: Schema) -> Check:
        check = self.compile(schema)
        return lambda value: not check(value)

    def _if(self, condition: Schema, schema: Schema) -> Check:
        test = self.compile(condition)
        then, otherwise = self.compile(schema.get("then", {})), self.compile(schema.get("else", {}))
        return lambda value: then(value) if test(value) else otherwise(value)


def _all(checks: list[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]

    def check_all(value: Any) -> bool:
        for check in checks:  # noqa: SIM110 - a generator would cost more than the checks
            if not check(value):
                return False
        return True

    return check_all


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def exact_pattern(pattern: str) -> str:
    """A JSON Schema pattern (ECMA-262) for Python's ``re``: there ``$`` is the very end, without a line feed before."""
    return re.sub(r"\$$", r"\\Z", pattern)
