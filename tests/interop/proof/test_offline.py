"""Verification needs no database, no settings, no network: a fresh process with none of them says the same."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from zt_interop.proof.bundle import read_bundle
from zt_interop.proof.errors import BundleInvalid

pytestmark = pytest.mark.req("Y-06", "R-11")
GOLDEN = Path(__file__).with_name("golden-proof.zip")
ROOT = "340000:"
PROGRAM = """
import socket, sys
from zt_interop.proof.bundle import read_bundle
from zt_interop.proof.verify import verify
def refuse(*_, **__): raise AssertionError("the network was touched")
socket.socket = refuse
report = verify(read_bundle(open(sys.argv[1], "rb").read()))
assert "django.db" not in sys.modules and "zt_platform" not in sys.modules
print(report.holds, len(report.links), report.roots[0][:7])
"""


def test_a_fresh_process_agrees() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(GOLDEN)], capture_output=True, text=True, check=True, env={"PATH": ""}
    )

    holds, links, root = done.stdout.split()
    assert (holds, root) == ("True", ROOT)
    assert int(links) > 10


def test_the_golden_bundle_stays_readable() -> None:
    """Made once; whoever has one from today can have it checked for ever."""
    proof = read_bundle(GOLDEN.read_bytes()).proof

    assert (proof["format"], proof["version"]) == ("zt-proof", 1)


def _zip(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return target.getvalue()


HOSTILE = {
    "no zip": b"nothing of the kind",
    "empty": b"",
    "no proof": _zip(README_dot_txt=b""),
    "a path that leads out": _zip(proof_dot_json=b"{}", _dot__dot___etc__passwd=b"x"),
    "a file without digest": _zip(proof_dot_json=b"{}", files__passwd=b"x"),
    "not JSON": _zip(proof_dot_json=b"PK"),
    "another format": _zip(proof_dot_json=b'{"format":"other","version":1}'),
    "another version": _zip(proof_dot_json=b'{"format":"zt-proof","version":2}'),
    "not canonical": _zip(proof_dot_json=b'{"version":1,"format":"zt-proof"}'),
    "a list": _zip(proof_dot_json=b"[]"),
    "nested": _zip(proof_dot_json=b"[" * 5000 + b"]" * 5000),
    "a bomb": _zip(proof_dot_json=b" " * (65 * 1024 * 1024)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_words(name: str) -> None:
    with pytest.raises(BundleInvalid) as refused:
        read_bundle(HOSTILE[name])
    assert refused.value.zh_text.startswith("文件不是有效的证明包")


def test_a_truncated_bundle_is_refused() -> None:
    content = GOLDEN.read_bytes()
    for length in range(0, len(content), max(1, len(content) // 40)):
        with pytest.raises(BundleInvalid):
            read_bundle(content[:length])
