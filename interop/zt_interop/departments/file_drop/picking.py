"""Picking deliveries up: each is taken whole and once, whatever kills the process in between, or quarantined.

One delivery goes this way; every step may be repeated after a crash:

1. its manifest is read where it lies and verified; while a file it lists is missing or short, the delivery waits;
2. ``working/<id>/`` is made and the manifest renamed into it: from here on the delivery is ours;
3. the data files are renamed into it, so that nobody changes what we read;
4. size, digest and every record are checked; then one transaction writes all records and the row of the delivery, whose
   id makes a second time nothing new;
5. the data files are deleted, the manifest is kept in ``done/``.
"""

from __future__ import annotations

import fcntl
import logging
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import connection, transaction

from zt_interop.canonical import sha256_hex
from zt_interop.departments.adapters import record_index
from zt_interop.departments.exchange import Key
from zt_interop.departments.file_drop.folders import MANIFEST, Folders, put_away
from zt_interop.departments.file_drop.formats import MOST_FILE_BYTES, MOST_RECORDS, records_of
from zt_interop.departments.file_drop.manifest import MOST_BYTES, SUFFIX, DataFile, Manifest, read_manifest
from zt_interop.departments.file_drop.problems import MOST_PROBLEMS, Problem, Unreadable
from zt_interop.departments.file_drop.writing import sync_folder
from zt_interop.departments.models import Adapter, DataService, DeliveredRecord, Delivery, DeliveryState
from zt_interop.errors import MessageRefused
from zt_interop.schemas import checker_of
from zt_tenants.clock import now
from zt_tenants.faults import crash_point

logger = logging.getLogger(__name__)
_T = TypeVar("_T")
_Step = Callable[[DataService, Folders, Path], str]
FAILED: Final = "FAILED"
GRACE: Final = timedelta(hours=1)
"""How long the files of a manifest may still be missing."""
_CHUNK: Final = 1000


def pick_up_all() -> dict[str, int]:
    """Pick up what lies in the folders of all services; how many deliveries there were, by outcome.

    A service whose folder cannot be used holds up no other one.
    """
    counts: Counter[str] = Counter()
    for service in DataService.objects.filter(adapter=Adapter.FILE_DROP, active=True):
        counts.update(_guarded(service.code, partial(pick_up, service), failed=[FAILED]))
    return dict(counts)


def _guarded(what: str, act: Callable[[], _T], *, failed: _T) -> _T:
    """What comes of it, or ``failed``, with a line in the log, when something happened that nobody foresaw."""
    try:
        return act()
    except Exception:
        logger.exception("%a cannot be picked up now; it is tried again", what)
        return failed


def pick_up(service: DataService) -> list[str]:
    """Pick up one service's deliveries, those first that a crash left half way; the outcome of each.

    ``APPLIED``, ``DUPLICATE``, ``QUARANTINED``, ``WAITING`` or ``FAILED`` (which holds up no other delivery). Empty when
    another process is at it.
    """
    folders = Folders.of(service)
    with _alone(folders.root) as alone:
        if not alone:
            return []
        steps: list[tuple[Path, _Step]] = [(left, _resume) for left in _left(folders)]
        steps += [(manifest, _begin) for manifest in sorted(folders.incoming.glob(f"[!.]*{SUFFIX}"))]
        found = [_guarded(path.name, partial(step, service, folders, path), failed=FAILED) for path, step in steps]
        return [outcome for outcome in found if outcome]


def _left(folders: Folders) -> list[Path]:
    """What a crash left half way."""
    return sorted(path for path in folders.working.iterdir() if path.is_dir())


