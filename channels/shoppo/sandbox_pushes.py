"""The bodies that Shoppo pushes, with the keys of the document's samples."""

from __future__ import annotations

import json
from typing import Any

from channels.shoppo.sandbox_shop import Shop, Thing


def body_of(shop: Shop, event: str, about: Thing) -> bytes:
    """The JSON body of one push about a product, a Sku, an order, a ticket reply or merchants."""
    now = shop.now()
    if event.startswith("product-"):
        fields = _product(shop, about) | {"time_updated": now}
        fields = {"product_id": about["id"]} | fields if event == "product-update" else fields
    elif event.startswith("sku-"):
        fields = _sku(shop, about) | {"time_updated": now}
        fields = {"sku_id": about["id"]} | fields if event == "sku-update" else fields
    elif event == "merchant-toggle":
        fields = {"merchant_toggle_list": about["merchants"], "time_updated": now}
    elif event == "ticket-reply":
        fields = about
    else:
        fields = {"order_id": about["_code"], "timestamp": now}
    return json.dumps(fields, ensure_ascii=False).encode()


def _image(image: Thing | None) -> Thing | None:
    return image and {
        "id": image["id"],
        "original_id": image["id"],
        "checksum": image["checksum"],
        "original_width": image["originalWidth"],
        "original_height": image["originalHeight"],
        "original_url": image["originalUrl"],
        "main_color": image["mainColor"],
        "type": image["type"],
        "versions": image["versions"],
        "schema": "https",
    }


def _product(shop: Shop, product: Thing) -> dict[str, Any]:
    return {
        "identifier": product["identifier"],
        "brand": product["brand"],
        "tags": product["tags"],
        "name": product["name"],
        "inventory": product["inventory"],
        "target_user_type": product["targetUserType"],
        "enabled": product["enabled"],
        "category_id": product["categoryId"],
        "consumer_category": [
            {"id": one["id"], "original_id": one["id"], "category_id": one["categoryId"], "path": one["path"]}
            for one in product["consumerCategories"]
        ],
        "cover_image": _image(product["coverImage"]),
        "white_background_image": _image(product["whiteBackgroundImage"]),
        "cover_video": None,
        "extra_images": [_image(one) for one in product["extraImages"]],
        "merchant": _merchant(shop, product),
    }


def _sku(shop: Shop, sku: Thing) -> dict[str, Any]:
    product = shop.nodes[sku["_product"]]
    return {
        "identifier": sku["_identifier"],
        "description": product["description"],
        "color": sku["color"],
        "size": sku["size"],
        "inventory": sku["inventory"],
        "price": float(sku["price"]),
        "shipping_price": float(sku["shippingPrice"]),
        "msrp": None if sku["msrp"] is None else float(sku["msrp"]),
        "shipping_time": sku["shippingTime"],
        "length": sku["length"],
        "width": sku["width"],
        "height": sku["height"],
        "weight": sku["weight"],
        "cover_image": _image(sku["coverImage"]),
        "enabled": sku["enabled"],
        "global_shipping_config": [
            {"country_courier_code": one["CountryCourierCode"], "shipping_time": one["shippingTime"]}
            for one in sku["shippingConfig"]
        ],
        "merchant": _merchant(shop, product),
    }


def _merchant(shop: Shop, product: Thing) -> dict[str, str]:
    merchant = shop.merchants[product["_merchant"]]
    return {"id": merchant["id"], "name": merchant["name"]}
