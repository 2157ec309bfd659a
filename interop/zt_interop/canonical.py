"""Canonical JSON (RFC 8785) over the subset the protocol allows (I-JSON, RFC 7493, without fractions).

Numbers are integers of at most 53 bits; amounts and ratios travel as decimal strings. That leaves one byte form for
every value, so a digest means the same to every implementation.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from zt_interop.errors import Malformed, TooDeep

MAX_DEPTH: Final = 32
MAX_INTEGER: Final = 2**53 - 1
_MAX_INTEGER_DIGITS: Final = len(str(MAX_INTEGER)) + 1


def canonical_bytes(value: Any) -> bytes:
    """The one byte form of a JSON value: members sorted by UTF-16 code units, no white space, UTF-8.

    Raises:
        Malformed: a float, an integer over 53 bits, a lone surrogate, a NUL, a key that is no text, another type.
        TooDeep: nested deeper than :data:`MAX_DEPTH`.
    """
    if _is_plain(value, 0):
        data = plain_bytes(_sorted_text(value))
        if data is not None:
            return data
    return json.dumps(_ordered(value, 0), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def plain_bytes(text: str) -> bytes | None:
    """The bytes of JSON text that is canonical (sorted, without white space) unless it holds something odd: then None."""
    try:
        data = text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return None
    return None if _is_odd(data) else data


_FOUR_BYTES: Final = bytes(range(0xF0, 0xF8))
"""How UTF-8 begins the characters beyond the basic plane, whose order differs in UTF-16."""


def _is_odd(data: bytes) -> bool:
    """Whether UTF-8 JSON holds what the short way leaves to the long one: NUL, characters beyond the basic plane."""
    return b"\\u0000" in data or (not data.isascii() and len(data.translate(None, _FOUR_BYTES)) != len(data))


_sorted_text: Final = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True, check_circular=False
).encode


def _is_plain(value: Any, depth: int) -> bool:
    """Whether the encoder written in C gives the canonical form: the types are JSON's own, no float, not too deep."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-MAX_INTEGER <= value <= MAX_INTEGER)
    if depth >= MAX_DEPTH or (kind is not dict and kind is not list):
        return False
    if kind is dict:
        for name in value:
            if type(name) is not str:
                return False
        value = value.values()
    for item in value:  # noqa: SIM110 - a loop: this runs for every value of every message
        if type(item) is not str and not _is_plain(item, depth + 1):
            return False
    return True


def _ordered(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise Malformed(detail="an integer over 53 bits")
        return value
    if depth >= MAX_DEPTH:
        raise TooDeep(limit=MAX_DEPTH)
    if isinstance(value, list | tuple):
        return [_ordered(item, depth + 1) for item in value]
    if isinstance(value, dict):
        names = sorted((_name(name) for name in value), key=lambda name: name.encode("utf-16-be"))
        return {name: _ordered(value[name], depth + 1) for name in names}
    raise Malformed(detail=f"a value of type {type(value).__name__}")


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise Malformed(detail="a member name that is no text")
    return _text(name)


def _text(text: str) -> str:
    # PostgreSQL stores no NUL: better refused at the door than failing inside a transaction.
    if "\0" in text:
        raise Malformed(detail="a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError as lone:
        raise Malformed(detail="a lone surrogate") from lone
    return str(text)


def refuse_dense(data: bytes, *, most: int) -> None:
    """Refuse JSON of more than ``most`` values before it is read: an empty list of three bytes takes eighty in memory.

    Commas and opening brackets are counted, also those in texts, so it is refused rather too early than too late.

    Raises:
        Malformed: it may hold more.
    """
    if data.count(b",") + data.count(b"[") + data.count(b"{") > most:
        raise Malformed(detail=f"more than {most} values")


def parse_strict(data: bytes) -> Any:
    """Read JSON bytes, refusing whatever two readers could understand differently.

    Raises:
        Malformed: not UTF-8, not JSON, a member twice, a fraction, NaN, an integer over 53 bits, a NUL, half a
            surrogate pair.
        TooDeep: nested deeper than :data:`MAX_DEPTH`.
    """
    value = _parse_plain(data)
    if value is not _NOT_PLAIN:
        return value
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_members,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=_fraction,
        )
    except RecursionError as deep:
        raise TooDeep(limit=MAX_DEPTH) from deep
    except ValueError as broken:
        raise Malformed(detail="not valid UTF-8 JSON") from broken
    return _ordered(value, 0)


_NOT_PLAIN: Final = object()


def _parse_plain(data: bytes) -> Any:
    """Read bytes that are already canonical, as almost all are; ``_NOT_PLAIN`` leaves the judgement to the long way.

    Writing the value again gives the same bytes only if no member occurred twice and nothing was out of order.
    """
    try:
        text = data.decode("utf-8")
        if _is_odd(data):
            return _NOT_PLAIN
        value = json.loads(text)
        return value if _is_plain(value, 0) and _sorted_text(value) == text else _NOT_PLAIN
    except (RecursionError, ValueError):
        return _NOT_PLAIN


def parse_items(text: str, start: int, *, depth: int) -> tuple[list[Any], list[bytes], int] | None:
    """Read the items of an array in a text, each with its canonical bytes, which are the text itself.

    ``start`` is behind the opening bracket, ``depth`` how deep the items lie.

    Returns:
        Items, bytes, and where the array's closing bracket is; None unless all of it is canonical and plain:
        :func:`parse_strict` is to judge then.
    """
    values: list[Any] = []
    leaves: list[bytes] = []
    try:
        while True:
            value, end = _read_value(text, start)
            piece = text[start:end]
            leaf = plain_bytes(piece)
            # As many levels as there are opening brackets, at most; the reader has refused all numbers but our own.
            shallow = depth + piece.count("{") + piece.count("[") <= MAX_DEPTH
            if leaf is None or not (shallow or _is_plain(value, depth)) or _sorted_text(value) != piece:
                return None
            values.append(value)
            leaves.append(leaf)
            if text[end : end + 1] != ",":
                return (values, leaves, end) if text[end : end + 1] == "]" else None
            start = end + 1
    except (RecursionError, ValueError):
        return None


def _plain_integer(digits: str) -> int:
    value = int(digits)
    if abs(value) > MAX_INTEGER:
        raise ValueError(digits)
    return value


def _not_plain(number: str) -> Any:
    raise ValueError(number)


_read_value: Final = json.JSONDecoder(
    parse_int=_plain_integer, parse_float=_not_plain, parse_constant=_not_plain
).raw_decode


def parse_canonical(data: bytes) -> tuple[Any, bool]:
    """Read JSON bytes strictly; also tell whether they are in canonical form."""
    value = parse_strict(data)
    return value, canonical_bytes(value) == data


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed(detail="a member occurs twice")
    return members


def _integer(digits: str) -> int:
    if len(digits) > _MAX_INTEGER_DIGITS:
        raise Malformed(detail="an integer over 53 bits")
    return int(digits)


def _fraction(text: str) -> Any:
    raise Malformed(detail="a fraction or a number that is not finite")


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 lower-case hexadecimal digits: the protocol's digest."""
    return hashlib.sha256(data).hexdigest()
