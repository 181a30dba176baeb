"""The pages of sign-in: the choice, the way to a provider, the way back (A2)."""

import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.browsers import Browsers
from app.keys import key_for, keyed_hashes
from app.principal import principal_of
from app.settings import Environment, Settings
from app.sign_in.addresses import Target, Targets
from app.sign_in.development import DevelopmentProvider
from app.sign_in.flows import PATH, Flows
from app.sign_in.leaving import Leaving
from app.sign_in.offered import DEVELOPMENT, callback, offered_providers
from app.sign_in.pages import choice_page, problem_page
from app.sign_in.problems import FAULTS, Problem, ProblemCode, Told
from app.sign_in.providers import SignInProvider
from domain.errors import Inactive, Unauthenticated
from domain.principals import ANONYMOUS, Caller, Principal
from domain.referrals import read_code
from domain.refusals import Refusal
from execution import ClientError, Credentials
from services.authentication import is_valid
from services.credentials import revoke
from services.exchange_codes import make_exchange_code
from services.runtime import Runtime
from services.sessions import SESSION_ENDS
from services.signing_in import SignedIn, sign_in
from services.tickets import use_ticket

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_USER_AGENT_CHARACTERS_MAX = 512
_OURS: Final = "allotment"
"""Our own part of a sign-in under way, beside Authlib's."""

_log = logging.getLogger(__name__)

