"""From what a provider says about somebody to what we believe (A2)."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from app.sign_in.problems import Problem, ProblemCode
from domain.persons import Locale
from domain.traits import normal_email
from models.identities import Provider
from services.identities import SUBJECT_CHARACTERS_MAX
from services.signing_in import Assertion

_ACCEPT_LANGUAGE_CHARACTERS_MAX = 500


def asserted(provider: Provider, claims: Mapping[str, Any], email: object, request: Request) -> Assertion:
    """Make the assertion of a provider's claims.

    Args:
        provider: who says it.
        claims: `sub`, and `name`, `locale`, `zoneinfo` as OpenID Connect has them.
        email: the verified address; None: there is none.
        request: the browser's, whose languages count where the provider names none.

    Raises:
        Problem: there is no subject, or no verified e-mail.
    """
    subject, name, zone = (claims.get(member) for member in ("sub", "name", "zoneinfo"))
    if not isinstance(subject, str) or not 1 <= len(subject) <= SUBJECT_CHARACTERS_MAX or not subject.isprintable():
        raise Problem(ProblemCode.PROVIDER_ANSWER_INVALID, "there is no subject")
    try:
        address = normal_email(email if isinstance(email, str) else "")
    except ValueError:
        raise Problem(ProblemCode.EMAIL_NOT_VERIFIED) from None
    return Assertion(
        provider=provider,
        subject=subject,
        email=address,
        display_name=name if isinstance(name, str) else "",
        locale=locale_of(claims.get("locale"), request.headers.get("accept-language")),
        time_zone=zone if isinstance(zone, str) else None,
    )


def locale_of(named: object, accepted: str | None) -> Locale:
    """Choose the language: the provider's, or the one that the browser likes best of ours, or English."""
    if isinstance(named, str) and named:
        return _locale(named) or Locale.ENGLISH
    wishes = []
    for place, part in enumerate((accepted or "")[:_ACCEPT_LANGUAGE_CHARACTERS_MAX].split(",")):
        tag, _, parameters = part.strip().partition(";")
        quality = parameters.strip().removeprefix("q=").strip() or "1"
        if (locale := _locale(tag)) and quality.isascii() and quality.replace(".", "", 1).isdecimal():
            wishes.append((-float(quality), place, locale))
    return min(wishes)[2] if wishes else Locale.ENGLISH


def _locale(tag: str) -> Locale | None:
    language = tag.replace("_", "-").partition("-")[0].strip().lower()
    return {"zh": Locale.SIMPLIFIED_CHINESE, "en": Locale.ENGLISH}.get(language)
