"""Views of texts in all languages."""

from domain.texts import Text
from schema.texts import LocalizedText, LocalizedTextInput


def text_view(text: Text) -> LocalizedText:
    """Show a text."""
    return LocalizedText(en=text.en, zh_hans=text.zh_hans)


def text_of(asked: LocalizedTextInput) -> Text:
    """Take a text as it was given."""
    return Text(asked.en, asked.zh_hans)