# at DEBUG and INFO these write code verifiers, addresses with codes and headers into the log
for _name in ("authlib", "httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class SignIn:
    """Sign-in of one installation. `open` gives it what it works with."""

    def __init__(self, settings: Settings, browsers: Browsers) -> None:
        self._settings, self._browsers = settings, browsers
        self._targets = Targets(settings.public_origin, settings.sign_in.return_urls)
        development = None
        if settings.environment is Environment.DEVELOPMENT:
            origin, back = settings.public_origin, callback(settings, DEVELOPMENT)
            development = DevelopmentProvider(origin, back, self._targets.origins)
        self._providers = offered_providers(settings, development)
        leaving = Leaving(lambda: self.runtime, browsers)
        self.routes: list[BaseRoute] = [
            Route(PATH, self._page(self._choose)),
            *leaving.routes,
            Route(f"{PATH}/{{provider}}", self._page(self._begin)),
            Route(f"{PATH}/{{provider}}/callback", self._come_back),
            *(development.routes if development else ()),
        ]
        self._runtime: Runtime | None = None
        self._flows: Flows | None = None

    @property
    def runtime(self) -> Runtime:
        """What verbs work with, while the application is up."""
        if self._runtime is None:
            raise RuntimeError("the application has not started")
        return self._runtime

    def open(self, runtime: Runtime) -> None:
        """Begin to work. The installation's secret is read here, where it may be made."""
        self._flows = Flows(key_for(self._settings, "sign-in flows"), secure=self._browsers.secure)
        self._hashes = keyed_hashes(self._settings)
        self._runtime = runtime

    # ------------------------------------------------------------------------------------------------------- the pages

    async def _choose(self, request: Request) -> Response:
        """List the ways to sign in."""
        parameters = {name: request.query_params[name] for name in ("return_to",) if name in request.query_params}
        self._target(parameters.get("return_to"))
        if challenge := self._challenge(request):
            parameters["code_challenge"] = challenge
        if ticket := request.query_params.get("ticket"):
            parameters["ticket"] = ticket
        if referral := _referral(request):
            parameters["referral"] = referral
        caller = (await self._visitor(request)).caller
        ways = [(each.slug, each.title) for each in self._providers.values()]
        return choice_page(ways, parameters, signed_in=caller is Caller.USER)

    async def _begin(self, request: Request) -> Response:
        """Send the browser to a provider."""
        provider = self._provider(request)
        return_to, challenge = request.query_params.get("return_to"), self._challenge(request)
        self._target(return_to)
        visitor = await self._visitor(request, request.query_params.get("ticket"))
        session: dict[str, Any] = {}
        request.scope["session"] = session
        begun = await provider.begin(request, callback(self._settings, provider.slug))
        guest = [str(visitor.subject), str(visitor.credential)] if visitor.caller is Caller.GUEST else None
        session[_OURS] = {
            "provider": provider.slug,
            "return_to": return_to,
            "challenge": challenge,
            "guest": guest,
            "referral": _referral(request),
        }
        response = RedirectResponse(begun.url, status_code=303, headers={"cache-control": "no-store"})
        self._open_flows.keep(request, response, begun.state, session)
        return response

    async def _come_back(self, request: Request) -> Response:
        """Take the browser in that a provider sent back. Whatever happens, this sign-in is over then."""
        response = await self._page(self._finish)(request)
        if state := request.query_params.get("state"):
            self._open_flows.forget(response, state)
        return response

    async def _finish(self, request: Request) -> Response:
        provider = self._provider(request)
        session = self._open_flows.read(request, request.query_params.get("state", ""))
        begun = session.get(_OURS)
        if begun is None or begun["provider"] != provider.slug:
            raise Problem(ProblemCode.STATE_UNKNOWN)
        if error := request.query_params.get("error"):
            raise _denied(error)
        if not request.query_params.get("code"):
            raise Problem(ProblemCode.CODE_REFUSED, "there is no code")
        request.scope["session"] = session
        target = self._target(begun["return_to"])
        asserted = await provider.finish(request)
        device = self._browsers.device(request.headers)
        signed_in = await sign_in(
            self.runtime,
            self._hashes,
            asserted,
            guest=await self._guest(begun["guest"]),
            device=request.headers.get("user-agent", "")[:_USER_AGENT_CHARACTERS_MAX],
            address=request.client.host if request.client else None,
            device_id=device,
            referral_code=begun.get("referral"),  # of a sign-in that an older process began, there is none
        )
        if isinstance(signed_in, Refusal):
            return problem_page(Told(signed_in.code.value, signed_in.message, 403))
        response = await self._welcome(request, target, signed_in, begun["challenge"])
        self._browsers.keep_device(response, device)
        return response

    async def _welcome(
        self, request: Request, target: Target, signed_in: SignedIn, challenge: str | None
    ) -> RedirectResponse:
        """Go where the browser wanted to, with the session: in the cookie here, by a code elsewhere."""
        headers = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
        if target.is_ours:
            before = await self._visitor(request)
            if before.caller is Caller.USER and before.credential:
                await revoke(self.runtime, before.credential)  # one browser, one session
            response = RedirectResponse(target.url, status_code=303, headers=headers)
            self._browsers.keep(response, signed_in.credential.token, SESSION_ENDS)
            return response
        code = await make_exchange_code(self.runtime, signed_in.person_id, signed_in.credential.id, challenge)
        joint = "&" if "?" in target.url else "?"
        return RedirectResponse(f"{target.url}{joint}{urlencode({'code': code})}", status_code=303, headers=headers)

    # ----------------------------------------------------------------------------------------- what requests ask for

    @property
    def _open_flows(self) -> Flows:
        if self._flows is None:
            raise RuntimeError("the application has not started")
        return self._flows

    def _provider(self, request: Request) -> SignInProvider:
        found = self._providers.get(request.path_params["provider"])
        if found is None:
            raise Problem(ProblemCode.PROVIDER_UNKNOWN)
        return found

    def _target(self, return_to: str | None) -> Target:
        found = self._targets.find(PATH if return_to is None else return_to)
        if found is None:
            raise Problem(ProblemCode.RETURN_TO_NOT_ALLOWED)
        return found

    def _challenge(self, request: Request) -> str | None:
        challenge = request.query_params.get("code_challenge")
        if challenge is not None and not _CHALLENGE.fullmatch(challenge):
            raise Problem(ProblemCode.CHALLENGE_INVALID)
        return challenge

    async def _visitor(self, request: Request, ticket: str | None = None) -> Principal:
        """Find out who the browser is until now: by a ticket, by a header or by the cookie. Nobody, if it is none."""
        try:
            if ticket is not None:
                return await use_ticket(self.runtime, ticket)
            return await principal_of(self.runtime, Credentials(request.headers, method="GET"), self._browsers)
        except (ClientError, Unauthenticated, Inactive):
            return ANONYMOUS

    async def _guest(self, ids: list[str] | None) -> Principal | None:
        """Give the guest who began, if their session holds still: their history is kept (A1)."""
        if ids is None:
            return None
        guest = Principal(Caller.GUEST, UUID(ids[0]), UUID(ids[1]))
        return guest if await is_valid(self.runtime, guest) else None

    def _page(self, answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Answer every problem with a page; faults are logged under the id that it shows (G5)."""

        async def guarded(request: Request) -> Response:
            try:
                return self._elsewhere(request) or await answer(request)
            except Problem as problem:
                log_id = None
                if problem.code in FAULTS:
                    log_id = uuid.uuid4().hex
                    _log.warning("sign-in %s at %s: %s", log_id, request.path_params.get("provider"), problem)
                return problem_page(problem.told, log_id)
            except Exception:  # noqa: BLE001  (masked and logged with an id)
                log_id = uuid.uuid4().hex
                _log.exception("sign-in fault %s", log_id)
                return problem_page(Problem(ProblemCode.INTERNAL).told, log_id)

        return guarded

    def _elsewhere(self, request: Request) -> Response | None:
        """Send a browser that came to `localhost` to the address of this machine that providers send it back to.

        Cookies belong to one host name. In development, without ALLOT_PUBLIC_URL, nobody chose which.
        """
        settings, own = self._settings, urlsplit(self._settings.public_origin)
        if settings.environment is not Environment.DEVELOPMENT or settings.sign_in.public_url is not None:
            return None
        asked = request.url
        if asked.hostname == own.hostname or not {asked.hostname, own.hostname} <= _LOOPBACK:
            return None
        query = f"?{asked.query}" if asked.query else ""
        return RedirectResponse(f"{settings.public_origin}{asked.path}{query}", status_code=307)


def _referral(request: Request) -> str | None:
    """Read the referral code that somebody comes with; what is none stops nobody from signing up (D4)."""
    return read_code(request.query_params.get("referral", ""))


def _denied(error: str) -> Problem:
    """Tell apart who did not agree and a provider that could not (RFC 6749 §4.1.2.1)."""
    codes: Mapping[str, ProblemCode] = {
        "access_denied": ProblemCode.CONSENT_DENIED,
        "server_error": ProblemCode.PROVIDER_UNAVAILABLE,
        "temporarily_unavailable": ProblemCode.PROVIDER_UNAVAILABLE,
    }
    code = codes.get(error, ProblemCode.PROVIDER_ANSWER_INVALID)
    return Problem(code, error if error in codes else "an error of its own words")
