"""The simulator's answers against the response schemas of the document."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from channels.m2e.routes import ROUTES
from channels.m2e.sandbox import M2eSandbox
from channels.sandbox import Fault
from tests.channels.m2e.support import TOKEN, account, call, product, sample

DOCUMENT = Path(__file__).parents[4] / "shared" / "platforms" / "m2e-openapi.yaml"
SCHEMAS = Path(__file__).parent / "responses.json"

needs_document = pytest.mark.skipif(
    not DOCUMENT.exists(), reason="../shared/platforms/m2e-openapi.yaml is not beside this repository"
)

# What the sandbox answers → the schema it must fit.
ANSWERS = {
    "accounts": "UserAccountsResponse",
    "product": "CatalogProduct",
    "products": "CatalogProductsFindResponse",
    "created": "CatalogProductsCreateResponse",
    "deleted as created": "CatalogProductsCreateResponse",
    "updated": "CatalogProductsUpdateResponse",
    "variants": "CatalogProductsVariantsUpdateResponse",
    "deleted": "CatalogProductsDeleteResponse",
    "orders": "OrdersFindResponse",
    "moved orders": "OrdersFindResponse",
    "400": "ErrorList",
    "401": "ErrorList",
    "404": "ErrorList",
    "429": "ErrorList",
    "500": "ErrorList",
}
WHOLE = {"_result": {"limit": {"offset": 0, "count": 100}}}


def answer(sandbox: M2eSandbox, what: str) -> Any:
    item = product(sandbox)
    find = ("POST", "/order/find/", WHOLE)
    of_account = {"channel": "ebay", "account_token": account(sandbox, "ebay")["token"]}
    if what == "deleted as created":
        sandbox.created_key = "deleted"
    if what == "moved orders":
        for _ in range(60):
            sandbox.move()
    if what in ("429", "500"):
        sandbox.faults.append(Fault("*", "rate_limit" if what == "429" else "status"))
    make = ("POST", "/catalog/product/", sample("CatalogProductCreate__documented"))
    stock = {"variants": [{"sku": item["variants"][0]["sku"], "quantity": 1}]}
    asked: dict[str, tuple[tuple[Any, ...], dict[str, str]]] = {
        "product": (("GET", "/catalog/product/"), {"sku": item["sku"]}),
        "products": (("POST", "/catalog/product/find/", WHOLE), {}),
        "created": (make, {}),
        "deleted as created": (make, {}),
        "updated": (("PATCH", "/catalog/product/", sample("catalogProductsUpdate__documented")), {}),
        "variants": (("PATCH", "/catalog/product/variant/", stock), {}),
        "deleted": (("DELETE", "/catalog/product/", [{"sku": item["sku"]}]), {}),
        "orders": (find, of_account),
        "moved orders": (find, of_account),
        "400": (("POST", "/catalog/product/", []), {}),
        "401": (("GET", "/user/accounts/"), {"token": ""}),
        "404": (("GET", "/catalog/product/"), {"sku": "no such"}),
    }
    parts, query = asked.get(what, (("GET", "/user/accounts/"), {}))
    return call(sandbox, *parts, **{"token": TOKEN, **query})[1]


def check(document: dict[str, Any], name: str, value: Any) -> None:
    schema = {**document, "$ref": f"#/components/schemas/{name}"}
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [f"{one.json_path}: {one.message}" for one in validator.iter_errors(value)] == []


@pytest.mark.parametrize(("what", "name"), ANSWERS.items(), ids=ANSWERS)
def test_answers_fit_the_required_fields_and_types(sandbox: M2eSandbox, what: str, name: str) -> None:
    document = {"components": {"schemas": json.loads(SCHEMAS.read_text())}}
    check(document, name, answer(sandbox, what))


@needs_document
@pytest.mark.parametrize(("what", "name"), ANSWERS.items(), ids=ANSWERS)
def test_answers_fit_the_openapi_document(sandbox: M2eSandbox, what: str, name: str) -> None:
    document = yaml.safe_load(DOCUMENT.read_text())
    check({"components": document["components"]}, name, answer(sandbox, what))


@needs_document
def test_every_operation_of_the_document_has_its_route() -> None:
    paths = yaml.safe_load(DOCUMENT.read_text())["paths"]
    stated = {
        (path, method.upper(), one["operationId"]) for path, kinds in paths.items() for method, one in kinds.items()
    }
    assert {(route.path, route.method, route.name) for route in ROUTES} == stated
    assert all(route.documented for route in ROUTES)