@contextmanager
def _alone(root: Path) -> Iterator[bool]:
    with (root / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True  # closing the file frees the lock, as does the end of the process


def _begin(service: DataService, folders: Folders, path: Path) -> str:
    """Claim a delivery whose files are all there."""
    name = path.name.removesuffix(SUFFIX)
    try:
        wire = _bytes_of(path, MOST_BYTES)
        manifest = _manifest(service, wire, name)
        known = Delivery.objects.filter(id=manifest.id, state=DeliveryState.APPLIED).exists()
        missing = None if known else _missing(manifest, folders.incoming)
    except Unreadable as unreadable:
        return _quarantine_loose(folders, path, name, unreadable.problem)
    if missing and now().timestamp() - path.lstat().st_mtime < GRACE.total_seconds():
        return "WAITING"
    if missing:
        return _quarantine_loose(folders, path, name, missing)
    work = folders.working / name
    work.mkdir(exist_ok=True)
    path.rename(work / MANIFEST)
    sync_folder(work)
    crash_point("drop_after_claim")
    return _resume(service, folders, work)


def _resume(service: DataService, folders: Folders, work: Path) -> str:
    """Take a claimed delivery to its end."""
    if not (work / MANIFEST).exists():
        return _finish_without_manifest(folders, work)
    wire, manifest = b"", None
    try:
        wire = _bytes_of(work / MANIFEST, MOST_BYTES)
        manifest = _manifest(service, wire, work.name)
        for file in manifest.files:
            if (folders.incoming / file.name).exists() and not (work / file.name).exists():
                (folders.incoming / file.name).rename(work / file.name)
                crash_point("drop_after_first_file")
        known = Delivery.objects.filter(id=manifest.id).first()
        if known and known.state == DeliveryState.APPLIED:
            return _known_already(folders, work, known, wire)
        found, problems = _records(service, manifest, work)
    except Unreadable as unreadable:
        found, problems = [], [unreadable.problem]
    if manifest is None or problems:
        _note_quarantine(service, manifest, wire, problems)
        put_away(folders.quarantine, work, keep_data=True, report=problems)
        return "QUARANTINED"
    _apply(service, manifest, wire, found)
    crash_point("drop_after_commit")
    put_away(folders.done, work)
    return "APPLIED"


def _finish_without_manifest(folders: Folders, work: Path) -> str:
    """A folder whose delivery was put away, or never claimed, or that was being quarantined when the process died."""
    if any(work.iterdir()):
        problem = Problem("处理中断，投递未入库，请重新投递。", "Picking up was interrupted; deliver it again.")
        put_away(folders.quarantine, work, keep_data=True, report=[problem])
        return "QUARANTINED"
    work.rmdir()
    return ""


def _known_already(folders: Folders, work: Path, known: Delivery, wire: bytes) -> str:
    if known.manifest_sha256 != sha256_hex(wire):
        problem = Problem("清单编号已被另一投递使用，请换新编号。", "The manifest_id was used by another delivery.")
        put_away(folders.quarantine, work, keep_data=True, report=[problem])
        return "QUARANTINED"
    Delivery.objects.filter(id=known.id).update(times=known.times + 1)
    put_away(folders.done, work)
    return "DUPLICATE"


def _bytes_of(path: Path, most: int) -> bytes:
    """A regular file's bytes, never through a symbolic link, never more than ``most``."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as wrong:
        raise Unreadable(Problem("文件无法读取。", "The file cannot be read.", path.name)) from wrong
    if not stat.S_ISREG(os.fstat(handle).st_mode):  # looked at before it is wrapped, which a folder does not bear
        os.close(handle)
        raise Unreadable(Problem("不是普通文件。", "Not a regular file.", path.name))
    with os.fdopen(handle, "rb") as source:
        data = source.read(most + 1)
    if len(data) > most:
        zh = f"文件超过{most}字节，请分成几个文件。"
        raise Unreadable(Problem(zh, f"Larger than {most} bytes; split it.", path.name))
    return data


def _manifest(service: DataService, wire: bytes, name: str) -> Manifest:
    key = Key(service.key_id, service.suite, bytes(service.public_key))
    try:
        manifest = read_manifest(wire.strip(), key=key, service=service.code, now=now())
        if name.split("~")[0] != str(manifest.id):
            raise Unreadable(Problem("文件名应是清单编号。", "The file must be named by its manifest_id.", name))
    except MessageRefused as refused:
        raise Unreadable(Problem(refused.zh_text, f"{refused.code}: {refused.en_text}", name + SUFFIX)) from refused
    for file in manifest.files:
        if file.size > MOST_FILE_BYTES:
            zh = f"文件超过{MOST_FILE_BYTES}字节，请分成几个文件。"
            raise Unreadable(Problem(zh, f"Larger than {MOST_FILE_BYTES} bytes; split it.", file.name))
    return manifest


def _missing(manifest: Manifest, incoming: Path) -> Problem | None:
    """The first file that is not there in full yet."""
    for file in manifest.files:
        path = incoming / file.name
        if not path.exists() or path.lstat().st_size < file.size:
            return Problem("文件缺失或不完整，请重新投递。", "Missing or cut off; deliver it again.", file.name)
    return None


def _records(service: DataService, manifest: Manifest, work: Path) -> tuple[list[dict[str, Any]], list[Problem]]:
    found: list[dict[str, Any]] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    check = checker_of(service.answer_schema)
    for file in manifest.files:
        before = len(found)
        try:
            for line, record in _checked_file(file, work):
                problem = _record_problem(service, check, record, seen)
                if problem:
                    problems.append(Problem(*problem[:2], file.name, line, problem[2]))
                found.append(record)
                if len(found) > MOST_RECORDS:
                    zh = f"一次投递不得超过{MOST_RECORDS}条记录，请分成几次。"
                    problems.append(Problem(zh, f"More than {MOST_RECORDS} records; deliver in parts.", file.name))
                if len(problems) >= MOST_PROBLEMS or len(found) > MOST_RECORDS:
                    return found, problems
        except Unreadable as unreadable:
            problems.append(unreadable.problem)
            continue
        if len(found) - before != file.records:
            zh = f"清单写明{file.records}条，实有{len(found) - before}条。"
            en = f"The manifest says {file.records} records, there are {len(found) - before}."
            problems.append(Problem(zh, en, file.name))
    return found, problems


def _checked_file(file: DataFile, work: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    data = _bytes_of(work / file.name, MOST_FILE_BYTES)
    if len(data) != file.size or sha256_hex(data) != file.sha256:
        raise Unreadable(
            Problem("大小或摘要与清单不符，文件可能损坏。", "Size or digest differ from the manifest.", file.name)
        )
    yield from records_of(data, name=file.name, format=file.format, encoding=file.encoding)


def _record_problem(
    service: DataService, check: Callable[[Any], str], record: dict[str, Any], seen: set[str]
) -> tuple[str, str, str] | None:
    key = record.get(service.subject_parameter)
    if not isinstance(key, str) or not key:
        return "缺少主键字段。", "The key field is missing.", service.subject_parameter
    if key in seen:
        return "主键在本次投递中重复。", "The key occurs twice in this delivery.", service.subject_parameter
    seen.add(key)
    unknown = sorted(set(record) - {*service.field_names, service.subject_parameter})
    if unknown:
        return "没有登记这个字段。", "This field is not registered.", unknown[0][:60]
    problem = check(record)
    if problem:
        place, _, rule = problem.partition(": ")
        return f"不符合登记的格式({rule})。", f"It does not match the registered schema ({rule}).", place
    return None


def _apply(service: DataService, manifest: Manifest, wire: bytes, found: Sequence[dict[str, Any]]) -> None:
    """Write all records and the delivery's row in one transaction; an older delivery never overwrites a newer one."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"deliveries:{service.code}"])
        delivery, _ = Delivery.objects.update_or_create(
            id=manifest.id,
            defaults={
                "service": service,
                "manifest_sha256": sha256_hex(wire),
                "as_of": manifest.as_of,
                "state": DeliveryState.APPLIED,
                "records": len(found),
                "problems": [],
                "picked_up_at": now(),
            },
        )
        for start in range(0, len(found), _CHUNK):
            _write_chunk(service, delivery, found[start : start + _CHUNK])
        crash_point("drop_in_transaction")


def _write_chunk(service: DataService, delivery: Delivery, chunk: Sequence[dict[str, Any]]) -> None:
    by_index = {record_index(service, record[service.subject_parameter]): record for record in chunk}
    newer = DeliveredRecord.objects.filter(service=service, key_index__in=by_index, as_of__gt=delivery.as_of)
    kept = {bytes(index) for index in newer.values_list("key_index", flat=True)}
    rows = [
        DeliveredRecord(service=service, key_index=index, record=record, as_of=delivery.as_of, delivery=delivery)
        for index, record in by_index.items()
        if index not in kept
    ]
    DeliveredRecord.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["service", "key_index"],
        update_fields=["record", "as_of", "delivery"],
    )


def _note_quarantine(service: DataService, manifest: Manifest | None, wire: bytes, problems: Sequence[Problem]) -> None:
    if manifest is None:
        return
    Delivery.objects.update_or_create(
        id=manifest.id,
        defaults={
            "service": service,
            "manifest_sha256": sha256_hex(wire),
            "as_of": manifest.as_of,
            "state": DeliveryState.QUARANTINED,
            "problems": [asdict(problem) for problem in problems],
            "picked_up_at": now(),
        },
    )


def _quarantine_loose(folders: Folders, path: Path, name: str, problem: Problem) -> str:
    """Quarantine a manifest that was not claimed, with the files that bear its name."""
    work = folders.working / f"{name[:60]}~refused"
    work.mkdir(exist_ok=True)
    if _is_id(name):
        for companion in sorted(folders.incoming.glob(f"{name}-*")):
            companion.rename(work / companion.name)
    path.rename(work / path.name)
    put_away(folders.quarantine, work, keep_data=True, report=[problem])
    return "QUARANTINED"


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
