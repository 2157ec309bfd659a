"""Signatures, verifications, wraps and encryptions per second and suite, on one core. Run by ``make bench-suites``.

Ed25519 by ``cryptography`` stands beside pycryptodome for the comparison that docs/decisions/0017 rests on.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from zt_interop.suites import SUITE_NAMES, sealing_companion, sealing_suite, suite

MESSAGE = b"x" * 2048
ROUND_SECONDS = 0.5


def per_second(act: Callable[[], object]) -> float:
    """The best of three rounds."""
    best = 0.0
    for _ in range(3):
        done, started = 0, time.perf_counter()
        while time.perf_counter() - started < ROUND_SECONDS:
            act()
            done += 1
        best = max(best, done / (time.perf_counter() - started))
    return best


def show(name: str, what: str, act: Callable[[], object]) -> None:
    """One line."""
    print(f"{name:<24}{what:<22}{per_second(act):>12,.0f} /s")


def main() -> None:
    """Print the table."""
    for name in SUITE_NAMES:
        signing = suite(name)
        key = signing.generate()
        signature = signing.sign(key.private_key, MESSAGE)
        show(name, "generate", signing.generate)
        show(name, "sign 2 KiB", lambda s=signing, k=key: s.sign(k.private_key, MESSAGE))
        show(name, "verify 2 KiB", lambda s=signing, k=key, t=signature: s.verifies(k.public_key, MESSAGE, t))
        sealing = sealing_suite(sealing_companion(name))
        pair, content_key = sealing.generate(), bytes(sealing.content_key_bytes)
        wrapped = sealing.wrap(pair.public_key, content_key, context=b"event")
        content = sealing.encrypt(content_key, MESSAGE, associated=b"event")
        show(sealing.name, "wrap", lambda s=sealing, p=pair, c=content_key: s.wrap(p.public_key, c, context=b"event"))
        show(sealing.name, "unwrap", lambda s=sealing, p=pair, w=wrapped: s.unwrap(p.private_key, w, context=b"event"))
        show(sealing.name, "encrypt 2 KiB", lambda s=sealing, c=content_key: s.encrypt(c, MESSAGE, associated=b"event"))
        show(
            sealing.name,
            "decrypt 2 KiB",
            lambda s=sealing, c=content_key, t=content: s.decrypt(c, t, associated=b"event"),
        )
    fast = Ed25519PrivateKey.generate()
    seed, point = fast.private_bytes_raw(), fast.public_key().public_bytes_raw()
    signature = fast.sign(MESSAGE)
    show("Ed25519, cryptography", "sign 2 KiB", lambda: Ed25519PrivateKey.from_private_bytes(seed).sign(MESSAGE))
    show(
        "Ed25519, cryptography",
        "verify 2 KiB",
        lambda: Ed25519PublicKey.from_public_bytes(point).verify(signature, MESSAGE),
    )


if __name__ == "__main__":
    main()
