"""Changes and terms: what can be announced, how early, and which terms are in force (A6, A7)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.changes import SHOWN_AFTER, Change, ChangeKind, check_change, refuse_early, shown_until
from domain.errors import InvalidInput
from domain.refusals import RefusalCode
from domain.terms import TermsDraft, check_terms, version_in_force
from domain.texts import Text

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
GOOD = Text("It changes.", "有变化。")


def test_a7_less_notice_than_people_are_due_is_refused_with_the_earliest_date() -> None:
    assert refuse_early(NOW + 30 * DAY, NOW, 30 * DAY) is None
    refusal = refuse_early(NOW + 30 * DAY - MICROSECOND, NOW, 30 * DAY)
    assert refusal
    assert (refusal.code, refusal.field) == (RefusalCode.EFFECTIVE_TOO_EARLY, ("effectiveAt",))
    assert refusal.earliest_at == NOW + 30 * DAY
    assert refuse_early(refusal.earliest_at, NOW, 30 * DAY) is None
    assert "30 days" in refusal.message


def test_a6_what_is_past_is_refused_and_no_date_is_no_reason() -> None:
    assert refuse_early(None, NOW) is None
    assert refuse_early(NOW, NOW) is None
    refusal = refuse_early(NOW - MICROSECOND, NOW)
    assert refusal
    assert refusal.earliest_at == NOW


@pytest.mark.parametrize("kind", [ChangeKind.PRICE, ChangeKind.DISCONTINUATION])
def test_a7_a_price_or_an_end_needs_a_date(kind: ChangeKind) -> None:
    check_change(Change(kind, GOOD, NOW))
    with pytest.raises(InvalidInput) as error:
        check_change(Change(kind, GOOD))
    assert error.value.field == ("input", "effectiveAt")
    check_change(Change(ChangeKind.INFORMATION, GOOD))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (Text("", "有变化。"), "en"),
        (Text(" \u3000", "有变化。"), "en"),
        (Text("It changes.", ""), "zhHans"),
        (Text("x" * 501, "有变化。"), "en"),
        (Text("a\nb", "有变化。"), "en"),
        (Text("a\u2028b", "有变化。"), "en"),
        (Text("It changes.", "a\x00b"), "zhHans"),
        (Text("It changes.", "\ud800"), "zhHans"),
    ],
)
def test_a_change_says_something_in_one_line_in_every_language(text: Text, field: str) -> None:
    with pytest.raises(InvalidInput) as error:
        check_change(Change(ChangeKind.INFORMATION, text))
    assert error.value.field == ("input", "text", field)


def test_the_terms_may_have_lines_and_their_title_may_not() -> None:
    check_terms(TermsDraft(GOOD, Text("1.\n\t\u3000One\r\n", "一\n"), material=True))
    for draft, field in (
        (TermsDraft(Text("a\nb", "题"), GOOD, material=True), "title"),
        (TermsDraft(Text("x" * 201, "题"), GOOD, material=True), "title"),
        (TermsDraft(GOOD, Text("x" * 200_001, "文"), material=True), "body"),
        (TermsDraft(GOOD, Text("\x00", "文"), material=True), "body"),
    ):
        with pytest.raises(InvalidInput) as error:
            check_terms(draft)
        assert error.value.field == ("input", field, "en")


def test_a_banner_stays_for_a_while_after_the_change() -> None:
    assert shown_until(None, NOW) == NOW + SHOWN_AFTER
    assert shown_until(NOW + DAY, NOW) == NOW + DAY + SHOWN_AFTER


def test_a6_the_newest_version_that_has_begun_is_in_force() -> None:
    versions = [(1, NOW), (2, NOW + 9 * DAY), (3, NOW + 5 * DAY)]
    days = {0: 1, 4: 1, 5: 3, 9: 3, 100: 3}
    assert {day: version_in_force(versions, NOW + day * DAY) for day in days} == days
    assert version_in_force(versions, NOW - MICROSECOND) is None
    assert version_in_force([], NOW) is None
