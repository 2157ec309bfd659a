"""Cryptographic suites by name, so that SM2/SM3 stands beside Ed25519 without a change of the protocol.

A signature suite is named in the header of every message (``suite``) beside JOSE's own ``alg``; both must agree with the
suite the key was registered for. Each has a companion that seals what only the receiver may read.
"""

from __future__ import annotations

from typing import Final

from zt_interop.errors import SuiteUnknown
from zt_interop.suites.base import KeyAlgorithm, KeyPair, SealedContent, SealingSuite, Suite
from zt_interop.suites.eddsa import EdDSASuite, X25519Sealing
from zt_interop.suites.sm2 import SM2Sealing, SM2Suite

__all__ = [
    "DEFAULT_SUITE",
    "SUITE_NAMES",
    "KeyPair",
    "SealedContent",
    "SealingSuite",
    "Suite",
    "key_algorithm",
    "sealing_companion",
    "sealing_suite",
    "suite",
]

_SUITES: Final[dict[str, Suite]] = {found.name: found for found in (EdDSASuite(), SM2Suite())}
_SEALING: Final[dict[str, SealingSuite]] = {found.name: found for found in (X25519Sealing(), SM2Sealing())}
_COMPANIONS: Final = {EdDSASuite.name: X25519Sealing.name, SM2Suite.name: SM2Sealing.name}
DEFAULT_SUITE: Final = EdDSASuite.name
SUITE_NAMES: Final = tuple(_SUITES)
"""The signature suites, by which a whole family is chosen."""


def suite(name: str) -> Suite:
    """The signature suite of this name.

    Raises:
        SuiteUnknown: there is none.
    """
    found = _SUITES.get(name)
    if found is None:
        raise SuiteUnknown(suite=name[:40])
    return found


def sealing_suite(name: str) -> SealingSuite:
    """The sealing suite of this name.

    Raises:
        SuiteUnknown: there is none.
    """
    found = _SEALING.get(name)
    if found is None:
        raise SuiteUnknown(suite=name[:40])
    return found


def sealing_companion(suite_name: str) -> str:
    """The sealing suite that goes with a signature suite.

    Raises:
        SuiteUnknown: there is no such signature suite.
    """
    return _COMPANIONS[suite(suite_name).name]


def key_algorithm(name: str) -> KeyAlgorithm:
    """The suite of either kind whose keys bear this name.

    Raises:
        SuiteUnknown: there is none.
    """
    return _SEALING[name] if name in _SEALING else suite(name)
