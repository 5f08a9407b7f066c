"""The request schemas of the Sales Channels API 4.0, and a validator that speaks as the platform's does.

The platform answers a body that does not fit with the outer complaint first, then the inner ones, and names no path.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

Schema = dict[str, Any]

PRODUCT_STATUS = {
    1: "Active",
    2: "Inactive",
    3: "Disabled",
    4: "Preorder",
    5: "Available",
    7: "Draft",
    8: "Pending",
    9: "Private",
    10: "Publish",
    11: "Archive",
}
ORDER_STATUS = {
    1: "pending",
    2: "unshipped",
    3: "partially_shipped",
    4: "completed",
    5: "cancelled",
    9: "refunded",
}


def _object(required: str = "", **properties: Schema) -> Schema:
    return {"type": ["object"], "required": required.split(), "properties": properties}


def _array(items: Schema, least: int = 0, most: int | None = None) -> Schema:
    return {"type": ["array"], "items": items, "minItems": least, "maxItems": most}


def _nullable(schema: Schema) -> Schema:
    return {**schema, "type": [*schema["type"], "null"]}


TEXT: Schema = {"type": ["string"]}
NUMBER: Schema = {"type": ["number"]}
SKU: Schema = {"type": ["string"], "minLength": 1}
PRICE: Schema = {"type": ["number"], "minimum": 0, "maximum": 1_000_000}
QUANTITY: Schema = {"type": ["integer"], "minimum": 0, "maximum": 1_000_000}
CURRENCY: Schema = {"type": ["string"], "pattern": "^[A-Z]{3}$"}
IMAGES = _array({"type": ["string"], "format": "uri"})
PAIRS = _array(_object("name value", name=TEXT, value=TEXT))
SIZE = _nullable(NUMBER)
UNIT = _nullable(TEXT)

VARIANT_CREATE = _object(
    "sku barcode price quantity",
    sku=SKU,
    barcode=_nullable(TEXT),
    price=PRICE,
    quantity=QUANTITY,
    images=IMAGES,
    options=PAIRS,
    attributes=PAIRS,
    weight=SIZE,
    weight_unit=UNIT,
    height=SIZE,
    depth=SIZE,
    width=SIZE,
    dimension_unit=UNIT,
)
PRODUCTS_CREATE = _array(
    _object(
        "sku status is_simple currency title variants",
        sku=SKU,
        status={"type": ["integer"], "enum": list(PRODUCT_STATUS)},
        is_simple={"type": ["boolean"]},
        currency=CURRENCY,
        title=TEXT,
        description=TEXT,
        images=IMAGES,
        attributes=PAIRS,
        variants=_array(VARIANT_CREATE, 1),
    ),
    1,
    500,
)
PRODUCT_UPDATE = _object(
    "sku", sku=SKU, currency=CURRENCY, title=TEXT, description=TEXT, images=IMAGES, attributes=PAIRS
)
PRODUCTS_UPDATE = _object("products", products=_array(PRODUCT_UPDATE, 1, 500))
VARIANT_UPDATE = _object(
    "sku", sku=SKU, barcode=TEXT, price=PRICE, quantity=QUANTITY, images=IMAGES, options=PAIRS, attributes=PAIRS
)
VARIANTS_UPDATE = _object("variants", variants=_array(VARIANT_UPDATE, 1, 500))
PRODUCTS_DELETE = _array(_object("sku", sku=SKU), 1, 500)
INVOICE = _object(
    "order_id invoice_number invoice_data",
    order_id={"type": ["string"], "maxLength": 300},
    invoice_number={"type": ["string"], "maxLength": 100},
    total_amount=_nullable(NUMBER),
    total_vat_amount=_nullable(NUMBER),
    shipping_id={"type": ["string", "null"], "maxLength": 100},
    transaction_id={"type": ["string", "null"], "maxLength": 100},
    invoice_data=TEXT,
)

DIRECTION: Schema = {"type": ["string"], "enum": ["asc", "desc"]}
RANGE = _object("", **{"from": NUMBER, "to": NUMBER})
DATE: Schema = {"type": ["string"], "format": "date-time"}
RESULT = _object(
    "limit",
    limit=_object(
        "offset count",
        offset={"type": ["integer"], "minimum": 0},
        count={"type": ["integer"], "minimum": 1, "maximum": 100},
    ),
)
PRODUCTS_FIND = _object(
    "",
    sort=_object("", price=DIRECTION, quantity=DIRECTION, update_date=DIRECTION),
    filters=_object(
        "",
        is_simple=_array({"type": ["boolean"]}, 1, 1),
        price=RANGE,
        quantity=RANGE,
        status=_array({"type": ["integer"], "enum": list(PRODUCT_STATUS)}),
        sku=_array(TEXT),
    ),
    _result=RESULT,
)
ORDERS_FIND = _object(
    "",
    sort=_object("", sale_date=DIRECTION, ship_by_date=DIRECTION, status=DIRECTION, total=DIRECTION),
    filters=_object(
        "",
        archived=_array({"type": ["boolean"]}, 1, 1),
        buyer=_array(TEXT, 1, 1),
        data_source_order=_array(TEXT, 1, 1),
        price=RANGE,
        shipping_price=RANGE,
        status=_array({"type": ["integer"], "enum": list(ORDER_STATUS)}),
        sale_date=_object("", **{"from": DATE, "to": DATE}),
    ),
    search=_nullable(TEXT),
    _result=RESULT,
)


def complaints(value: Any, schema: Schema) -> list[str]:
    """What is wrong with a decoded body, outer complaint first; empty when it fits."""
    if not any(_is(value, kind) for kind in schema["type"]):
        return [f"The data ({_kind(value)}) must match the type: {', '.join(schema['type'])}"]
    if "enum" in schema and value not in schema["enum"]:
        return ["The data should match one item from enum"]
    if isinstance(value, dict):
        return _of_object(value, schema)
    if isinstance(value, list):
        return _of_array(value, schema)
    if isinstance(value, str):
        return _of_text(value, schema)
    return _of_number(value, schema) if isinstance(value, int | Decimal) and not isinstance(value, bool) else []


def _is(value: Any, kind: str) -> bool:
    number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if kind == "integer":
        return number and (isinstance(value, int) or value == value.to_integral_value())
    found = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}.get(kind)
    return number if found is None else isinstance(value, found)


def _kind(value: Any) -> str:
    return next(k for k in ("null", "boolean", "integer", "number", "string", "array", "object") if _is(value, k))


def _of_object(value: dict[str, Any], schema: Schema) -> list[str]:
    missing = [name for name in schema["required"] if name not in value]
    if missing:
        return [f"The required properties ({', '.join(missing)}) are missing"]
    wrong = {n: c for n, s in schema["properties"].items() if n in value and (c := complaints(value[n], s))}
    if not wrong:
        return []
    return [f"The properties must match schema: {', '.join(wrong)}", *(c for found in wrong.values() for c in found)]


def _of_array(value: list[Any], schema: Schema) -> list[str]:
    if len(value) < schema["minItems"]:
        return [f"Array should have at least {schema['minItems']} items, {len(value)} found"]
    if schema["maxItems"] is not None and len(value) > schema["maxItems"]:
        return [f"Array should have at most {schema['maxItems']} items, {len(value)} found"]
    wrong = next((c for one in value if (c := complaints(one, schema["items"]))), None)
    return ["All array items must match schema", *wrong] if wrong else []


def _of_text(value: str, schema: Schema) -> list[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if len(value) < least:
        return [f"Minimum string length is {least}, found {len(value)}"]
    if most is not None and len(value) > most:
        return [f"Maximum string length is {most}, found {len(value)}"]
    if "pattern" in schema and not re.match(schema["pattern"], value):
        return [f"The string should match pattern: {schema['pattern']}"]
    if "format" in schema and not _FORMATS[schema["format"]](value):
        return [f"The data must match the '{schema['format']}' format"]
    return []


def _of_number(value: int | Decimal, schema: Schema) -> list[str]:
    if "minimum" in schema and value < schema["minimum"]:
        return [f"Number must be greater than or equal to {schema['minimum']}"]
    if "maximum" in schema and value > schema["maximum"]:
        return [f"Number must be lower than or equal to {schema['maximum']}"]
    return []


def moment(value: str) -> datetime:
    """A date-time of the document. Raises ``ValueError`` for anything without a zone."""
    found = datetime.fromisoformat(value.replace("Z", "+00:00"))
    if found.tzinfo is None:
        raise ValueError(value)
    return found


def _is_moment(value: str) -> bool:
    try:
        return "T" in value and bool(moment(value))
    except ValueError:
        return False


def _is_uri(value: str) -> bool:
    parts = urlsplit(value)
    return bool(parts.scheme and parts.netloc) and not re.search(r"\s", value)


_FORMATS = {"date-time": _is_moment, "uri": _is_uri}
