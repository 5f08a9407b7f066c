"""The query documents fit the schemas, name themselves exactly, and carry no values."""

from pathlib import Path

import graphql as g
import pytest

from channels.shoppo.queries import document, operations
from channels.shoppo.routes import ROUTES
from channels.shoppo.sandbox_graphql import SCHEMA_FILE

SHEET = Path(__file__).parents[4] / "shared" / "platforms" / "shoppo.graphql"
SCHEMAS = [pytest.param(SCHEMA_FILE, id="sandbox"), pytest.param(SHEET, id="sheet")]


def schema_of(file: Path) -> g.GraphQLSchema:
    if not file.exists():
        pytest.skip(f"{file.name} is not beside this checkout")
    return g.build_schema(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", SCHEMAS)
@pytest.mark.parametrize("name", operations())
def test_fits_the_schema(name: str, file: Path) -> None:
    assert g.validate(schema_of(file), g.parse(document(name))) == []


def test_every_route_has_its_document_and_every_document_its_route() -> None:
    assert {route.name for route in ROUTES} == set(operations())
    assert {(route.method, route.path) for route in ROUTES} == {("POST", "")}


@pytest.mark.parametrize("name", operations())
def test_the_operation_is_named_as_its_file_and_writes_as_its_route(name: str) -> None:
    found = [d for d in g.parse(document(name)).definitions if isinstance(d, g.OperationDefinitionNode)]
    assert [d.name and d.name.value for d in found] == [name]
    writes = found[0].operation is g.OperationType.MUTATION
    assert [route.writes for route in ROUTES if route.name == name] == [writes]


@pytest.mark.parametrize("name", operations())
def test_no_value_stands_in_a_document(name: str) -> None:
    kinds: set[str] = set()

    class Seeker(g.Visitor):
        def enter(self, node: g.Node, *_: object) -> None:
            kinds.add(node.kind)

    g.visit(g.parse(document(name)), Seeker())
    assert not kinds & {"int_value", "float_value", "string_value", "enum_value", "boolean_value"}


def test_which_names_are_assumed() -> None:
    assumed = {route.name for route in ROUTES if not route.documented}
    assert assumed == {"refundTicket", "orderQuestionTicket", "createRefundTicket", "createOrderQuestionTicket"}


def test_the_sandbox_schema_offers_every_field_of_the_sheet_that_an_operation_needs() -> None:
    ours, sheet = schema_of(SCHEMA_FILE), schema_of(SHEET)
    for root in ("RootQuery", "RootMutation"):
        known = set(sheet.type_map[root].fields)  # type: ignore[attr-defined]
        assert set(ours.type_map[root].fields) == known - {"productSearch"}  # type: ignore[attr-defined]
