"""Texts for people, in every language that they are spoken to in (A6, A7)."""

import unicodedata
from dataclasses import dataclass

from domain.errors import InvalidInput
from domain.persons import Locale

_LINES = frozenset("\n\r\t")
_UNSEEN = frozenset({"Cc", "Cs"})
"""Control characters, and halves of characters: nothing that a database or a header should meet."""
_BREAKS = frozenset({"Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Text:
    """One text, in each language."""

    en: str
    zh_hans: str

    def by(self, locale: Locale) -> str:
        """Choose a language."""
        return self.zh_hans if locale is Locale.SIMPLIFIED_CHINESE else self.en

    def facts(self, name: str) -> dict[str, str]:
        """Write it as facts of a notice: `name.en`, `name.zh-Hans`."""
        return {f"{name}.{locale}": self.by(locale) for locale in Locale}


def check_text(text: Text, field: tuple[str, ...], characters_max: int, *, lines: bool = False) -> None:
    """See that a text says something in each language, within bounds, and in `lines` only where they are wanted.

    Raises:
        InvalidInput: names the field, with the language.
    """
    for language, said in (("en", text.en), ("zhHans", text.zh_hans)):
        if not said.strip() or len(said) > characters_max or not all(_is_shown(each, lines=lines) for each in said):
            what = "characters" if lines else "characters in one line"
            raise InvalidInput((*field, language), f"must be 1 to {characters_max} {what}, none of them a control")


def _is_shown(character: str, *, lines: bool) -> bool:
    if lines and character in _LINES:
        return True
    category = unicodedata.category(character)
    return category not in _UNSEEN and (lines or category not in _BREAKS)
