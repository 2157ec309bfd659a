"""A simulated year played by several processes over one database: the pairs of centres are dealt out among them.

They are started anew, not forked: each has connections, clock and calendar of its own, and they meet at every tick
(:mod:`.in_step`). What they have done they tell by a queue; who is interrupted or loses one of them ends the others.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, MutableSequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

from zt_tenants.errors import DomainError

if TYPE_CHECKING:
    from zt_platform.project.simulation.in_step import InStep, Share
    from zt_platform.project.simulation.stage import Stage
    from zt_platform.project.simulation.year import Played, Year

_LOOK_EVERY = 1.0
"""Seconds after which it is asked whether all processes still live."""
_SECONDS_TO_END = 10
Progress = Callable[["Progressed"], None]


class ShareLost(DomainError):
    """One of the processes that play a year has ended before its time."""

    code = "SHARE_LOST"
    zh = "演示进程 {place} 意外退出：\n{why}"
    en = "Process {place} of the year ended before its time:\n{why}"


@dataclass(frozen=True, slots=True)
class Script:
    """What is played: the same for every process."""

    seed: int
    password: str
    first: date
    last: date
    cases: int
    day_off: date
    """A working day that the province declares off..."""
    known_on: date
    """...on this day."""

    def stage(self) -> Stage:
        """The stage with all pairs of centres that are here."""
        from zt_platform.project.simulation.stage import Stage, pairs_of_the_catalogue
        from zt_tenants import clock
        from zt_tenants.models import Centre, Level

        cities = Centre.objects.open().here().filter(level=Level.CITY).order_by("code").values_list("code", flat=True)
        with clock.at(self.eve):
            return Stage(seed=self.seed, password=self.password, pairs=pairs_of_the_catalogue(cities))

    @property
    def eve(self) -> datetime:
        """When centres, keys, staff and catalogue of the year are made: the last day of the year before."""
        from zt_tenants import clock

        return datetime(self.first.year - 1, 12, 31, 10, tzinfo=clock.CHINA)

    def year(self, stage: Stage, share: Share, in_step: InStep) -> Year:
        """One share of the year."""
        from zt_platform.project.simulation.year import Year

        year = Year(stage, first=self.first, last=self.last, cases=self.cases, share=share, in_step=in_step)
        year.declare_a_day_off(known_on=self.known_on, day=self.day_off)
        return year


@dataclass(slots=True)
class Progressed:
    """How far the year is: the day, and what all processes have begun, ended and done."""

    day: date
    seconds: float = 0.0
    begun: int = 0
    over: int = 0
    acts: int = 0


@dataclass(frozen=True, slots=True)
class _Told:
    """What a process says of itself once a day; ``played`` comes with the last word, ``failed`` instead of it."""

    place: int
    day: date | None = None
    begun: int = 0
    over: int = 0
    acts: int = 0
    played: Played | None = None
    failed: str = ""


def play_year(script: Script, *, jobs: int, progress: Progress = lambda how_far: None) -> Played:
    """Play a whole year by ``jobs`` processes (at most one for each pair); what all of them played.

    Raises:
        ShareLost: one of them failed; KeyboardInterrupt: all of them have ended.
    """
    from zt_platform.project.simulation.in_step import WHOLE, Alone

    jobs = max(1, min(jobs, len(script.stage().pairs)))
    board = _Board(script.first, progress)
    if jobs == 1:
        year = script.year(script.stage(), WHOLE, Alone())
        year.play(_daily(0, year, board.take))
        return year.played
    with _processes(script, jobs) as (running, said):
        return _listen(running, said, board)


@dataclass(slots=True)
class _Board:
    """The last word of each process."""

    day: date
    progress: Progress
    began: float = field(default_factory=time.monotonic)
    last: dict[int, _Told] = field(default_factory=dict)

    def take(self, told: _Told) -> None:
        """Note it, and tell how far all of them are."""
        self.last[told.place] = told
        self.day = max(self.day, told.day or self.day)
        words = self.last.values()
        self.progress(
            Progressed(
                self.day,
                time.monotonic() - self.began,
                sum(word.begun for word in words),
                sum(word.over for word in words),
                sum(word.acts for word in words),
            )
        )


def _daily(place: int, year: Year, say: Callable[[_Told], None]) -> Callable[[date], None]:
    """Say once a day how far a share is; the doorbells of the day, which nobody hears, are thrown away."""
    from zt_platform.project.celery import app

    said: list[date] = []

    def progress(day: date) -> None:
        if said[-1:] != [day]:
            said[:] = [day]
            if place == 0:
                app.control.purge()
            say(_Told(place, day, year.played.begun, year.played.over, year.played.acts))

    return progress


@contextmanager
def _processes(script: Script, jobs: int) -> Iterator[tuple[list[BaseProcess], Any]]:
    """The processes, running, and the queue by which they tell; at the end of the block none of them is left."""
    spawn = multiprocessing.get_context("spawn")
    barrier, flags, said = spawn.Barrier(jobs), spawn.Array("b", 2 * jobs, lock=False), spawn.Queue()
    running: list[BaseProcess] = [
        spawn.Process(target=_play_share, args=(script, place, jobs, barrier, flags, said), daemon=True)
        for place in range(jobs)
    ]
    try:
        for process in running:
            process.start()
        yield running, said
    finally:
        for process in running:
            if process.is_alive():
                process.terminate()
        for process in running:
            process.join(_SECONDS_TO_END)
            if process.is_alive():
                process.kill()


def _listen(running: list[BaseProcess], said: Any, board: _Board) -> Played:
    from zt_platform.project.simulation.year import Played

    ended: dict[int, Played] = {}
    while len(ended) < len(running):
        try:
            told: _Told = said.get(timeout=_LOOK_EVERY)
        except queue.Empty:
            _look_after(running, ended)
            continue
        if told.failed:
            raise ShareLost(place=told.place, why=told.failed)
        if told.played is not None:
            ended[told.place] = told.played
        else:
            board.take(told)
    return sum(ended.values(), Played())


def _look_after(running: list[BaseProcess], ended: dict[int, Played]) -> None:
    """Raises ShareLost when one has ended without a last word."""
    for place, process in enumerate(running):
        if place not in ended and process.exitcode not in (None, 0):
            raise ShareLost(place=place, why=f"exit code {process.exitcode}")


def _play_share(script: Script, place: int, jobs: int, barrier: Any, flags: MutableSequence[int], said: Any) -> None:
    """What one of the processes does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of them; who started them ends them
    from zt_platform.project.cli.runtime import set_up_django

    try:
        set_up_django()
        from zt_platform.project.simulation.in_step import Share, Together

        share = Share(place, jobs)
        year = script.year(script.stage(), share, Together(share, barrier, flags))
        year.play(_daily(place, year, said.put))
        said.put(_Told(place, played=year.played))
    except threading.BrokenBarrierError:
        pass  # another one failed, and says why
    except BaseException:
        said.put(_Told(place, failed=traceback.format_exc()))
        barrier.abort()
        raise SystemExit(1) from None


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
