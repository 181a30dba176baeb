"""Archives: a ZIP file made piece by piece, in memory that does not grow with it (A5)."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PART_BYTES_MAX = 1 << 20
"""Size of every part but the last."""
ROWS_OF_SMALL_FILE_MAX = 250_000
"""A file of more rows may pass 2 GiB, which needs the ZIP64 format; not every program can stream that."""

_PERMISSIONS = 0o600 << 16  # readable by whoever unpacks it, in the upper half, where Unix keeps them


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the manifest says of a file. `sha256` is hexadecimal and of the unpacked bytes."""

    name: str
    rows: int
    bytes: int
    sha256: str


class Archive:
    """A ZIP archive being written. Take its parts out after every few rows: only those are held until then.

    Files are JSON Lines, one after the other; `manifest.json` comes last, since it holds their checksums.
    """

    def __init__(self, made_at: datetime) -> None:
        self._made_at = made_at.astimezone(UTC)
        self._sink = _Sink()
        self._zip = ZipFile(self._sink, "w", ZIP_DEFLATED)
        self._file: IO[bytes] | None = None
        self._name = ""
        self._rows = 0
        self._bytes = 0
        self._hash = sha256()
        self._all = sha256()
        self.size = 0
        """Bytes taken so far."""
        self.files: list[FileFacts] = []

    @property
    def sha256(self) -> bytes:
        """Of all parts taken so far."""
        return self._all.digest()

    def open(self, name: str, rows: int) -> None:
        """Begin the next file; `rows` is about how many it will have."""
        self._file = self._zip.open(self._info(name), "w", force_zip64=rows > ROWS_OF_SMALL_FILE_MAX)
        self._name, self._rows, self._bytes, self._hash = name, 0, 0, sha256()

    def add(self, row: str) -> None:
        """Write a row, JSON without a line break, to the open file."""
        if self._file is None:
            raise TypeError("no file is open")
        line = row.encode() + b"\n"
        self._file.write(line)
        self._hash.update(line)
        self._rows += 1
        self._bytes += len(line)

    def close(self) -> None:
        """Finish the open file."""
        if self._file is not None:
            self._file.close()
            self.files.append(FileFacts(self._name, self._rows, self._bytes, self._hash.hexdigest()))
        self._file = None

    def finish(self, manifest: Mapping[str, object]) -> None:
        """Write `manifest.json` and the archive's directory; take the last parts after it."""
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        self._zip.writestr(self._info("manifest.json"), text)
        self._zip.close()

    def parts(self, *, last: bool = False) -> list[bytes]:
        """Take out what is ready: parts of exactly `PART_BYTES_MAX`, and with `last` the rest."""
        taken = self._sink.take(last=last)
        for part in taken:
            self._all.update(part)
            self.size += len(part)
        return taken

    def _info(self, name: str) -> ZipInfo:
        info = ZipInfo(name, self._made_at.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        info.external_attr = _PERMISSIONS
        return info


class _Sink(io.RawIOBase):
    """Where the ZIP is written to: cannot be sought in, so sizes follow their files instead of preceding them."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        before = len(self._held)
        self._held += memoryview(data)  # type: ignore[arg-type]  # io declares what a buffer is, and differs by version
        return len(self._held) - before

    def take(self, *, last: bool) -> list[bytes]:
        taken = []
        while len(self._held) >= PART_BYTES_MAX or (last and self._held):
            taken.append(bytes(self._held[:PART_BYTES_MAX]))
            del self._held[:PART_BYTES_MAX]
        return taken
