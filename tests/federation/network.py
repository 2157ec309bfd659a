"""A network of two hosts: two network namespaces and a cable, which can be cut or be deaf in one direction."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from leftovers import token

UPPER, LOWER = "10.231.77.1", "10.231.77.2"
_NEW_NETWORK = 0x40000000
Made = TypeVar("Made")


def _ip(*arguments: str, fails: bool = False) -> bool:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    assert fails or done.returncode == 0, f"ip {arguments}: {done.stderr}"
    return done.returncode == 0


class Network:
    """Two hosts, ``upper`` and ``lower``; needs the right to make namespaces."""

    def __init__(self) -> None:
        self._names = {host: f"zt-{host}-{token()}" for host in ("upper", "lower")}
        for name in self._names.values():
            _ip("netns", "add", name)
        first, second = self._names.values()
        _ip("link", "add", "cable", "netns", first, "type", "veth", "peer", "name", "cable", "netns", second)
        for name, address in ((first, UPPER), (second, LOWER)):
            _ip("-n", name, "addr", "add", f"{address}/30", "dev", "cable")
            _ip("-n", name, "link", "set", "lo", "up")
            _ip("-n", name, "link", "set", "cable", "up")

    @staticmethod
    def can_be_made() -> bool:
        """Whether this machine lets us make namespaces and has the programs for it."""
        if not all(map(shutil.which, ("ip", "tc", "nsenter"))):
            return False
        name = f"zt-try-{token()}"
        made = _ip("netns", "add", name, fails=True)
        return made and _ip("netns", "del", name)

    def enter(self, host: str) -> list[str]:
        """What a command is preceded by to run on a host."""
        return ["nsenter", f"--net=/run/netns/{self._names[host]}"]

    def make_on(self, host: str, make: Callable[[], Made]) -> Made:
        """Make something on a host, in a thread that lives there with all threads it starts."""
        made: list[Made] = []

        def move_and_make() -> None:
            with Path(f"/run/netns/{self._names[host]}").open() as namespace:
                assert ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), _NEW_NETWORK) == 0
            made.append(make())

        mover = threading.Thread(target=move_and_make)
        mover.start()
        mover.join()
        return made[0]

    def cut(self) -> None:
        """Pull the cable out."""
        _ip("-n", self._names["upper"], "link", "set", "cable", "down")

    def plug_in(self) -> None:
        """Put it back."""
        _ip("-n", self._names["upper"], "link", "set", "cable", "up")

    def silence(self, host: str) -> None:
        """What a host sends is lost on the way; it goes on hearing the other one."""
        self._queue(host, "add", "pfifo", "limit", "0")

    def unsilence(self, host: str) -> None:
        """It is heard again."""
        self._queue(host, "del")

    def _queue(self, host: str, act: str, *kind: str) -> None:
        command = [*self.enter(host), "tc", "qdisc", act, "dev", "cable", "root", *kind]
        subprocess.run(command, capture_output=True, check=True)

    def remove(self) -> None:
        """Take both hosts away."""
        for name in self._names.values():
            _ip("netns", "del", name, fails=True)
