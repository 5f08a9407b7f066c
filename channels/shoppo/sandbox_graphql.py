"""GraphQL over the simulator's state: the executable schema, and requests in JSON or multipart form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, cast

import graphql as g

from channels.sandbox import Request
from channels.shoppo import sandbox_orders as orders
from channels.shoppo import sandbox_tickets as tickets
from channels.shoppo.sandbox_images import File, upload_image
from channels.shoppo.sandbox_relay import connection, within
from channels.shoppo.sandbox_shop import Problem, Shop, Thing, unknown_id

Info = g.GraphQLResolveInfo
SCHEMA_FILE = Path(__file__).parent / "sandbox_schema.graphql"
TICKET_TYPES = {
    "exchangeItemTicket": "ExchangeItemTicket",
    "refundTicket": "RefundTicket",
    "orderQuestionTicket": "OrderQuestionTicket",
}


# -- resolvers -------------------------------------------------------------------------------------------------------


def _node(shop: Shop, id: str) -> Thing:  # noqa: A002
    if id not in shop.nodes:
        raise unknown_id(id)
    return shop.nodes[id]


def _product_list(shop: Shop, filters: Thing | None = None, **page: Any) -> Thing:
    given = filters or {}
    found = list(reversed(shop.products.values()))
    found = within(found, "_timeCreated", given.get("timeCreateRange"), "timeCreateRange")
    found = within(found, "_timeUpdated", given.get("timeUpdatedRange"), "timeUpdatedRange")
    if given.get("productEnabled") is not None:
        found = [product for product in found if product["enabled"] == given["productEnabled"]]
    if given.get("categoryId"):
        wanted = given["categoryId"]
        found = [p for p in found if any(c["categoryId"] == wanted for c in p["consumerCategories"])]
    return connection(found, **page)


def _order_list(shop: Shop, filters: Thing | None = None, **page: Any) -> Thing:
    given = {_snake(key): value for key, value in (filters or {}).items() if value is not None}
    found = list(reversed(shop.orders.values()))
    paid = given.get("time_payment_processed_range")
    found = within(found, "timePaymentProcessed", paid, "time_payment_processed_range")
    for key, field in (("order_id", "id"), ("partner_order_code", "_code"), ("order_csv_upload_record_id", "_csv")):
        if key in given:
            found = [order for order in found if order[field] == given[key]]
    if "sku_id" in given:
        found = [order for order in found if given["sku_id"] in order["_skus"]]
    if "status_in" in given:
        found = [order for order in found if order["status"] in given["status_in"]]
    return connection(found, **page)


def _snake(key: str) -> str:
    return re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", key)


def _ticket_list(typename: str, shop: Shop, filters: Thing | None = None, **page: Any) -> Thing:
    found = [ticket for ticket in reversed(shop.tickets.values()) if ticket["__typename"] == typename]
    return connection(
        within(found, "_timeCreated", (filters or {}).get("timeCreatedRange"), "timeCreatedRange"), **page
    )


def _ticket(typename: str, shop: Shop, ticketId: str) -> Thing:  # noqa: N803
    return tickets.find_ticket(shop, typename, ticketId)


ROOTS: dict[str, dict[str, Callable[..., Any]]] = {
    "RootQuery": {
        "node": _node,
        "productList": _product_list,
        "productCategories": lambda shop, **page: connection(shop.categories, **page),
        "orderList": _order_list,
        **{f"{name}List": partial(_ticket_list, typename) for name, typename in TICKET_TYPES.items()},
        **{name: partial(_ticket, typename) for name, typename in TICKET_TYPES.items()},
    },
    "RootMutation": {
        "createOrder": orders.create_order,
        "setOrderAsPaid": orders.set_order_as_paid,
        "cancelOrder": orders.cancel_order,
        "cancelOrderItem": orders.cancel_order_item,
        "uploadImage": upload_image,
        **{
            name: lambda shop, _name=name, **given: tickets.create_ticket(shop, _name, **given)
            for name in tickets.TYPES
        },
        "replyCustomerServiceTicket": tickets.reply,
    },
}

# fields that are looked up instead of kept: (thing, shop, **arguments)
FIELDS: dict[tuple[str, str], Callable[..., Any]] = {
    ("Product", "skus"): lambda product, shop: [shop.nodes[sku] for sku in product["_skus"] if sku in shop.nodes],
    ("Sku", "product"): lambda sku, shop: shop.nodes[sku["_product"]],
    ("Order", "orderItems"): lambda order, shop: orders.items_of(shop, order),
    ("OrderItem", "order"): lambda item, shop: shop.nodes[item["_order"]],
    **{
        (typename, "comments"): lambda ticket, shop, **page: connection(ticket["_comments"], **page)
        for typename in TICKET_TYPES.values()
    },
}


@cache
def schema() -> g.GraphQLSchema:
    """The schema of the simulator, with its resolvers."""
    built = g.build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))
    for typename, fields in ROOTS.items():
        for name, answer in fields.items():
            _object(built, typename).fields[name].resolve = _rooted(answer)
    for (typename, name), look_up in FIELDS.items():
        _object(built, typename).fields[name].resolve = _looked_up(look_up)
    return built


def _object(built: g.GraphQLSchema, name: str) -> g.GraphQLObjectType:
    return cast(g.GraphQLObjectType, built.type_map[name])


def _rooted(answer: Callable[..., Any]) -> Callable[..., Any]:
    return lambda root, info, **arguments: answer(info.context, **arguments)


def _looked_up(look_up: Callable[..., Any]) -> Callable[..., Any]:
    return lambda thing, info, **arguments: look_up(thing, info.context, **arguments)


# -- requests --------------------------------------------------------------------------------------------------------


def read_request(request: Request) -> dict[str, Any]:
    """``{query, variables, operationName}`` with files put in their places. Raises ``Problem`` for anything else."""
    kind = request.headers.get("content-type", "")
    try:
        if kind.startswith("application/json"):
            body = request.json()
        elif kind.startswith("multipart/form-data"):
            body = _with_files(_parts(request.body, kind))
        else:
            raise Problem("Content-Type must be application/json.", "BadRequest")
    except (ValueError, KeyError, LookupError, TypeError, RecursionError):
        raise Problem("The request body cannot be read.", "BadRequest") from None
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        raise Problem("The request body needs a query.", "BadRequest")
    if not isinstance(body.get("variables") or {}, dict) or not isinstance(body.get("operationName") or "", str):
        raise Problem("variables must be an object and operationName a text.", "BadRequest")
    return body


def _parts(body: bytes, content_type: str) -> dict[str, File]:
    """The parts of a multipart body by name."""
    boundary = re.search(r'boundary="?([^";,]+)"?', content_type)
    if not boundary:
        raise ValueError("no boundary")
    found = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        headers = head.decode("utf-8", "replace")
        name = re.search(r'[; ]name="([^"]*)"', headers)
        file_name = re.search(r'filename="([^"]*)"', headers)
        kind = re.search(r"content-type:\s*([^\r\n;]+)", headers, re.IGNORECASE)
        if name:
            found[name[1]] = File(file_name[1] if file_name else "", kind[1] if kind else "", content)
    return found


def _with_files(parts: dict[str, File]) -> dict[str, Any]:
    """The GraphQL multipart request convention: ``operations``, ``map``, and files by the map's keys."""
    body: dict[str, Any] = json.loads(parts["operations"].content)
    for key, paths in json.loads(parts["map"].content).items():
        for path in paths:
            *way, last = path.split(".")
            place: Any = body
            for step in way:
                place = place[step]
            place[last] = parts[key]
    return body


