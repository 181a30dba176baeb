"""What can go wrong between the first click and the session. Codes are stable; nothing has changed when one is told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ProblemCode(StrEnum):
    """Why there is no session. A refusal of the sign-in itself brings its own code."""

    PROVIDER_UNKNOWN = "PROVIDER_UNKNOWN"
    RETURN_TO_NOT_ALLOWED = "RETURN_TO_NOT_ALLOWED"
    CHALLENGE_INVALID = "CHALLENGE_INVALID"
    CONSENT_DENIED = "CONSENT_DENIED"
    STATE_UNKNOWN = "STATE_UNKNOWN"
    EMAIL_NOT_VERIFIED = "EMAIL_NOT_VERIFIED"
    CODE_REFUSED = "CODE_REFUSED"
    PROVIDER_UNAVAILABLE = "PROVIDER_UNAVAILABLE"
    PROVIDER_ANSWER_INVALID = "PROVIDER_ANSWER_INVALID"
    ORIGIN_NOT_ALLOWED = "ORIGIN_NOT_ALLOWED"
    INTERNAL = "INTERNAL"


_TOLD: Final = {
    ProblemCode.PROVIDER_UNKNOWN: (404, "There is no such way to sign in here."),
    ProblemCode.RETURN_TO_NOT_ALLOWED: (
        400,
        "The page to return to is not one that this service knows. Nothing was begun.",
    ),
    ProblemCode.CHALLENGE_INVALID: (
        400,
        "code_challenge must be the base64url of a SHA-256, 43 characters (RFC 7636, S256).",
    ),
    ProblemCode.CONSENT_DENIED: (403, "You did not agree to sign in, so nothing was done."),
    ProblemCode.STATE_UNKNOWN: (
        400,
        "This sign-in was finished already, was begun in another browser, or took longer than ten minutes.",
    ),
    ProblemCode.EMAIL_NOT_VERIFIED: (
        403,
        "The account has no verified e-mail address there. Verify it with the provider, then sign in again.",
    ),
    ProblemCode.CODE_REFUSED: (400, "The provider did not accept this sign-in: it was used already, or is too old."),
    ProblemCode.PROVIDER_UNAVAILABLE: (502, "The provider does not answer at the moment. Try again a little later."),
    ProblemCode.PROVIDER_ANSWER_INVALID: (502, "The provider's answer cannot be trusted, so nobody was signed in."),
    ProblemCode.ORIGIN_NOT_ALLOWED: (403, "This page may not do that here."),
    ProblemCode.INTERNAL: (500, "Something went wrong on our side."),
}

FAULTS: Final = frozenset(
    {
        ProblemCode.CODE_REFUSED,
        ProblemCode.PROVIDER_UNAVAILABLE,
        ProblemCode.PROVIDER_ANSWER_INVALID,
        ProblemCode.INTERNAL,
    }
)
"""Those of which somebody should know: logged, under an id that the page shows (G5)."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says: a stable code, words, and the status."""

    code: str
    message: str
    status: int


class Problem(Exception):  # noqa: N818  (a way for a sign-in to end, not always a fault)
    """A sign-in that ends without a session. `cause` is for the log: never a text that the provider or caller wrote."""

    def __init__(self, code: ProblemCode, cause: str = "") -> None:
        super().__init__(f"{code}: {cause}" if cause else code.value)
        self.code = code
        self.cause = cause

    @property
    def told(self) -> Told:
        """What its page says."""
        status, message = _TOLD[self.code]
        return Told(self.code.value, message, status)
