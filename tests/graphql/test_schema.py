"""The contract: everything is described, named by one convention, and free of floats."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_specified_scalar_type,
    validate_schema,
)

SCHEMA_FILE = Path(__file__).parents[2] / "schema.graphql"
WITH_ID = {
    *("Workspace", "Person", "Wallet", "Entry", "Export", "Task", "ServiceAccount", "Session", "Notice", "Banner"),
    *("Organization", "OrganizationMember", "Seat", "Invitation", "Order", "ApiKey", "RecordedRefusal"),
}


@pytest.fixture(scope="session")
def core(schema: strawberry.Schema) -> GraphQLSchema:
    return schema._schema


def ours(core: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    for name, type_ in core.type_map.items():
        if not name.startswith("__") and not is_specified_scalar_type(type_):
            yield type_


def described(core: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    for type_ in ours(core):
        yield type_.name, type_.description
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{type_.name}.{name}", value.description) for name, value in type_.values.items())
        if isinstance(type_, GraphQLInputObjectType):
            yield from ((f"{type_.name}.{name}", field.description) for name, field in type_.fields.items())
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}", field.description
                yield from (
                    (f"{type_.name}.{name}({argument})", given.description) for argument, given in field.args.items()
                )


def test_it_is_valid(core: GraphQLSchema) -> None:
    assert validate_schema(core) == []


def test_everything_is_described_in_whole_sentences(core: GraphQLSchema) -> None:
    places = dict(described(core))
    assert len(places) > 250
    assert [place for place, text in places.items() if not text or len(text) < 4] == []
    assert [place for place, text in places.items() if text and text[-1] not in ".`)" and "…" not in text] == []
    assert [place for place, text in places.items() if text and text.strip() != text] == []


def test_nothing_is_a_float(core: GraphQLSchema) -> None:
    assert "Float" not in core.type_map


def test_every_amount_names_its_unit(core: GraphQLSchema) -> None:
    for type_ in ours(core):
        if isinstance(type_, GraphQLObjectType | GraphQLInputObjectType):
            for name, field in type_.fields.items():
                if get_named_type(field.type).name == "Decimal":
                    assert "unit" in (field.description or ""), f"{type_.name}.{name}"


def test_mutations_take_one_input_and_give_one_payload(core: GraphQLSchema) -> None:
    assert core.mutation_type
    for name, field in core.mutation_type.fields.items():
        verb = name[0].upper() + name[1:]
        assert {argument: str(given.type) for argument, given in field.args.items()} == {"input": f"{verb}Input!"}
        assert str(field.type) == f"{verb}Payload!"
        given = core.type_map[f"{verb}Input"]
        payload = core.type_map[f"{verb}Payload"]
        assert isinstance(given, GraphQLInputObjectType)
        assert isinstance(payload, GraphQLObjectType)
        assert str(given.fields["idempotencyKey"].type) == "String!"
        assert str(payload.fields["errors"].type) == "[Refusal!]!"
        assert str(payload.fields["replayed"].type) == "Boolean!"
        objects = {"entry", "balance", "task"} & set(payload.fields)
        assert not any(isinstance(payload.fields[each].type, GraphQLNonNull) for each in objects)


def test_lists_hold_no_nulls(core: GraphQLSchema) -> None:
    for type_ in ours(core):
        if isinstance(type_, GraphQLObjectType | GraphQLInputObjectType):
            for name, field in type_.fields.items():
                text = str(field.type)
                assert not text.startswith("[") or text.endswith("!]!"), f"{type_.name}.{name}: {text}"


def test_nodes_are_those_with_an_id_of_their_own(core: GraphQLSchema) -> None:
    node = core.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    assert {type_.name for type_ in core.get_possible_types(node)} == WITH_ID


def test_scalars_are_few(core: GraphQLSchema) -> None:
    scalars = {name for name, type_ in core.type_map.items() if isinstance(type_, GraphQLScalarType)}
    assert scalars == {"Boolean", "ID", "Int", "String", "DateTime", "Decimal", "Cursor", "MinorUnits"}


def test_an_event_of_a_feed_leads_to_nothing_that_a_loader_would_keep(core: GraphQLSchema) -> None:
    """A subscription's loaders live as long as it does: what they keep must never change."""
    pending, seen = ["UsageSnapshot", "UsageChange", "NoticeReceived", "ResyncRequired"], set[str]()
    while pending:
        name = pending.pop()
        type_ = core.type_map[name]
        if name not in seen and isinstance(type_, GraphQLObjectType):
            pending.extend(get_named_type(field.type).name for field in type_.fields.values())
        seen.add(name)
    assert not seen & {"Viewer", "Wallet", "Workspace", "Person", "ServiceAccount", "EntryConnection"}


def test_what_is_printed_says_the_same(schema: strawberry.Schema, core: GraphQLSchema) -> None:
    assert set(build_schema(schema.as_str()).type_map) == set(core.type_map)


@pytest.mark.skipif(not SCHEMA_FILE.exists(), reason="make schema writes it")
def test_the_file_is_what_is_printed(schema: strawberry.Schema) -> None:
    assert SCHEMA_FILE.read_text("utf-8") == schema.as_str().rstrip() + "\n", "run: make schema"
