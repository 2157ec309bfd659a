"""The QR code of a notice and the touch screen: nothing typed, nothing guessed, nothing personal, nothing left behind."""

from __future__ import annotations

import pytest
from browsers import Browsers

from zt_platform.accounts.errors import TooManyTries
from zt_platform.accounts.limits import TRACK_BY_ADDRESS
from zt_platform.cases import commands, queries
from zt_platform.cases.errors import CaseNotFound
from zt_platform.cases.models import Case
from zt_platform.cases.testing import DEVOLVED, ENTRUSTED, Town, relay_all
from zt_platform.cases.track_links import number_of, token_in, track_link, track_token
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_platform.papers.rendering import pdf, pictures
from zt_tenants.context import enter

pytestmark = pytest.mark.req("L-06", "F-01")
PRIVATE = ("张三丰", "13855512345", "340123199003071237", "桃花镇1号")
PERSONAL = (*PRIVATE, "2345", "三丰")


def token_of(town: Town, case: Case) -> str:
    return track_token(town.city.fresh(case).tracking_number or "")


def test_the_link_of_a_notice_shows_the_timeline_of_both_levels_and_no_name(
    committed_town: Town, browsers: Browsers
) -> None:
    town = committed_town
    case = town.city.accept(town.city.submitted(town.zhang, ENTRUSTED))
    relay_all()
    link = track_link(case.tracking_number or "")
    assert not any(part in link.replace(case.tracking_number or "", "") for part in PERSONAL)
    answer = browsers.nobody().get(f"/t/{token_of(town, case)}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("timeline-place") == 2
    assert "审批机关签收" in page
    assert not any(private in page for private in PRIVATE)
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_a_link_of_a_case_handed_down_is_printed_by_the_centre_below(committed_town: Town) -> None:
    town = committed_town
    case = town.city.submitted(town.zhang, DEVOLVED)
    with enter(town.city.centre):
        commands.hand_down_application(actor=town.city.clerk, case_id=case.pk)
    relay_all()
    below = town.county.accept(town.county.case(case.tracking_number or ""))
    relay_all()
    with enter(town.county.centre):
        snapshot = Paper.objects.get(subject=below.tracking_number, kind=PaperKind.ACCEPTANCE).snapshot
    assert snapshot.track_url == track_link(case.tracking_number or "")
    tracked = queries.track_by_link(token=token_in(snapshot.track_url), address="10.0.0.1")
    assert (tracked.centre_code, tracked.status.value) == (town.city.centre.code, "HANDED_DOWN")


@pytest.mark.parametrize("kind", [PaperKind.ACCEPTANCE, PaperKind.MATERIALS_RECEIPT])
def test_the_notice_carries_the_code_and_its_bytes_stay_the_same(town: Town, kind: PaperKind) -> None:
    case = town.county.accept(town.county.submitted(town.zhang))
    with enter(town.county.centre):
        snapshot = Paper.objects.get(subject=case.tracking_number, kind=kind).snapshot
    assert snapshot.track_url == track_link(case.tracking_number or "")
    assert pdf(snapshot) == pdf(snapshot)
    without = snapshot.to_json() | {"track_url": ""}
    assert pictures(type(snapshot).from_json(without))[0] != pictures(snapshot)[0]


def test_what_was_not_given_out_opens_nothing(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(town.zhang)
    other = town.city.submitted(town.li)
    good, twin = token_of(town, case), token_of(town, other)
    number, proof = good.rsplit("-", 1)
    wrong = (
        f"{number}-{'A' * 24}",
        f"{number}-{twin.rsplit('-', 1)[1]}",
        f"{number}-{proof[:-1]}",
        number,
        "x" * 45,
        f"{number[:-1]}{(int(number[-1]) + 1) % 10}-{proof}",
    )
    for token in wrong:
        with pytest.raises(CaseNotFound):
            number_of(token)
        answer = browsers.nobody().get(f"/t/{token}/")
        assert answer.status_code == 404
        assert case.item_name not in answer.content.decode()
    assert number_of(good.lower()) == number


def test_guessing_links_is_stopped_and_good_ones_cost_nothing(town: Town) -> None:
    case = town.city.submitted(town.zhang)
    good = token_of(town, case)
    for _ in range(TRACK_BY_ADDRESS.limit + 5):
        queries.track_by_link(token=good, address="10.0.0.2")
    for guess in range(TRACK_BY_ADDRESS.limit):
        with pytest.raises(CaseNotFound):
            queries.track_by_link(token=f"{good[:-4]}{guess:04d}", address="10.0.0.2")
    with pytest.raises(TooManyTries):
        queries.track_by_link(token=good, address="10.0.0.2")
    assert queries.track_by_link(token=good, address="10.0.0.3").tracking_number == case.tracking_number


def test_a_draft_has_no_link(town: Town) -> None:
    draft = town.city.draft(town.zhang)
    assert draft.tracking_number is None
    with pytest.raises(CaseNotFound):
        number_of("")


@pytest.mark.req("L-08")
class TestKiosk:
    """The touch screen."""

    def test_number_and_digits_give_the_answer_as_a_part(self, town: Town, browsers: Browsers) -> None:
        case = town.city.accept(town.city.submitted(town.zhang))
        given = {"tracking_number": case.tracking_number, "phone_tail": "2345"}
        answer = browsers.nobody().post("/kiosk/", given, headers={"X-Part": "1"})
        page = answer.content.decode()
        assert answer.status_code == 200
        assert case.item_name in page
        assert "<html" not in page
        assert not any(private in page for private in PRIVATE)

    def test_the_scanner_types_the_link(self, town: Town, browsers: Browsers) -> None:
        case = town.city.submitted(town.zhang)
        scanned = {"tracking_number": f"{track_link(case.tracking_number or '')}\n", "phone_tail": ""}
        assert case.item_name in browsers.nobody().post("/kiosk/", scanned).content.decode()
        forged = {"tracking_number": f"http://x/t/{'1' * 20}-{'A' * 24}/"}
        refused = browsers.nobody().post("/kiosk/", forged)
        assert refused.status_code == 422
        assert case.item_name not in refused.content.decode()

    @pytest.mark.parametrize(("number", "tail"), [("own", "0000"), ("own", ""), ("123", "2345"), ("", "")])
    def test_what_does_not_match_says_nothing(self, town: Town, browsers: Browsers, number: str, tail: str) -> None:
        case = town.city.submitted(town.zhang)
        given = {"tracking_number": case.tracking_number if number == "own" else number, "phone_tail": tail}
        answer = browsers.nobody().post("/kiosk/", given)
        assert answer.status_code == 422
        assert "kiosk-error" in answer.content.decode()
        assert case.item_name not in answer.content.decode()
        assert f'value="{case.tracking_number}"' not in answer.content.decode()

    def test_nothing_is_kept_of_whoever_stood_there(self, town: Town, browsers: Browsers) -> None:
        case = town.city.submitted(town.zhang)
        browser = browsers.nobody()
        browser.get("/kiosk/")
        answer = browser.post("/kiosk/", {"tracking_number": case.tracking_number, "phone_tail": "2345"})
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert set(browser.cookies) <= {"csrftoken", "zt_csrf", "zt_centre"}
        again = browser.get("/kiosk/").content.decode()
        assert (case.tracking_number or "") not in again
        assert 'data-idle="60"' in again