@lru_cache(maxsize=256)
def parsed(query: str) -> g.DocumentNode | g.GraphQLError:
    """The document, or why it is none."""
    try:
        return g.parse(query)
    except (g.GraphQLError, RecursionError) as error:
        return error if isinstance(error, g.GraphQLError) else g.GraphQLError("The query is nested too deeply.")


@lru_cache(maxsize=256)
def invalid(query: str) -> tuple[g.GraphQLError, ...]:
    """What is wrong with a document that parses."""
    document = parsed(query)
    return tuple(g.validate(schema(), document)) if isinstance(document, g.DocumentNode) else (document,)


def asked_for(body: dict[str, Any]) -> str:
    """The name of what an operation asks for: its first root field; for ``node`` the type that it wants of it."""
    document = parsed(body["query"])
    if not isinstance(document, g.DocumentNode):
        return "graphql"
    operations = [d for d in document.definitions if isinstance(d, g.OperationDefinitionNode)]
    wanted = body.get("operationName") or None
    chosen = next((one for one in operations if wanted in (None, one.name and one.name.value)), None)
    first = chosen.selection_set.selections[0] if chosen else None
    if not isinstance(first, g.FieldNode):
        return "graphql"
    inside = first.selection_set.selections if first.selection_set else ()
    types = [s.type_condition.name.value for s in inside if isinstance(s, g.InlineFragmentNode) and s.type_condition]
    return types[0][:1].lower() + types[0][1:] if first.name.value == "node" and types else first.name.value


def names() -> list[str]:
    """Everything that :func:`asked_for` can answer of a document that fits the schema."""
    roots = [root for root in (schema().query_type, schema().mutation_type) if root]
    kinds = schema().get_possible_types(cast(g.GraphQLAbstractType, schema().type_map["Node"]))
    nodes = [kind.name[:1].lower() + kind.name[1:] for kind in kinds]
    return sorted({"graphql", *nodes, *(name for root in roots for name in root.fields)})


def run(shop: Shop, body: dict[str, Any]) -> tuple[Any, list[g.GraphQLError]]:
    """Execute; data ``None`` with errors that have no path means that nothing was executed."""
    problems = invalid(body["query"])
    if problems:
        return None, list(problems)
    result = g.execute_sync(
        schema(),
        cast(g.DocumentNode, parsed(body["query"])),
        context_value=shop,
        variable_values=body.get("variables") or {},
        operation_name=body.get("operationName") or None,
    )
    return result.data, result.errors or []
