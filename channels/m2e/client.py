"""One method per documented operation; lists keep their items raw so that one bad item spoils no page."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from channels.errors import Ambiguous, WireError
from channels.http import Call, Http
from channels.m2e import wire as w
from channels.wire import decode

T = TypeVar("T")

# A batch of 500 or an invoice takes longer than other platforms' calls.
READ_SECONDS = 30.0


class M2eClient:
    """Speaks to M2E Cloud. Every method raises the errors of ``channels.errors``."""

    def __init__(self, http: Http) -> None:
        self.http = http

    def list_accounts(self) -> list[msgspec.Raw]:
        """``UserAccountsList``: every account, in one bare array."""
        return self._fetch("UserAccountsList", list[msgspec.Raw])

    def get_product(self, sku: str) -> msgspec.Raw:
        """``CatalogProductGet``: the product of a SKU. A SKU that is not there is refused with 404."""
        return self._fetch("CatalogProductGet", msgspec.Raw, query={"sku": sku})

    def find_products(self, criteria: dict[str, Any]) -> w.Found:
        """``CatalogProductsFind``: sort, filters and ``_result``."""
        return self._fetch("CatalogProductsFind", w.Found, json=criteria)

    def create_products(self, products: list[dict[str, Any]]) -> int:
        """``CatalogProductCreate``: 1 to 500 products; the count of those made."""
        return int(self._fetch("CatalogProductCreate", w.Created, json=products).count)

    def update_products(self, products: list[dict[str, Any]]) -> int:
        """``catalogProductsUpdate``: 1 to 500 products by SKU; the count of those changed."""
        return int(self._fetch("catalogProductsUpdate", w.Updated, json={"products": products}).updated)

    def update_variants(self, variants: list[dict[str, Any]]) -> int:
        """``catalogProductsVariantsUpdate``: 1 to 500 variants by SKU; the count of those changed."""
        return int(self._fetch("catalogProductsVariantsUpdate", w.Updated, json={"variants": variants}).updated)

    def delete_products(self, skus: list[str]) -> int:
        """``CatalogProductDelete``: 1 to 500 products by SKU; the count of those deleted."""
        return int(self._fetch("CatalogProductDelete", w.Deleted, json=[{"sku": sku} for sku in skus]).deleted)

    def find_orders(self, channel: str, account_token: str, criteria: dict[str, Any]) -> w.Found:
        """``OrdersFind``: orders of one account on one marketplace."""
        return self._fetch(
            "OrdersFind", w.Found, query={"channel": channel, "account_token": account_token}, json=criteria
        )

    def upload_invoice(self, invoice: dict[str, Any]) -> None:
        """``UploadOrderInvoice``. Its answer has no documented body: nothing or any JSON is a yes."""
        answer = self.http.send(self._call("UploadOrderInvoice", json=invoice))
        if not answer.body.strip():
            return
        try:
            decode(answer.body, msgspec.Raw)
        except WireError as error:
            raise Ambiguous(
                f"UploadOrderInvoice was sent; its answer could not be read ({error.words})", status=answer.status
            ) from error

    def _fetch(self, name: str, kind: type[T], **parts: Any) -> T:
        return self.http.fetch(self._call(name, **parts), kind)

    def _call(self, name: str, **parts: Any) -> Call:
        return Call(route=self.http.routes.get(name), read_seconds=READ_SECONDS, **parts)
