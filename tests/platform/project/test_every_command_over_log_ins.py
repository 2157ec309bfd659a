"""Every command of ``zhengtong`` over real log-ins: what a role may not reach shows here, and not at an operator's desk.

What the commands change is tested in files of their own; here each is run once as it is run in production, where every
centre is a log-in of its own and the command line is the owner.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Final
from uuid import uuid4

import click
import pytest
from click.testing import CliRunner, Result
from django.db import DatabaseError

from zt_interop import signed
from zt_interop.keys.commands import ensure_keys
from zt_interop.keys.models import KeyUsage, PublicKey
from zt_platform.cases.testing import MONDAY, OWN, make_town, relay_all
from zt_platform.project.cli import zhengtong
from zt_storage import objects
from zt_tenants import clock
from zt_tenants.archive.copies import drop_schema
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre, Level
from zt_tenants.provisioning import provision_centre

pytestmark = pytest.mark.req("A-01")

PROCESSES: Final = {
    "up": "serves until it is stopped: the browser tests and both sites of the federation run it",
    "demo": "serves until it is stopped",
    "simulate": "plays on a running site",
    "simulate-year": "brings a database of its own and refuses any other",
    "signer": "serves until it is stopped: tests/interop/test_key_holder.py",
    "department demo": "serves until it is stopped, without the platform's database",
    "federation join": "the other site's part: tests/federation",
    "federation accept": "needs what the other site answered: tests/federation",
    "federation complete": "the other site's part: tests/federation",
    "federation renew": "the other site's part: tests/federation",
}
"""Commands that are not an act on this database alone, and why."""

SCENES: Final[dict[str, list[tuple[str, ...]]]] = {
    "reading": [
        ("province load", "340000", "--dry-run"),
        ("keys list",),
        ("migrate", "--status"),
        ("database prepare", "--password", "of-this-test"),
        ("timers", "--parked"),
        ("ledger check",),
        ("files check",),
        ("federation root-key",),
        ("federation check",),
        ("department pick-up",),
    ],
    "calendar": [
        ("calendar override", "2026-12-24", "--off", "--reason", "试"),
        ("calendar show", "2026"),
        ("calendar withdraw", "2026-12-24"),
        ("calendar declare", "2027", "--document", "试〔2026〕1号", "--off", "2027-01-01"),
        ("calendar recount",),
    ],
    "keys": [
        ("keys export", "--file", "{folder}/keys.json"),
        ("keys import", "{folder}/keys.json"),
        ("keys rotate", "--centre", "340123"),
        ("keys revoke", "{kid}", "--reason", "试", "--replace"),
        ("keys rewrap",),
        ("federation export-invitation", "340200", "--site", "https://wuhu.example", "--file", "{folder}/invitation"),
    ],
    "messages": [
        ("interop streams",),
        ("interop parked", "--centre", "340123"),
        ("interop refused", "--centre", "340123"),
        ("interop resume", "340000"),
        ("interop resend", "--centre", "340000", "--source", "340123", "--channel", "supervision"),
        ("proof export", "{number}", "--centre", "340123", "--out", "{folder}/case.zip"),
        ("proof verify", "{folder}/case.zip"),
    ],
    "archives": [
        ("centre export", "340123", "{folder}/county.zt"),
        ("centre import", "{folder}/county.zt", "--as-code", "990007"),
        ("centre remove-copy", "990007", "--yes"),
    ],
    "divisions": [
        ("centre rename", "340181", "--name", "新名政务服务中心"),
        ("centre recode", "340181", "340191"),
        ("centre merge", "340182", "340183"),
        ("centre split", "340183", "--successor", "340184", "--successor", "340185"),
        ("centre abolish", "340184", "--successor", "340185"),
    ],
}
"""What an operator types, in the order in which one follows from the other; each has to end well."""

REFUSED: Final[list[tuple[str, ...]]] = [
    ("interop replay", "--centre", "340123", "--by", "张", "4711"),
    ("interop repair", "--centre", "340123", "--by", "张", "--reason", "试", "--data", "{folder}/data.json", "{event}"),
    ("interop close", "--centre", "340123", "--by", "张", "--reason", "试", "{event}"),
    ("files put-back", "--centre", "340123", "{folder}/data.json"),
]
"""Acts on a message that stands or a file that is lost: there is none, and each has to look under a log-in to know."""


def leaves(group: click.Group, path: str = "") -> Iterator[str]:
    """Every command that does something, by its full name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, f"{path}{name} ")
        else:
            yield path + name


@pytest.fixture
def named(committed_world, tmp_path, settings) -> dict[str, object]:
    """A case on its way, a key, a folder: what the arguments speak of."""
    objects.ensure_bucket()
    with clock.at(MONDAY):
        town = make_town(committed_world.city, committed_world.county, committed_world.other_county)
        number = town.county.submitted(town.zhang, OWN).tracking_number
    relay_all()
    (tmp_path / "data.json").write_text(json.dumps({}))
    root = PublicKey.objects.get(usage=KeyUsage.ROOT)
    settings.INTEROP_ROOT_KEYS = [signed.encode(bytes(root.public_key)).decode()]  # what is imported hangs on it
    kid = PublicKey.objects.filter(centre_code="340100", usage=KeyUsage.MESSAGE).latest("created_at").kid
    return {"folder": tmp_path, "number": number, "kid": kid, "event": uuid4()}


@pytest.fixture
def run(named, monkeypatch) -> Callable[..., Result]:
    """Invoke a command as the console script does; the database's refusal is never an answer."""
    monkeypatch.setenv("ZT_HOME", str(named["folder"]))
    monkeypatch.setenv("ZT_ROLE", os.environ.get("ZT_ROLE", ""))

    def invoke(name: str, *arguments: str) -> Result:
        done = CliRunner().invoke(zhengtong, [*name.split(), *(each.format(**named) for each in arguments)])
        assert not isinstance(done.exception, DatabaseError), (name, done.exception)
        return done

    return invoke


@pytest.fixture
def counties(committed_world) -> Iterator[None]:
    """Five counties that may be renamed, recoded, merged and closed; gone afterwards."""
    made = [
        provision_centre(code=f"34018{n}", name=f"试{n}区政务服务中心", level=Level.COUNTY, parent=committed_world.city)
        for n in range(1, 6)
    ]
    ensure_keys(made)
    yield
    for centre in Centre.objects.filter(id__in=[one.id for one in made]):
        drop_schema(centre)
        Centre.objects.filter(id=centre.id).delete()


@pytest.mark.parametrize("scene", SCENES)
def test_each_command_ends_well(run, counties, scene: str) -> None:
    for name, *arguments in SCENES[scene]:
        done = run(name, *arguments)
        assert done.exit_code == 0, (name, done.output, done.exception)


@pytest.mark.parametrize("command", REFUSED, ids=lambda command: command[0])
def test_what_is_not_there_is_refused(run, command: tuple[str, ...]) -> None:
    done = run(*command)
    assert isinstance(done.exception, DomainError | SystemExit), (done.output, done.exception)
    assert done.exit_code == 1


def test_no_command_is_left_out() -> None:
    here = {command[0] for scene in SCENES.values() for command in scene} | {command[0] for command in REFUSED}
    assert here | set(PROCESSES) == set(leaves(zhengtong))
    assert not here & set(PROCESSES)
