"""What the command line prints: Chinese first, English second, on one line each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

WIDTH_OF_A_PIPE: Final = 240
"""Columns where the output is no terminal: a table read by a program must not cut a key id short."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_PIPE)
_err = Console(stderr=True, highlight=False)


def say(zh: str, en: str) -> None:
    """One line in both languages."""
    out.print(f"{zh} [dim]{en}[/dim]")


def fail(zh: str, en: str) -> None:
    """One line on standard error in both languages."""
    _err.print(f"[red]✗[/red] {zh} {en}", markup=True)


@contextmanager
def progress_bar(zh: str, en: str, *, total: int) -> Iterator[Progress]:
    """A progress bar with one task (id 0); plain when the output is not a terminal."""
    bar = Progress(
        TextColumn(f"{zh} [dim]{en}[/dim]"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[now]}[/dim]"),
        console=out,
    )
    with bar:
        bar.add_task("", total=total, now="")
        yield bar


@contextmanager
def counting(zh: str, en: str) -> Iterator[Callable[[str, int], None]]:
    """A progress bar that appears with the first thing done: call it with what was done and how many there are."""
    with ExitStack() as shown:
        bars: list[Progress] = []

        def progress(now: str, total: int) -> None:
            if not bars:
                bars.append(shown.enter_context(progress_bar(zh, en, total=total)))
            bars[0].update(bars[0].task_ids[0], advance=1, now=now)

        yield progress
