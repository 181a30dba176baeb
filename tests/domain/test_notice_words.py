"""Words of notices: every kind in every language, and never an error (A6, A7)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.notice_words import _WORDS, Words, instant_words, notice_words
from domain.notices import NoticeKind
from domain.persons import Locale
from domain.texts import Text

EN, ZH = Locale.ENGLISH, Locale.SIMPLIFIED_CHINESE
AT = datetime(2026, 3, 1, 0, 5, tzinfo=UTC)
FACTS = {
    **Text("Chat is faster now.", "聊天更快了。").facts("text"),
    **Text("Terms of use", "使用条款").facts("title"),
    "version": "3",
    "effective_at": AT.isoformat(),
    "due_at": AT.isoformat(),
    "progress": "40",
    "reference": "ALT-7K2M-Q9XD",
    "organization": "org_01arz3ndektsv4rrffq69g5fav",
    "ended_at": AT.isoformat(),
    "ends_at": AT.isoformat(),
    "until_at": AT.isoformat(),
    "credits": "50",
    "amount": "50",
    "days": "7",
    "role": "ADMIN",
    "hint": "ak_…1234",
    "restricted_at": AT.isoformat(),
    **Text("3 requests", "3 次请求").facts("why"),
}


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_kind_has_its_words_in_every_language(kind: NoticeKind, locale: Locale) -> None:
    words = notice_words(kind, FACTS, locale)
    assert words != notice_words("no such kind", {}, locale)
    assert "{" not in words.title + words.text
    assert "\n" not in words.title
    assert (set(words.title) & set("的新将价通您")) == set() or locale is ZH
    assert any("\u4e00" <= character <= "\u9fff" for character in words.title + words.text) == (locale is ZH)
    assert set(_WORDS) == set(NoticeKind)


def test_a6_new_terms_in_words() -> None:
    assert notice_words("TERMS", FACTS, EN) == Words(
        "New terms from 1 March 2026, 00:05 UTC",
        "Our terms change. The new version, “Terms of use” (version 3), is in force from 1 March 2026, 00:05 UTC. "
        "Whoever goes on using the service from then on accepts it.",
    )
    assert "《使用条款》（第3版）自2026年3月1日 00:05（UTC）起生效" in notice_words("TERMS", FACTS, ZH).text


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("UNHEARD_OF", FACTS),
        ("", {}),
        ("TERMS", {}),
        ("TERMS", {**FACTS, "effective_at": "tomorrow"}),
        ("INFORMATION", {"text.fr": "Bonjour"}),
    ],
)
def test_what_cannot_be_said_is_said_in_general(kind: str, facts: dict[str, str], locale: Locale) -> None:
    words = notice_words(kind, facts, locale)
    assert words == notice_words("no such kind", {}, locale)
    assert words.title
    assert words.text


def test_facts_are_never_taken_for_templates() -> None:
    text = "{version} {0} {__class__} %s {{}}"
    assert notice_words("INFORMATION", {"text": text}, EN).text == text


@given(st.text(), st.dictionaries(st.text(), st.text()), st.sampled_from(Locale))
def test_words_never_fail(kind: str, facts: dict[str, str], locale: Locale) -> None:
    assert notice_words(kind, facts, locale).title


def test_instants_are_in_utc_wherever_they_come_from() -> None:
    there = datetime(2026, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-8)))
    assert instant_words(there, EN) == "1 January 2027, 07:30 UTC"
    assert instant_words(there, ZH) == "2027年1月1日 07:30（UTC）"
