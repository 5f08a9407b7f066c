"""The simulator's products: list, listing, stock and price."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from channels.imetastore import sandbox_checks as check
from channels.imetastore.sandbox_data import GOODS, SKU_TITLES
from channels.sandbox import Reply, Request, Sandbox, endpoint

FIRST_SPU = 2001591587541073922
FIRST_SKU = 3001591587541073001
DRAFT, ON_SALE, OFF_SHELF, IN_REVIEW, PROBLEM = 0, 1, 2, 4, 5
SWITCHABLE = {ON_SALE, OFF_SHELF}
WORDS = {"ON_SALE": ON_SALE, "SHELF_DOWN": OFF_SHELF}
CENT, MAX_PRICE = Decimal("0.01"), 10**9
MAX_STOCK = 2_147_483_647

Row = dict[str, Any]


class Catalog(Sandbox):
    """Products with their SKUs. Rows are kept as they go out, plus keys with a leading underscore."""

    products: list[Row]

    def success(self, data: Any = True) -> Reply:
        """The envelope of a success."""
        return Reply(200, {"code": "0000", "msg": "Success", "time": check.iso(self.now()), "data": data})

    def populate_products(self) -> None:
        """Some 48 products for each size, newest first, with every status (one is a code that nobody lists)."""
        self.products = []
        self.next_spu, self.next_sku = FIRST_SPU, FIRST_SKU
        for n in range(48 * self.size):
            self.add_product(hours_ago=36 * 24 - 17 * (n % 48))
        for row, status in zip(self.products[3::7], (OFF_SHELF, DRAFT, IN_REVIEW, PROBLEM, 3), strict=False):
            row["productSpuStatus"] = status
        bare = self.products[-1]
        bare.update(brandId=None, brandName=None, publishDate=None, deliveryType=None, productSkus=None)

    def add_product(self, hours_ago: float = 0) -> Row:
        """A new product on sale."""
        title, brand, brand_name, category, category_name = GOODS[len(self.products) % len(GOODS)]
        made = self.now() - timedelta(hours=hours_ago)
        price = Decimal(self.random.randint(199, 9999)) * CENT
        currency = self.random.choice(("USD", "USD", "EUR"))
        count = self.random.randint(1, 4)
        row = {
            "id": self.next_spu,
            "title": title,
            "productSpuNum": f"SPU{self.next_spu}",
            "brandId": brand,
            "brandName": brand_name,
            "categoryId3": category,
            "categoryName3": category_name,
            "productSpuStatus": ON_SALE,
            "publishDate": check.iso(made),
            "updateTime": check.iso(made),
            "deliveryType": self.random.choice((1, 2)),
            "productSkus": [self._sku(SKU_TITLES[n], price + n, currency) for n in range(count)],
            "_created": made,
            "_updated": made,
        }
        self.next_spu += self.random.randint(1, 9)
        self.products.insert(0, row)
        return row

    def _sku(self, title: str, price: Decimal, currency: str) -> Row:
        self.next_sku += 1
        stock, alert = self.random.choice((0, 3, 25, 500, 12_000)), self.random.choice((None, 5, 50))
        return {
            "id": self.next_sku - 1,
            "title": title,
            "price": price,
            "currencyCode": currency,
            "stock": stock,
            "alertStock": alert,
        }

    def touch(self, product: Row) -> None:
        """Mark a product as updated now."""
        product["_updated"] = self.now()
        product["updateTime"] = check.iso(self.now())

    def skus(self) -> Iterator[tuple[Row, Row]]:
        """Every product with each of its SKUs."""
        return ((product, sku) for product in self.products for sku in product["productSkus"] or ())

    # -- endpoints -------------------------------------------------------------------------------------------------

    @endpoint("POST", "/seller/product", "products.list")
    def product_list(self, request: Request) -> Reply:
        """Get Product List."""
        body = check.body_of(request)
        return self.success(check.paged(self._filtered(body), body))

    def _filtered(self, body: Row) -> list[Row]:
        title = (check.text(body, "title") or "").casefold()
        number = check.text(body, "productSpuNum")
        status = None if body.get("productSpuStatus") is None else check.integer(body, "productSpuStatus", 0, 9)
        category = None if body.get("categoryId3") is None else check.identifier(body, "categoryId3")
        brands = check.optional(body, "brandIds", list, "an array") or []
        low, high = check.number(body, "minPrice"), check.number(body, "maxPrice")
        created = check.time_filter(body, "createTimeStart"), check.time_filter(body, "createTimeEnd")
        updated = check.time_filter(body, "updateTimeStart"), check.time_filter(body, "updateTimeEnd")
        return [
            row
            for row in self.products
            if title in row["title"].casefold()
            and number in (None, row["productSpuNum"])
            and status in (None, row["productSpuStatus"])
            and category in (None, row["categoryId3"])
            and (not brands or row["brandId"] in brands)
            and _costs(row, low, high)
            and check.is_within(row["_created"], *created)
            and check.is_within(row["_updated"], *updated)
        ]

    @endpoint("PUT", "/seller/product-spu/switch", "products.listing")
    def product_listing(self, request: Request) -> Reply:
        """Product Listing/Delisting: all products of the request, or none."""
        body = check.body_of(request)
        wanted = check.text(body, "productStatus")
        if wanted not in WORDS:
            raise check.refuse(check.NOT_VALID, "productStatus must be ON_SALE or SHELF_DOWN")
        known = {row["id"]: row for row in self.products}
        ids = check.rows(body, "productSpuIds")
        if not all(isinstance(one, int) and not isinstance(one, bool) for one in ids):
            raise check.refuse(check.JSON_ERROR, "productSpuIds must be an array of integers")
        for one in ids:
            if one not in known:
                raise check.refuse(check.NOT_FOUND, f"Product {one} does not exist")
            if known[one]["productSpuStatus"] not in SWITCHABLE:
                raise check.refuse(check.NOT_ALLOWED, f"Product {one} can be neither listed nor delisted now")
        for one in ids:
            known[one]["productSpuStatus"] = WORDS[wanted]
            self.touch(known[one])
            self.applied("products.listing", id=str(one), productStatus=wanted)
        return self.success()

    @endpoint("PUT", "/seller/product-stock", "products.stock")
    def product_stock(self, request: Request) -> Reply:
        """Update SKU Inventory: all SKUs of the request, or none."""
        changes = check.objects(check.body_of(request), "skuList")
        known = self._known(changes)
        for change in changes:
            check.integer(change, "stock", 0, MAX_STOCK)
            if change.get("alertStock") is not None:
                check.integer(change, "alertStock", 0, MAX_STOCK)
        for change in changes:
            product, sku = known[change["id"]]
            sku["stock"] = change["stock"]
            sku["alertStock"] = change.get("alertStock", sku["alertStock"])
            self.touch(product)
            self.applied("products.stock", id=str(sku["id"]), stock=sku["stock"], alertStock=sku["alertStock"])
        return self.success()

    @endpoint("PUT", "/seller/product-sku/price", "products.price")
    def product_price(self, request: Request) -> Reply:
        """Update SKU Price: all SKUs of the request in one currency, or none."""
        body = check.body_of(request)
        changes = check.objects(body, "productSkuPrices")
        currency = check.text(body, "currencyCode")
        if currency not in ("USD", "EUR"):
            raise check.refuse(check.NOT_VALID, "currencyCode must be USD or EUR")
        known = self._known(changes)
        for change in changes:
            price = check.number(change, "price")
            if price is None or not 0 < price < MAX_PRICE or price != price.quantize(CENT):
                raise check.refuse(check.NOT_VALID, "price must be above 0, with at most two decimals")
        for change in changes:
            product, sku = known[change["id"]]
            sku["price"], sku["currencyCode"] = Decimal(change["price"]).quantize(CENT), currency
            self.touch(product)
            self.applied("products.price", id=str(sku["id"]), price=str(sku["price"]), currencyCode=currency)
        return self.success()

    def _known(self, changes: list[Row]) -> dict[int, tuple[Row, Row]]:
        known = {sku["id"]: (product, sku) for product, sku in self.skus()}
        for change in changes:
            if change["id"] not in known:
                raise check.refuse(check.NOT_FOUND, f"SKU {change['id']} does not exist")
        return known


def _costs(row: Row, low: Decimal | None, high: Decimal | None) -> bool:
    """Whether one of the SKUs costs between both bounds."""
    if low is None and high is None:
        return True
    prices = [sku["price"] for sku in row["productSkus"] or ()]
    return any((low is None or price >= low) and (high is None or price <= high) for price in prices)
