"""Finding centres as people type: by name, code, pinyin or its initials, the best match first (A-01, L-03).

"合肥 桃花": the last word names the centre, the words before it the centre or one above it, because many townships share a
name. One statement over the shared table; at 40,000 centres it reads some megabytes and no index is needed.
"""

from __future__ import annotations

from typing import Final, cast

from django.db.models import Case, IntegerField, Q, Value, When

from zt_tenants.divisions import pinyin_of
from zt_tenants.models import Centre, CentreQuerySet, Level
from zt_tenants.searching import searchable

MOST_WORDS: Final = 4
_ABOVE = ("parent__", "parent__parent__", "parent__parent__parent__")
_LEVELS = {level.value: rank for rank, level in enumerate(Level)}


def matching_centres(text: str) -> CentreQuerySet:
    """Centres that take applications and match the text; all of them for an empty one.

    Each has ``rank`` (0: the very name or code; 1: the name begins so; 2: holds it; 3: its pinyin begins so; 4: the
    initials; 5: the code) and ``level_rank`` (0: the province); sort by rank, level_rank, code. Without a text both are 0.
    """
    found = Centre.objects.open().filter(abolished_on__isnull=True)
    words = searchable(text).split()[:MOST_WORDS]
    if not words:
        return cast(CentreQuerySet, found.annotate(rank=Value(0, IntegerField()), level_rank=Value(0, IntegerField())))
    *places, own = words
    joined = "".join(words).lower()
    itself = _named(own)
    for place in places:
        somewhere = _named(place)
        for above in _ABOVE:
            somewhere |= _named(place, above)
        itself &= somewhere
    if places:  # pinyin is typed with spaces, too: "fei xi"
        itself |= Q(pinyin__startswith=joined) | Q(pinyin_initials__startswith=joined)
    return cast(CentreQuerySet, found.filter(itself).annotate(rank=_rank(own, joined), level_rank=_level_rank()))


def _named(word: str, prefix: str = "") -> Q:
    folded = word.lower()
    fields = {
        "name__contains": word,
        "code__startswith": word,
        "pinyin__startswith": folded,
        "pinyin_initials__startswith": folded,
    }
    found = Q()
    for lookup, value in fields.items():
        found |= Q(**{prefix + lookup: value})
    return found


def _rank(word: str, joined: str) -> Case:
    folded = word.lower()
    return Case(
        When(Q(code=word) | Q(short_name=word) | Q(name=word), then=Value(0)),
        When(name__startswith=word, then=Value(1)),
        When(name__contains=word, then=Value(2)),
        When(Q(pinyin__startswith=folded) | Q(pinyin__startswith=joined), then=Value(3)),
        When(Q(pinyin_initials__startswith=folded) | Q(pinyin_initials__startswith=joined), then=Value(4)),
        default=Value(5),
        output_field=IntegerField(),
    )


def _level_rank() -> Case:
    return Case(
        *(When(level=level, then=Value(rank)) for level, rank in _LEVELS.items()),
        default=Value(len(_LEVELS)),
        output_field=IntegerField(),
    )


def search_centres(text: str, *, limit: int = 20) -> list[Centre]:
    """The best matches of :func:`matching_centres` with those above them; none for an empty text. One statement."""
    if not searchable(text):
        return []
    found = matching_centres(text).select_related("parent__parent")
    return list(found.order_by("rank", "level_rank", "code")[:limit])


def highlighted(name: str, text: str) -> tuple[str, str, str]:
    """A name in three parts, the middle one being what matches the last word typed; it is empty where only a code does."""
    words = searchable(text).split()[:MOST_WORDS]
    word = words[-1] if words else ""
    if word and word in name:
        before, _, after = name.partition(word)
        return before, word, after
    for typed in (word.lower(), "".join(words).lower()):
        for which in (0, 1):  # the pinyin in full, then the initials
            length = _characters_spelled(name, typed, which)
            if length:
                return "", name[:length], name[length:]
    return name, "", ""


def _characters_spelled(name: str, typed: str, which: int) -> int:
    """How many characters at the start of a name are spelled by what was typed; 0 when it is no start of the name."""
    spelled = ""
    for length in range(1, len(name) + 1):
        spelled += pinyin_of(name[length - 1])[which]
        if typed and spelled.startswith(typed):
            return length
        if not typed.startswith(spelled):
            return 0
    return 0
