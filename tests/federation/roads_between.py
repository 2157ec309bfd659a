"""The way between two joined sites and its faults: a cable between network namespaces, or, where none can be made, the two
wires at which TLS ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from network import LOWER, UPPER, Network
from sites import Site
from wire import Wire, make_authority

PARTITIONS = ("both ways", "upper unheard", "lower unheard")


class Cable:
    """Two hosts in namespaces of their own: packets are lost, connections that stand included."""

    name = "network namespaces"

    def __init__(self, network: Network) -> None:
        self._network = network

    def part(self, how: str) -> None:
        """Begin a partition."""
        if how == "both ways":
            self._network.cut()
        else:
            self._network.silence(how.split()[0])

    def heal(self, how: str) -> None:
        """End it."""
        if how == "both ways":
            self._network.plug_in()
        else:
            self._network.unsilence(how.split()[0])


class Wires:
    """Requests are lost where they would arrive."""

    name = "the wires"

    def __init__(self, upper: Site, lower: Site) -> None:
        assert upper.wire
        assert lower.wire
        self._upper, self._lower = upper.wire, lower.wire

    def part(self, how: str) -> None:
        """Begin a partition."""
        self._upper.cut_off = how != "upper unheard"
        self._lower.cut_off = how != "lower unheard"

    def heal(self, how: str) -> None:
        """End it."""
        del how
        self._upper.cut_off = self._lower.cut_off = False


@contextmanager
def two_hosts(folder: Path) -> Iterator[tuple[Site, Site, Cable | Wires]]:
    """Two sites that are not started yet, and the way between them."""
    authority = make_authority(folder, UPPER, LOWER)
    certificate = folder / "site.pem"
    if not Network.can_be_made():
        upper, lower = Site("province", Wire(certificate), authority), Site("county", Wire(certificate), authority)
        yield upper, lower, Wires(upper, lower)
        return
    network = Network()
    try:
        sites = []
        for host, address, name in (("upper", UPPER, "province"), ("lower", LOWER, "county")):
            wire = network.make_on(host, lambda address=address: Wire(certificate, address))
            site = Site(name, wire, authority)
            site.inside = network.enter(host)
            sites.append(site)
        yield sites[0], sites[1], Cable(network)
    finally:
        network.remove()
