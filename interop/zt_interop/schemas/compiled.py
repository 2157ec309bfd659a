"""JSON Schemas turned into Python functions that say yes quickly.

A message is checked at both ends, and almost every one is valid. What is compiled here answers that common case in some
microseconds: each schema becomes one Python expression, so that nothing is looked up or called that the schema does not
ask for. When it says no, :mod:`jsonschema` decides and finds the words. A keyword this module does not know makes the
schema uncompiled, never laxer. ``tests/interop/test_compiled_schemas.py`` holds the two against each other.

Only the schemas of this package are compiled. Nothing of them gets into an expression but the names of members, as Python
writes a text; all else is reached by names of our own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

Check = Callable[[Any], bool]
Schema = Mapping[str, Any]

_ANNOTATIONS: Final = frozenset({"$schema", "$id", "title", "description", "$defs"})
_WITH_OTHERS: Final = frozenset({"type", "then", "else", "minLength", "maxLength"})
"""Keywords that are read together with another one."""
_TYPES: Final = {
    "object": "isinstance({0}, dict)",
    "array": "isinstance({0}, list)",
    "string": "isinstance({0}, str)",
    # 1.0 is an integer to JSON Schema; the protocol's JSON has no such form, so none comes here from a message.
    "integer": "(type({0}) is int or (isinstance({0}, float) and {0}.is_integer()))",
    "boolean": "isinstance({0}, bool)",
    "null": "{0} is None",
}
_NUMBER: Final = "(isinstance({0}, (int, float)) and not isinstance({0}, bool))"
_ABSENT: Final = object()


class Uncompiled(Exception):
    """The schema uses a keyword, type or reference that is not known here."""


def compiled(schema: Schema, definitions: Mapping[str, Schema]) -> Check:
    """A function that is true only for valid values; ``definitions`` are the shared parts by their full reference.

    Raises:
        Uncompiled: the schema must be left to jsonschema.
    """
    return _Compiler(definitions).function(schema)


class _Compiler:
    """Compiles one schema; shared parts are compiled once and called."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions
        self._parts: dict[str, str] = {}
        self._names: dict[str, Any] = {"_absent": _ABSENT, "_all_different": _all_different}

    def function(self, schema: Schema) -> Check:
        """The function of a schema."""
        check: Check = eval(f"lambda value: {self._valid(schema, 'value')}", self._names)  # noqa: S307 - our own text
        return check

    def _named(self, thing: Any) -> str:
        name = f"_{len(self._names)}"
        self._names[name] = thing
        return name

    def _valid(self, schema: Schema, value: str) -> str:
        """The expression that is true when what the variable ``value`` holds is valid."""
        kind = schema.get("type")
        parts = [self._type(kind, value)] if "type" in schema else []
        if schema.keys() & {"minLength", "maxLength"}:
            parts.append(self._only("string", kind, value, self._length(schema, value)))
        for keyword, wanted in schema.items():
            if keyword in _ANNOTATIONS or keyword in _WITH_OTHERS:
                continue
            make = getattr(self, f"_{keyword.removeprefix('$')}", None)
            if make is None:
                raise Uncompiled(keyword)
            applies_to = _APPLIES_TO.get(keyword)
            expression = make(wanted, schema, value)
            parts.append(self._only(applies_to, kind, value, expression) if applies_to else expression)
        parts = [part for part in parts if part != "True"]
        return f"({' and '.join(parts)})" if parts else "True"

    def _only(self, applies_to: str, kind: Any, value: str, expression: str) -> str:
        """A keyword says nothing about values of other types than its own."""
        if kind == applies_to or (applies_to == "number" and kind == "integer") or expression == "True":
            return expression
        test = _NUMBER if applies_to == "number" else _TYPES[applies_to]
        return f"(not {test.format(value)} or {expression})"

    def _type(self, kinds: Any, value: str) -> str:
        try:
            tests = [_TYPES[kind].format(value) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
        except KeyError as unknown:
            raise Uncompiled(str(unknown)) from unknown
        return tests[0] if len(tests) == 1 else f"({' or '.join(tests)})"

    def _ref(self, reference: str, _schema: Schema, value: str) -> str:
        if reference not in self._definitions:
            raise Uncompiled(reference)
        definition = self._definitions[reference]
        if "properties" not in definition:  # small enough to stand where it is meant
            return self._valid(definition, value)
        if reference not in self._parts:
            self._parts[reference] = self._named(None)  # known before it is made: a part may hold itself
            self._names[self._parts[reference]] = self.function(definition)
        return f"{self._parts[reference]}({value})"

    def _required(self, names: list[str], _schema: Schema, value: str) -> str:
        return f"{self._named(frozenset(names))} <= {value}.keys()" if names else "True"

    def _properties(self, members: Mapping[str, Schema], _schema: Schema, value: str) -> str:
        parts = []
        for name, member in members.items():
            held = self._named(None)
            valid = self._valid(member, held)
            if valid != "True":
                parts.append(f"(({held} := {value}.get({name!r}, _absent)) is _absent or {valid})")
        return f"({' and '.join(parts)})" if parts else "True"

    def _additionalProperties(self, allowed: Any, schema: Schema, value: str) -> str:  # noqa: N802 - named for the keyword
        if allowed is True:
            return "True"
        if allowed is not False:
            raise Uncompiled("additionalProperties")
        return f"{value}.keys() <= {self._named(frozenset(schema.get('properties', ())))}"

    def _items(self, item: Schema, _schema: Schema, value: str) -> str:
        return f"all(map({self._named(self.function(item))}, {value}))"

    def _minItems(self, least: int, _schema: Schema, value: str) -> str:  # noqa: N802
        return f"len({value}) >= {int(least)}"

    def _maxItems(self, most: int, _schema: Schema, value: str) -> str:  # noqa: N802
        return f"len({value}) <= {int(most)}"

    def _uniqueItems(self, unique: bool, _schema: Schema, value: str) -> str:  # noqa: N802
        return f"_all_different({value})" if unique else "True"

    def _length(self, schema: Schema, value: str) -> str:
        return f"{int(schema.get('minLength', 0))} <= len({value}) <= {int(schema.get('maxLength', sys.maxsize))}"

    def _minimum(self, least: int, _schema: Schema, value: str) -> str:
        return f"{value} >= {self._named(least)}"

    def _maximum(self, most: int, _schema: Schema, value: str) -> str:
        return f"{value} <= {self._named(most)}"

    def _pattern(self, pattern: str, _schema: Schema, value: str) -> str:
        search = re.compile(exact_pattern(pattern), re.ASCII).search
        return f"{self._named(search)}({value}) is not None"

    def _enum(self, values: list[Any], _schema: Schema, value: str) -> str:
        if not all(one is None or isinstance(one, str) for one in values):
            raise Uncompiled("enum")
        return f"(({value} is None or isinstance({value}, str)) and {value} in {self._named(frozenset(values))})"

    def _const(self, constant: Any, schema: Schema, value: str) -> str:
        return self._enum([constant], schema, value)

    def _anyOf(self, schemas: list[Schema], _schema: Schema, value: str) -> str:  # noqa: N802
        return f"({' or '.join(self._valid(schema, value) for schema in schemas)})"

    def _allOf(self, schemas: list[Schema], _schema: Schema, value: str) -> str:  # noqa: N802
        return f"({' and '.join(self._valid(schema, value) for schema in schemas)})"

    def _not(self, schema: Schema, _schema: Schema, value: str) -> str:
        return f"(not {self._valid(schema, value)})"

    def _if(self, condition: Schema, schema: Schema, value: str) -> str:
        then, otherwise = (self._valid(schema.get(name, {}), value) for name in ("then", "else"))
        return f"({then} if {self._valid(condition, value)} else {otherwise})"


_APPLIES_TO: Final = {
    "required": "object",
    "properties": "object",
    "additionalProperties": "object",
    "items": "array",
    "minItems": "array",
    "maxItems": "array",
    "uniqueItems": "array",
    "pattern": "string",
    "minimum": "number",
    "maximum": "number",
}


def _all_different(values: list[Any]) -> bool:
    # What is not text is left to jsonschema, which knows that 1 and 1.0 are the same.
    return all(isinstance(entry, str) for entry in values) and len(set(values)) == len(values)


def exact_pattern(pattern: str) -> str:
    """A JSON Schema pattern (ECMA-262) for Python's ``re``: there ``$`` is the very end, without a line feed before."""
    return re.sub(r"\$$", r"\\Z", pattern)
