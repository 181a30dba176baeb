"""Texts of operators for everybody, in every language that people are spoken to in."""

import strawberry


@strawberry.type(description="One text, in each language.")
class LocalizedText:
    """A text in all languages."""

    en: str = strawberry.field(description="In English.")
    zh_hans: str = strawberry.field(description="In Simplified Chinese.")


@strawberry.input(description="One text, in each language. Both are needed: everybody is told in their own.")
class LocalizedTextInput:
    """A text in all languages, as it is given."""

    en: str = strawberry.field(description="In English.")
    zh_hans: str = strawberry.field(description="In Simplified Chinese.")
