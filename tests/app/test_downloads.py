"""`GET /exports/{id}` (A5): streamed to whom it belongs, and to nobody else there is such a thing."""

import hashlib
import io
import zipfile
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest
from starlette.applications import Starlette

from app.downloads import download_route
from app.principal import principal_of
from domain.ids import public_id
from domain.persons import PersonStatus
from domain.principals import Principal
from execution import Credentials
from services.credentials import issue_session
from services.export_building import build_next_export
from services.exports import ARCHIVE_KEPT, exports_of_viewer, request_export
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.people_data import Known, make_known
from tests.factories.persons import set_status
from tests.factories.runtime import catalog, clock, runtime

__all__ = ["catalog", "clock", "runtime"]

pytestmark = pytest.mark.anyio

LONG = timedelta(days=60)


@pytest.fixture
async def client(runtime: Runtime) -> AsyncIterator[httpx2.AsyncClient]:
    async def authenticate(credentials: Credentials) -> Principal:
        return await principal_of(runtime, credentials)

    app = Starlette(routes=[download_route(lambda: runtime, authenticate)])
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


@pytest.fixture
async def grace(runtime: Runtime) -> Known:
    return await make_known(runtime)


@pytest.fixture
async def path(runtime: Runtime, grace: Known) -> str:
    await request_export(runtime, grace.principal, "key")
    assert await build_next_export(runtime)
    (row,) = await exports_of_viewer(runtime, grace.principal)
    return f"/exports/{public_id('exp', row.id)}"


async def login(runtime: Runtime, person_id: UUID) -> dict[str, str]:
    return {"Authorization": f"Bearer {(await issue_session(runtime, person_id, 'session', LONG)).token}"}


async def test_a5_the_archive_comes_whole_with_its_checksum(
    runtime: Runtime, client: httpx2.AsyncClient, grace: Known, path: str
) -> None:
    answer = await client.get(path, headers=await login(runtime, grace.person_id))
    assert answer.status_code == 200
    hash_ = hashlib.sha256(answer.content)
    assert {name: answer.headers[name] for name in ("content-type", "content-disposition", "cache-control")} == {
        "content-type": "application/zip",
        "content-disposition": 'attachment; filename="allotment-export-2026-01-15.zip"',
        "cache-control": "no-store",
    }
    assert answer.headers["etag"] == f'"{hash_.hexdigest()}"'
    assert answer.headers["repr-digest"] == f"sha-256=:{b64encode(hash_.digest()).decode()}:"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None


async def test_it_is_not_sent_again_to_who_has_it_nor_to_who_asks_for_the_head(
    runtime: Runtime, client: httpx2.AsyncClient, grace: Known, path: str
) -> None:
    headers = await login(runtime, grace.person_id)
    head = await client.head(path, headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 0
    same = await client.get(path, headers={**headers, "If-None-Match": head.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


async def test_b11_unknown_foreign_and_malformed_look_alike(
    runtime: Runtime, client: httpx2.AsyncClient, grace: Known, path: str
) -> None:
    other = await make_known(runtime, "-other", rich=False)
    foreign = await client.get(path, headers=await login(runtime, other.person_id))
    headers = await login(runtime, grace.person_id)
    unknown = f"/exports/{public_id('exp', UUID(int=7))}"
    for asked in (unknown, "/exports/exp_", "/exports/x", f"{path}0", path.upper(), "/exports/%00", "/exports/é" * 9):
        answer = await client.get(asked, headers=headers)
        assert answer.status_code == 404
        if answer.headers["content-type"] == "application/json":
            assert answer.content == foreign.content
    assert foreign.status_code == 404
    assert grace.needles[0] not in foreign.text


async def test_a5_what_is_not_ready_or_expired_is_not_there(
    runtime: Runtime, clock: TestClock, client: httpx2.AsyncClient, grace: Known, path: str
) -> None:
    headers = await login(runtime, grace.person_id)
    queued = await request_export(runtime, grace.principal, "another")
    assert queued.result.export
    waiting = await client.get(f"/exports/{public_id('exp', queued.result.export.id)}", headers=headers)
    assert waiting.status_code == 404
    clock.now = NOW + ARCHIVE_KEPT
    assert (await client.get(path, headers=headers)).status_code == 404


async def test_g1_nobody_and_who_shows_a_wrong_token_are_turned_away(client: httpx2.AsyncClient, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer als_x_y"}, {"Authorization": "Basic eDp5"}):
        answer = await client.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")
        assert answer.headers["cache-control"] == "no-store"


async def test_a4_who_is_suspended_is_told_so(
    runtime: Runtime, client: httpx2.AsyncClient, grace: Known, path: str
) -> None:
    headers = await login(runtime, grace.person_id)
    await set_status(grace.person_id, PersonStatus.SUSPENDED)
    answer = await client.get(path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "PERSON_SUSPENDED")


async def test_other_methods_are_not_there(
    runtime: Runtime, client: httpx2.AsyncClient, grace: Known, path: str
) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = await client.request(method, path, headers=await login(runtime, grace.person_id))
        assert answer.status_code == 405
