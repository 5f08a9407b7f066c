"""The agent's simulator: products of the sources, and the cart."""

from __future__ import annotations

import re
from decimal import Decimal

from channels.fulfillbot.sandbox_data import DESCRIPTION, GOODS, KINDS, PLATFORMS, SHOPS
from channels.fulfillbot.sandbox_rules import Given, api, body_of, data, paged, refuse, whole_id
from channels.fulfillbot.sandbox_state import Row, State
from channels.sandbox import Reply, Request

_FOUND = (
    "id",
    "title",
    "price",
    "originalPrice",
    "currency",
    "platform",
    "imageUrl",
    "shopName",
    "sales",
    "categoryId",
    "skus",
)
_IMPORTED = ("id", "title", "price", "platform", "skus", "images")
_OFFER_URL = re.compile(r"https?://(?:detail|m)\.1688\.com/(?:offer/)?(\w+)\.html(?:[?#].*)?\Z")


class Goods(State):
    """Search, detail, import and cart."""

    def make_product(self, product_id: int, platform: str) -> Row:
        """A product that is made up, with one to four SKUs."""
        title, price, grams = self.random.choice(GOODS)
        first = Decimal(price)
        skus = [
            {
                "skuId": f"s{product_id % 1000:03d}{letter}",
                "name": kind,
                "price": first + step * 10,
                "stock": self.random.choice((0, 3, 25, 120, 800)),
                "image": None if step % 2 else f"https://img.example.com/{product_id}/{letter}.jpg",
            }
            for step, (letter, kind) in enumerate(
                zip("abcd", self.random.sample(KINDS, self.random.randint(1, 4)), strict=False)
            )
        ]
        self.products[product_id] = {
            "id": product_id,
            "title": title,
            "description": DESCRIPTION.format(title=title, id=product_id),
            "price": first,
            "originalPrice": first + 60 if self.random.random() < 0.5 else None,
            "currency": "CNY",
            "platform": platform,
            "platformItemId": str(600_000_000_000 + product_id % 10**9),
            "imageUrl": f"https://img.example.com/{product_id}/1.jpg",
            "images": [f"https://img.example.com/{product_id}/{n}.jpg" for n in range(1, 4)],
            "shopName": self.random.choice(SHOPS),
            "shopUrl": f"https://shop.example.com/{product_id % 97}" if self.random.random() < 0.8 else None,
            "sales": self.random.randint(0, 20_000),
            "stock": sum(int(str(sku["stock"])) for sku in skus) + self.random.randint(0, 50),
            "categoryId": self.random.randint(1, 40),
            "skus": skus,
            "attributes": [{"name": "材质", "value": "棉"}, {"name": "Origin", "value": "China"}],
            "_minimum": self.random.choice((1, 2, 5)) if platform == "1688" else 1,
            "_grams": grams,
        }
        return self.products[product_id]

    # -- products ----------------------------------------------------------------------------------------------------

    @api("GET", "/products/search", "products.search", "products:read")
    def search_all(self, request: Request) -> Reply:
        """Every source, with category and sorting."""
        query = Given(request.query, of_query=True)
        category = query.whole("categoryId", least=1)
        sort = query.text("sort", among=("price", "sales", "created"))
        order = query.text("order", among=("asc", "desc"))
        found = self._search(request, PLATFORMS, query)
        if category:
            found = [product for product in found if product["categoryId"] == category]
        if sort:
            key = {"price": "price", "sales": "sales", "created": "id"}[sort]
            found.sort(key=lambda product: product[key], reverse=order == "desc")
        return paged(request, [_found(product) for product in found])

    @api("GET", "/products/platform/taobao/search", "products.search_taobao", "products:read")
    def search_taobao(self, request: Request) -> Reply:
        """Taobao only."""
        return self._search_one(request, "taobao")

    @api("GET", "/products/platform/1688/search", "products.search_1688", "products:read")
    def search_1688(self, request: Request) -> Reply:
        """1688 only."""
        return self._search_one(request, "1688")

    @api("GET", "/products/platform/weidian/search", "products.search_weidian", "products:read")
    def search_weidian(self, request: Request) -> Reply:
        """Weidian only."""
        return self._search_one(request, "weidian")

    def _search_one(self, request: Request, platform: str) -> Reply:
        found = self._search(request, (platform,), Given(request.query, of_query=True))
        return paged(request, [_found(product) for product in found])

    def _search(self, request: Request, platforms: tuple[str, ...], query: Given) -> list[Row]:
        words = query.text("q", required=True).casefold()
        query.check()
        among = (product for product in self.products.values() if product["platform"] in platforms)
        return [one for one in among if words in f"{one['title']} {one['shopName']}".casefold()]

    @api("GET", "/products/{id}", "products.read", "products:read")
    def read_product(self, request: Request) -> Reply:
        """One product with its SKUs."""
        product = self.products.get(whole_id(request))
        if product is None:
            raise refuse(404, "Product not found")
        return data(product)

    @api("POST", "/products/import/1688", "products.import_1688", "products:read")
    def import_1688(self, request: Request) -> Reply:
        """A 1688 offer by address or id; the same offer is the same product each time."""
        given = Given(body_of(request))
        url, offer = given.text("url"), given.text("offerId")
        given.check()
        if not url and not offer:
            raise refuse(400, ["either url or offerId is required"])
        if not offer:
            matched = _OFFER_URL.match(url)
            if matched is None:
                raise refuse(400, "Not a 1688 product URL")
            offer = matched[1]
        if offer not in self.offers:
            if not re.fullmatch(r"[1-9][0-9]{8,14}", offer):
                raise refuse(404, "Product not found on 1688")
            self.offers[offer] = self.make_product(max(i for i in self.products if i < 10**9) + 1, "1688")["id"]
        product = self.products[self.offers[offer]]
        return data({**{key: product[key] for key in _IMPORTED}, "minOrder": product["_minimum"]})

    # -- cart --------------------------------------------------------------------------------------------------------

    @api("GET", "/cart", "cart.read", "cart:read")
    def read_cart(self, request: Request) -> Reply:
        """Every line; the amount counts all of them."""
        lines = [self._line(line) for line in self.cart.values()]
        total = sum((line["price"] * line["quantity"] for line in lines), Decimal("0.00"))
        return data({"items": lines, "totalItems": len(lines), "totalAmount": total})

    def _line(self, line: Row) -> Row:
        product, sku = self.product_and_sku(str(line["productId"]), line["skuId"])
        return {
            "id": line["id"],
            "productId": line["productId"],
            "title": product["title"],
            "skuId": line["skuId"],
            "skuName": sku["name"],
            "price": sku["price"],
            "quantity": line["quantity"],
            "imageUrl": product["imageUrl"],
            "selected": line["selected"],
            "stock": sku["stock"],
            "remark": line["remark"],
        }

    def put_in_cart(self, product: Row, sku: Row, quantity: int, remark: str = "") -> Row:
        """The line of a SKU: a new one, or the one that it has already."""
        for line in self.cart.values():
            if (line["productId"], line["skuId"]) == (product["id"], sku["skuId"]):
                line["quantity"] += quantity
                line["remark"] = remark or line["remark"]
                return line
        number = self.next_number("cart")
        self.cart[number] = {
            "id": number,
            "productId": product["id"],
            "skuId": sku["skuId"],
            "quantity": quantity,
            "selected": True,
            "remark": remark,
        }
        return self.cart[number]

    @api("POST", "/cart/items", "cart.add", "cart:write")
    def add_item(self, request: Request) -> Reply:
        """One item."""
        given = Given(body_of(request))
        product_id, sku_id = given.text("productId", required=True), given.text("skuId", required=True)
        quantity = given.whole("quantity", required=True, least=1)
        remark = given.text("remark")
        given.check()
        product, sku = self.product_and_sku(product_id, sku_id)
        _in_stock(sku, quantity)
        line = self.put_in_cart(product, sku, quantity, remark)
        self.applied("cart.add", id=line["id"], productId=product_id, skuId=sku_id, quantity=quantity)
        answer = {key: line[key] for key in ("id", "productId", "skuId", "quantity")}
        return data({**answer, "message": "Item added to cart"}, 201)

    @api("POST", "/cart/items/batch", "cart.add_batch", "cart:write")
    def add_items(self, request: Request) -> Reply:
        """Several items: all of them, or none."""
        given = Given(body_of(request))
        wanted = [
            (
                item.text("productId", required=True),
                item.text("skuId", required=True),
                item.whole("quantity", required=True, least=1),
            )
            for item in given.several("items")
        ]
        given.check()
        found = [(*self.product_and_sku(product_id, sku_id), quantity) for product_id, sku_id, quantity in wanted]
        for _, sku, quantity in found:
            _in_stock(sku, quantity)
        lines = [self.put_in_cart(product, sku, quantity) for product, sku, quantity in found]
        self.applied("cart.add_batch", items=[[line["id"], *item] for line, item in zip(lines, wanted, strict=True)])
        made = [{"id": line["id"], "productId": str(line["productId"])} for line in lines]
        return data({"added": len(made), "items": made}, 201)

    @api("PATCH", "/cart/items/{id}", "cart.update", "cart:write")
    def update_item(self, request: Request) -> Reply:
        """Quantity, selection, or both."""
        line = self._cart_line(request)
        given = Given(body_of(request))
        quantity = given.whole("quantity", least=1)
        selected = given.flag("selected")
        given.check()
        if quantity:
            _in_stock(self.product_and_sku(str(line["productId"]), line["skuId"])[1], quantity)
            line["quantity"] = quantity
        if selected is not None:
            line["selected"] = selected
        answer = {key: line[key] for key in ("id", "quantity", "selected")}
        self.applied("cart.update", **answer)
        return data({**answer, "message": "Cart item updated"})

    @api("DELETE", "/cart/items/{id}", "cart.remove", "cart:write")
    def remove_item(self, request: Request) -> Reply:
        """One line."""
        line = self._cart_line(request)
        del self.cart[line["id"]]
        self.applied("cart.remove", id=line["id"])
        return data({"message": "Item removed"})

    @api("DELETE", "/cart", "cart.clear", "cart:write")
    def clear(self, request: Request) -> Reply:
        """Every line."""
        self.applied("cart.clear", ids=list(self.cart))
        self.cart.clear()
        return data({"message": "Cart cleared"})

    def _cart_line(self, request: Request) -> Row:
        line = self.cart.get(whole_id(request))
        if line is None:
            raise refuse(404, "Cart item not found")
        return line


def _found(product: Row) -> Row:
    """A search result; its SKUs come without pictures."""
    short = {key: product[key] for key in _FOUND}
    skus = [{key: sku[key] for key in ("skuId", "name", "price", "stock")} for sku in product["skus"]]
    return {**short, "skus": skus}


def _in_stock(sku: Row, quantity: int) -> None:
    if quantity > sku["stock"]:
        raise refuse(400, f"Insufficient stock for SKU {sku['skuId']}")
