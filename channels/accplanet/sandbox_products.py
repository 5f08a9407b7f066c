"""The simulator's product endpoints (“Products”)."""

from __future__ import annotations

import copy
from decimal import Decimal
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from channels.accplanet import sandbox_data as data
from channels.accplanet.sandbox_fields import Fields
from channels.accplanet.sandbox_shop import Shop, Thing
from channels.sandbox import Reply, Request, endpoint

SORTS = ("created_at", "-created_at", "updated_at", "-updated_at", "price", "-price", "title", "-title")
STATUSES = ("active", "inactive")
LARGEST_IMAGE = 5 * 1024 * 1024
NOT_LISTED = ("business_id", "source_product_id", "source_product_url", "warranty_period_days", "supplier_name")


class Products(Shop):
    """Upload, create, list, update, append accounts, delete."""

    @endpoint("POST", "/products/api/supplier/upload-image/", "products.upload_image")
    def upload_image(self, request: Request) -> Reply:
        """Multipart, part ``image``; stored under a name made from its bytes."""
        content = self._part(request, "image")
        if content is None:
            raise self.refuse(400, "image is required.")
        if len(content) > LARGEST_IMAGE:
            raise self.refuse(413, "The image is larger than 5 MB.")
        if data.image_type(content) is None:
            raise self.refuse(400, "The file is not an image (PNG, JPEG, GIF or WebP).")
        path = data.image_path(content)
        self.images[path] = content
        self.applied("products.upload_image", image_path=path, size=len(content))
        return self.done(image_path=path, message="Image uploaded successfully")

    def _part(self, request: Request, name: str) -> bytes | None:
        kind = request.headers.get("content-type", "")
        if not kind.startswith("multipart/form-data"):
            raise self.refuse(415, "Content-Type must be multipart/form-data.")
        whole = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + request.body)
        for part in whole.iter_parts() if whole.is_multipart() else ():
            if part.get_param("name", header="content-disposition") == name:
                content = part.get_payload(decode=True)
                return content if isinstance(content, bytes) and content else None
        return None

    @endpoint("GET", "/media/product_images/{name}", "media", open_to_all=True)
    def media(self, request: Request) -> Reply:
        """A stored image."""
        content = self.images.get(f"/media/product_images/{request.params['name']}")
        if content is None:
            return Reply(404, b"", content_type="text/html")
        return Reply(200, content, content_type=data.image_type(content) or "application/octet-stream")

    @endpoint("POST", "/products/api/supplier/create/", "products.create")
    def create_product(self, request: Request) -> Reply:
        """A new product, approved at once."""
        fields = self.fields(request)
        found = self._read(fields, is_new=True)
        pairs = fields.accounts()
        product = self.new_product({"stock": len(pairs), **found}, at=self.now())
        imported = self.import_accounts(product["product_id"], pairs)
        self.applied(
            "products.create",
            product_id=product["product_id"],
            title=product["title"],
            price=product["price"],
            stock=product["stock"],
            source_product_id=product["source_product_id"],
            accounts_imported=imported,
        )
        return self.done(
            product_id=product["product_id"],
            business_id=product["business_id"],
            approval_status=product["approval_status"],
            message="Product created successfully",
            accounts_imported=imported,
        )

    @endpoint("GET", "/products/api/supplier/list/", "products.list")
    def list_products(self, request: Request) -> Reply:
        """Newest first unless ``sort`` says otherwise; ``search`` looks into titles and ids."""
        query = request.query
        least, most = self.query_money(request, "min_price"), self.query_money(request, "max_price")
        word = query.get("search", "").casefold()
        rows = [
            one
            for one in self.newest_first(self.products.values())
            if word in f"{one['title']} {one['product_id']} {one['business_id']}".casefold()
            and query.get("category_id", one["category_id"]) == one["category_id"]
            and query.get("status", one["status"]) == one["status"]
            and (least is None or Decimal(one["price"]) >= least)
            and (most is None or Decimal(one["price"]) <= most)
        ]
        return self.listed(request, self._sorted(rows, query.get("sort", "-created_at")), _as_listed)

    def _sorted(self, rows: list[Thing], sort: str) -> list[Thing]:
        if sort not in SORTS:
            raise self.refuse(400, f"sort must be one of: {', '.join(SORTS)}.")
        key = sort.removeprefix("-")
        by: Any = (lambda one: Decimal(one[key])) if key == "price" else (lambda one: one[key])
        return sorted(rows, key=by, reverse=sort.startswith("-"))

    @endpoint("POST", "/products/api/supplier/{product_id}/update/", "products.update")
    def update_product(self, request: Request) -> Reply:
        """Only what is sent changes; accounts are appended, and raise the stock unless it is sent too."""
        product = self.own(self.products, request, "product_id", "Product")
        fields = self.fields(request)
        changes = self._read(fields, is_new=False)
        imported = self.import_accounts(product["product_id"], fields.accounts())
        if imported:
            changes.setdefault("stock", product["stock"] + imported)
        product.update(changes)
        self.touch(product)
        self.queue_deliveries(product["product_id"])
        shown = {key: value for key, value in changes.items() if key != "description"}
        self.applied("products.update", product_id=product["product_id"], changes=shown, accounts_imported=imported)
        return self.done(
            product_id=product["product_id"],
            business_id=product["business_id"],
            message="Product updated successfully",
            accounts_imported=imported,
        )

    @endpoint("POST", "/products/api/supplier/{product_id}/accounts/", "products.append_accounts")
    def append_accounts(self, request: Request) -> Reply:
        """Into the pool; waiting orders are queued, and delivered when their task's turn comes."""
        product = self.own(self.products, request, "product_id", "Product")
        fields = self.fields(request)
        pairs = fields.accounts()
        if not pairs:
            raise self.refuse(400, "accounts or accounts_text is required.")
        imported = self.import_accounts(product["product_id"], pairs)
        queued = self.queue_deliveries(product["product_id"])
        product["stock"] += imported
        self.touch(product)
        self.applied(
            "products.append_accounts",
            product_id=product["product_id"],
            accounts_imported=imported,
            delivery_tasks_queued=queued,
        )
        return self.done(
            product_id=product["product_id"],
            accounts_imported=imported,
            delivery_tasks_queued=queued,
            message="Accounts imported.",
        )

    @endpoint("POST", "/products/api/supplier/{product_id}/delete/", "products.delete")
    def delete_product(self, request: Request) -> Reply:
        """Only what has not been sold."""
        product = self.own(self.products, request, "product_id", "Product")
        if any(order["product_id"] == product["product_id"] for order in self.orders.values()):
            raise self.refuse(409, "A product that has been sold cannot be deleted.")
        del self.products[product["product_id"]], self.pools[product["product_id"]]
        self.applied("products.delete", product_id=product["product_id"])
        return self.done(message="Product deleted successfully")

    def _read(self, fields: Fields, *, is_new: bool) -> Thing:
        """The product fields of a body, checked as the tables demand; absent ones are left out."""
        warranty = fields.whole("warranty_period_days")
        found: Thing = {
            "category_id": fields.text("category_id", required=is_new),
            "title": fields.text("title", required=is_new),
            "description": fields.text("description", required=is_new),
            "price": fields.money("price", required=is_new),
            "supplier_name": fields.text("supplier_name"),
            "stock": fields.whole("stock"),
            "min_quantity": fields.whole("min_quantity", least=1),
            "images": fields.paths("images"),
            "source_product_id": fields.text("source_product_id", longest=200),
            "source_product_url": fields.text("source_product_url", longest=2000),
            "warranty_period_days": None if warranty is None else str(warranty),
            "status": fields.choice("status", STATUSES),
        }
        given = {key: value for key, value in found.items() if value is not None}
        return {**given, **self._category(given["category_id"])} if "category_id" in given else given

    def _category(self, category_id: str) -> Thing:
        category = self.categories.get(category_id)
        if category is None or category["has_children"]:
            raise self.refuse(400, "category_id must be the id of a leaf category.")
        return {"category_path": category["path"], "parent_category_id": category["parent_id"]}

    def new_product(self, found: Thing, at: Any) -> Thing:
        """Store a product with what was given and the platform's own values."""
        self.made += 1
        product: Thing = {
            "product_id": data.hex_id(self.random),
            "business_id": 499 + self.made,
            "supplier_name": None,
            "stock": 0,
            "min_quantity": 1,
            "sales_count": 0,
            "rating": "0.00",
            "status": "active",
            "approval_status": "approved",
            "images": [],
            "tags": [],
            "source_product_id": None,
            "source_product_url": None,
            "warranty_period_days": "0",
            **found,
            "created_at": self.stamp(at),
            "updated_at": self.stamp(at),
        }
        self.products[product["product_id"]] = product
        self.pools[product["product_id"]] = []
        return product


def _as_listed(product: Thing) -> Thing:
    """As List Products shows it: without the keys that only a snapshot has."""
    return copy.deepcopy({key: value for key, value in product.items() if key not in NOT_LISTED})


def as_snapshot(product: Thing) -> Thing:
    """As an order shows it."""
    return copy.deepcopy({key: value for key, value in product.items() if key not in ("tags", "supplier_name")})
