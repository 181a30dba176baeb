"""Exports, built and read as their owners do."""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.exports import ExportState
from services.archives import PART_BYTES_MAX
from services.export_building import build_next_export
from services.exports import exports_of_viewer, parts, request_export
from services.runtime import Runtime
from tests.factories.clock import NOW
from tests.factories.people_data import Known

Json = Any


async def exported_bytes(runtime: Runtime, known: Known) -> bytes:
    """Build what was asked for, and read it."""
    assert await build_next_export(runtime)
    row = (await exports_of_viewer(runtime, known.principal))[0]
    assert row.state is ExportState.READY
    assert row.progress == 100
    pieces = [part async for part in parts(runtime, row)]
    assert {len(piece) for piece in pieces[:-1]} <= {PART_BYTES_MAX}
    content = b"".join(pieces)
    assert (len(content), hashlib.sha256(content).hexdigest()) == (row.size, row.sha256)
    return content


async def downloaded(runtime: Runtime, known: Known, key: str = "key") -> bytes:
    """Ask, build, read."""
    assert (await request_export(runtime, known.principal, key)).result.refused is None
    return await exported_bytes(runtime, known)


def read(content: bytes) -> tuple[dict[str, str], Json]:
    """The texts of the files and the manifest, which agree."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        texts = {name: opened.read(name).decode() for name in opened.namelist()}
    manifest = json.loads(texts.pop("manifest.json"))
    assert [file["name"] for file in manifest["files"]] == list(texts)
    for file in manifest["files"]:
        text = texts[file["name"]].encode()
        facts = (text.count(b"\n"), len(text), hashlib.sha256(text).hexdigest())
        assert facts == (file["rows"], file["bytes"], file["sha256"])
    return texts, manifest


async def exported(runtime: Runtime, known: Known) -> tuple[dict[str, Sequence[Json]], Json]:
    """The rows of the files and the manifest."""
    texts, manifest = read(await downloaded(runtime, known))
    assert datetime.fromisoformat(manifest["made_at"]) == NOW
    return {name: [json.loads(line) for line in text.splitlines()] for name, text in texts.items()}, manifest
