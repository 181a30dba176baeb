"""Approved clients: names that match, names that do not, and proofs (C4)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import FOLDER
from domain.catalog import CatalogError, Document, parse_catalog
from domain.clients import (
    CLIENTS_MAX,
    PROOF_HOLDS,
    Client,
    ClientList,
    ClientProof,
    ClientVerdict,
    Judged,
    Shown,
    client_text,
    judge,
    problem_of,
    refuse_client,
    sign,
)
from domain.refusals import RefusalCode
from services.catalog import read_folder
from tests.factories.clock import NOW

TEXTS = read_folder(FOLDER)
KIMI = Client("kimi-cli", "Kimi CLI", ClientProof.NONE)
CLAUDE = Client("claude-code", "Claude Code", ClientProof.NONE)
ROO = Client("roo-code", "Roo Code", ClientProof.NONE)
SHIPPED = ClientList(0, (KIMI, CLAUDE, ROO))
SIGNED = ClientList(1, (replace(KIMI, proof=ClientProof.SIGNATURE, key=1), CLAUDE))
KEY_HASH = "ab" * 32
SECOND = timedelta(seconds=1)

VERSIONS = st.from_regex(r"\A(/v?[0-9]{1,3}(\.[0-9]{1,3}){0,2}(-beta\.1)?)?\Z")
BLANKS = st.text(" \t\n\u3000", min_size=1, max_size=3)


def secret(client: Client) -> str:
    return f"secret of {client.id} {client.key}"


def judged(list_: ClientList, client: str | None, proof: str | None = None, at: timedelta = timedelta()) -> Judged:
    return judge(list_, Shown(client, proof, KEY_HASH, NOW + at), secret)


def parse(text: str) -> ClientList:
    texts = {**TEXTS, "clients": text}
    return parse_catalog(Document(name, 1, text) for name, text in texts.items()).clients


def test_c4_the_catalog_approves_the_three_of_the_source() -> None:
    assert parse(TEXTS["clients"]) == SHIPPED


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "clients.toml: clients: is missing"),
        (TEXTS["clients"].replace('CLI"\nproof = "NONE"', 'CLI"\nproof = "SOME"'), "must be one of NONE, SIGNATURE"),
        (TEXTS["clients"].replace('"Roo Code"', '"KIMI-cli"'), "must not be what another client answers to"),
        (TEXTS["clients"].replace('"Roo Code"', '"Roo/Code"'), "which a version begins with"),
        (TEXTS["clients"].replace('"roo-code"', '"kimi-cli"'), "must be unique"),
    ],
)
def test_a_catalog_with_a_bad_list_is_none(text: str, problem: str) -> None:
    with pytest.raises(CatalogError) as caught:
        parse(text)
    assert len(caught.value.problems) == 1
    assert problem in caught.value.problems[0]


@given(st.sampled_from(SHIPPED.clients), st.booleans(), st.data(), VERSIONS, BLANKS)
def test_c4_case_blanks_and_version_do_not_matter(
    client: Client, by_id: bool, data: st.DataObject, version: str, blanks: str
) -> None:
    words = (client.id if by_id else client.name).split(" ")
    cased = [data.draw(st.sampled_from((word, word.upper(), word.lower(), word.swapcase()))) for word in words]
    assert judged(SHIPPED, blanks + blanks.join(cased) + version) == Judged(ClientVerdict.APPROVED, client)


@given(st.text(max_size=300))
def test_c4_only_what_is_a_name_is_approved(text: str) -> None:
    verdict = judged(SHIPPED, text).verdict
    known = {"kimi-cli", "kimi cli", "claude-code", "claude code", "roo-code", "roo code"}
    name = " ".join(text.split()).casefold().partition("/")[0]
    if name not in known:
        assert verdict in (ClientVerdict.UNKNOWN, ClientVerdict.MISSING)
    assert client_text(text).isprintable()
    assert len(client_text(text)) <= 100


@pytest.mark.parametrize(
    ("named", "near"),
    [
        ("kimi-clj", KIMI),
        ("Claude Cod", CLAUDE),
        ("Roo  Codee", ROO),
        ("kimi-cli/", KIMI),
        ("kimi-cli/latest", None),
        ("kimi-cli / 1.2", KIMI),
        ("curl", None),
        ("x" * 100_000, None),
    ],
)
def test_c4_a_misspelt_client_is_refused_with_what_was_meant(named: str, near: Client | None) -> None:
    found = judged(SHIPPED, named)
    assert found.verdict is ClientVerdict.UNKNOWN
    if near is not None:
        assert found.near == near
    refusal = refuse_client(SHIPPED, Shown(named, None, "", NOW), found, restricted=None)
    assert refusal.code is RefusalCode.CLIENT_NOT_APPROVED
    assert near is None or f"did you mean {near.name}?" in refusal.message
    assert refusal.facts["approved"] == "kimi-cli,claude-code,roo-code"
    assert len(refusal.message) < 500


@pytest.mark.parametrize("named", [None, "", "  \t"])
def test_c4_no_client_is_not_approved(named: str | None) -> None:
    found = judged(SHIPPED, named)
    assert found == Judged(ClientVerdict.MISSING)
    refusal = refuse_client(SHIPPED, Shown(named, None, "", NOW), found, restricted="3 requests")
    assert "names no client" in refusal.message
    assert refusal.facts["restricted"] == "3 requests"


@given(st.timedeltas(-PROOF_HOLDS, PROOF_HOLDS))
def test_c4_a_proof_holds_for_five_minutes_around_its_instant(off: timedelta) -> None:
    proof = sign("kimi-cli", KEY_HASH, secret(SIGNED.clients[0]), NOW)
    assert judged(SIGNED, "Kimi CLI/1.0", proof, off).verdict is ClientVerdict.APPROVED
    for late in (PROOF_HOLDS + SECOND, -PROOF_HOLDS - SECOND):
        assert judged(SIGNED, "Kimi CLI", proof, late).verdict is ClientVerdict.PROOF_WRONG


@pytest.mark.parametrize(
    "proof",
    [
        sign("kimi-cli", KEY_HASH, "another secret", NOW),
        sign("kimi-cli", "cd" * 32, secret(SIGNED.clients[0]), NOW),
        sign("claude-code", KEY_HASH, secret(SIGNED.clients[0]), NOW),
        sign("kimi-cli", KEY_HASH, secret(SIGNED.clients[0]), NOW).upper(),
        sign("kimi-cli", KEY_HASH, secret(SIGNED.clients[0]), NOW) + "\n",
        "1." + "0" * 64,
        "٣" * 10 + "." + "0" * 64,
        "9" * 13 + "." + "0" * 64,
        "nonsense",
        "\ud800",
    ],
)
def test_c4_a_proof_of_anything_else_is_wrong(proof: str) -> None:
    assert judged(SIGNED, "kimi-cli", proof).verdict is ClientVerdict.PROOF_WRONG


def test_c4_a_proof_is_looked_at_only_where_it_is_demanded() -> None:
    assert judged(SIGNED, "kimi-cli").verdict is ClientVerdict.PROOF_MISSING
    assert judged(SIGNED, "kimi-cli", "").verdict is ClientVerdict.PROOF_MISSING
    assert judged(SIGNED, "claude-code", "nonsense").verdict is ClientVerdict.APPROVED


@pytest.mark.parametrize(
    ("clients", "problem"),
    [
        ((), "must be 1 to 100"),
        (tuple(replace(KIMI, id=f"c{n}", name=f"C {n}") for n in range(CLIENTS_MAX + 1)), "must be 1 to 100"),
        ((replace(KIMI, id="Kimi CLI"),), "ids of lower-case"),
        ((replace(KIMI, id="a" * 101),), "ids of lower-case"),
        ((replace(KIMI, name=" "),), "printable"),
        ((replace(KIMI, name="a\0b"),), "printable"),
        ((replace(KIMI, name="a/1"),), "no slash"),
        ((KIMI, KIMI), "the same name"),
        ((KIMI, replace(ROO, name="KIMI  cli")), "the same name"),
    ],
)
def test_c4_a_bad_list_is_named(clients: tuple[Client, ...], problem: str) -> None:
    assert problem in (problem_of(clients) or "")


def test_c4_a_good_list_has_no_problem() -> None:
    assert problem_of(SHIPPED.clients) is None
