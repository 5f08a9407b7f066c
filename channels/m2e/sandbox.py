"""The simulator of M2E Cloud, written from the Sales Channels API 4.0 document.

Where the document leaves a choice, a class attribute holds the one taken.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from channels.m2e import sandbox_find as find
from channels.m2e import sandbox_schema as schema
from channels.m2e.sandbox_data import Item, stamp
from channels.m2e.sandbox_world import EVENTS, WRITE_ONLY, World
from channels.sandbox import Fault, Refusal, Reply, Request, Sandbox, endpoint


class M2eSandbox(Sandbox):
    """One user with five marketplace accounts, one of which must be authorised again."""

    platform = "m2e"
    credentials: ClassVar[dict[str, str]] = {
        "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJkZW1vIn0.c2FuZGJveA"
    }
    events: ClassVar[tuple[str, ...]] = tuple(EVENTS)
    # The count of a create: required as `created`, listed as `deleted`.
    created_key: str = "created"
    # An unknown SKU lowers the count; True refuses the whole batch with 404 instead.
    refuses_unknown_skus: bool = False
    # Calls in a minute; the document's 100 is an example.
    calls_a_minute: int = 6_000

    # -- the frame ---------------------------------------------------------------------------------------------------

    def populate(self) -> None:
        """The starting state, and a fresh minute of the rate limit."""
        self.world = World(self.random, self.now, self.size)
        self.minute, self.calls = self.now(), 0

    def authenticate(self, request: Request) -> None:
        """The token verbatim in ``access-token``; then the rate limit."""
        if self.world.is_token_expired or request.headers.get("access-token") != self.credentials["access_token"]:
            raise Refusal(self.problem(401, "Unauthorized"))
        if self.now() - self.minute >= timedelta(minutes=1):
            self.minute, self.calls = self.now(), 0
        self.calls += 1
        if self.calls > self.calls_a_minute:
            raise Refusal(self.problem(429, "Too many requests."))

    def handle(self, request: Request, in_process: bool = True) -> Reply:
        """Rate limit headers go with 200, 400 and 429 only."""
        reply = super().handle(request, in_process)
        if reply.status in (200, 400, 429) and not request.path.startswith("/_sandbox/"):
            reply.headers = {
                "X-RateLimit-Limit": str(self.calls_a_minute),
                "X-RateLimit-Remaining": str(max(self.calls_a_minute - self.calls, 0)),
                "X-RateLimit-Retry-After": stamp(self.minute + timedelta(minutes=1)),
                **reply.headers,
            }
        return reply

    def problem(self, status: int, words: str) -> Reply:
        """An ``ErrorList`` of one."""
        return Reply(status, [_error(status, words)])

    def rate_limited(self, fault: Fault) -> Reply:
        """A 429 with the time of the reset, which negative ``seconds`` put into the past."""
        reply = self.problem(429, "Too many requests.")
        until = stamp(self.now() + timedelta(seconds=fault.seconds))
        reply.headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Retry-After": until}
        return reply

    def expire_tokens(self) -> None:
        """Refuse the token until it is renewed (event ``token``) or everything begins anew."""
        self.world.is_token_expired = True

    def drift(self) -> None:
        """Products and an order arrive, a product goes."""
        self.world.drift()

    def move(self, event: str | None = None) -> str:
        """One of ``events``, or any about an order."""
        return self.world.happen(event)

    # -- user --------------------------------------------------------------------------------------------------------

    @endpoint("GET", "/user/accounts/", "UserAccountsList")
    def user_accounts_list(self, request: Request) -> Reply:
        """A bare array."""
        return Reply(200, self.world.accounts)

    # -- catalog -----------------------------------------------------------------------------------------------------

    @endpoint("GET", "/catalog/product/", "CatalogProductGet")
    def catalog_product_get(self, request: Request) -> Reply:
        """By the product's SKU."""
        product = self.world.by_sku().get(self._query(request, "sku")[0])
        if product is None:
            raise self._not_found()
        return Reply(200, product)

    @endpoint("POST", "/catalog/product/find/", "CatalogProductsFind")
    def catalog_products_find(self, request: Request) -> Reply:
        """Sort, filters, paging."""
        criteria = self._body(request, schema.PRODUCTS_FIND, optional=True)
        return Reply(200, find.window(find.products(self.world.products.values(), criteria), criteria))

    @endpoint("POST", "/catalog/product/", "CatalogProductCreate")
    def catalog_product_create(self, request: Request) -> Reply:
        """Makes those whose SKUs, of product and variants, are free."""
        made = [self.world.create_product(given) for given in self._body(request, schema.PRODUCTS_CREATE)]
        for product in filter(None, made):
            variants = [{key: one[key] for key in ("sku", "price", "quantity")} for one in product["variants"]]
            self.applied("CatalogProductCreate", sku=product["sku"], token=product["token"], variants=variants)
        return Reply(200, {self.created_key: len([product for product in made if product])})

    @endpoint("PATCH", "/catalog/product/", "catalogProductsUpdate")
    def catalog_products_update(self, request: Request) -> Reply:
        """Replaces what is given."""
        known = self.world.by_sku()
        changes = self._known(self._body(request, schema.PRODUCTS_UPDATE)["products"], known)
        for given in changes:
            product = known[given["sku"]]
            product.update(_picked(given, ("title", "images", "attributes")))
            self.world.write_only[product["token"]].update(_picked(given, WRITE_ONLY))
            self.world.touch(product)
            self.applied("catalogProductsUpdate", **_picked(given, schema.PRODUCT_UPDATE["properties"]))
        return Reply(200, {"updated": len(changes)})

    @endpoint("PATCH", "/catalog/product/variant/", "catalogProductsVariantsUpdate")
    def catalog_products_variants_update(self, request: Request) -> Reply:
        """Replaces what is given, by the variant's SKU."""
        known = self.world.by_variant_sku()
        changes = self._known(self._body(request, schema.VARIANTS_UPDATE)["variants"], known)
        for given in changes:
            product, variant = known[given["sku"]]
            effect = _picked(given, schema.VARIANT_UPDATE["properties"])
            variant.update(effect)
            variant["quantity"] = int(variant["quantity"])
            self.world.touch(product, variant)
            self.applied("catalogProductsVariantsUpdate", **effect)
        return Reply(200, {"updated": len(changes)})

    @endpoint("DELETE", "/catalog/product/", "CatalogProductDelete")
    def catalog_product_delete(self, request: Request) -> Reply:
        """Those that exist; one named twice goes once."""
        known = self.world.by_sku()
        batch = self._known(self._body(request, schema.PRODUCTS_DELETE), known)
        tokens = dict.fromkeys(known[given["sku"]]["token"] for given in batch)
        for token in tokens:
            self.applied("CatalogProductDelete", sku=self.world.remove_product(token)["sku"], token=token)
        return Reply(200, {"deleted": len(tokens)})

    # -- orders ------------------------------------------------------------------------------------------------------

    @endpoint("POST", "/order/find/", "OrdersFind")
    def orders_find(self, request: Request) -> Reply:
        """Of one account; an account that must be authorised again is refused."""
        channel, token = self._query(request, "channel", "account_token")
        criteria = self._body(request, schema.ORDERS_FIND, optional=True)
        account = next((a for a in self.world.accounts if a["token"] == token and a["channel"] == channel), None)
        if account is None:
            raise self._not_found()
        if not account["is_valid"]:
            raise Refusal(self.problem(400, "The account credentials are not valid."))
        return Reply(200, find.window(find.orders(self.world.orders[token], criteria), criteria))

    @endpoint("POST", "/order/invoice/", "UploadOrderInvoice")
    def upload_order_invoice(self, request: Request) -> Reply:
        """A PDF for an order of the store; a repeat is a second invoice."""
        given = self._body(request, schema.INVOICE)
        if not self.world.has_source_order(given["order_id"]):
            raise self._not_found()
        try:
            pdf = base64.b64decode(given["invoice_data"], validate=True)
        except (binascii.Error, ValueError):
            raise Refusal(self.problem(400, "The data must be encoded as 'base64'")) from None
        if not pdf.startswith(b"%PDF-"):
            raise Refusal(self.problem(400, "The media type of the data must be application/pdf"))
        kept = {key: given.get(key) for key in schema.INVOICE["properties"] if key != "invoice_data"}
        self.world.invoices.append({**kept, "size": len(pdf)})
        self.applied("UploadOrderInvoice", **kept, size=len(pdf))
        return Reply(200, {})

    # -- requests ----------------------------------------------------------------------------------------------------

    def _body(self, request: Request, shape: schema.Schema, *, optional: bool = False) -> Any:
        """The body, held against its schema. Refuses with 400 and every complaint."""
        if optional and not request.body:
            return {}
        try:
            body = request.json()
        except (ValueError, RecursionError):
            raise Refusal(self.problem(400, "Syntax error")) from None
        found = schema.complaints(body, shape)
        if found:
            raise Refusal(Reply(400, [_error(400, words) for words in dict.fromkeys(found)]))
        return body

    def _query(self, request: Request, *names: str) -> list[str]:
        missing = [name for name in names if name not in request.query]
        if missing:
            raise Refusal(self.problem(400, f"The required properties ({', '.join(missing)}) are missing"))
        return [request.query[name] for name in names]

    def _known(self, batch: list[Item], known: Iterable[str]) -> list[Item]:
        """The items whose SKU exists. Refuses before anything is applied where the switch says so."""
        if self.refuses_unknown_skus and any(given["sku"] not in known for given in batch):
            raise self._not_found()
        return [given for given in batch if given["sku"] in known]

    def _not_found(self) -> Refusal:
        return Refusal(self.problem(404, "Entity is not found."))


def _picked(given: Item, keys: Iterable[str]) -> Item:
    """What the document names of a body; anything further is taken and means nothing."""
    return {key: given[key] for key in keys if key in given}


def _error(status: int, words: str) -> dict[str, Any]:
    """An ``Error`` with all that its schema requires: the code as text, and data."""
    return {"code": str(status), "message": words, "data": {}}
