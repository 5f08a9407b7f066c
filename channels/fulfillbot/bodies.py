"""Arguments → what the agent takes: queries and bodies. Pure.

Product ids, which are numbers in every answer, are text in bodies; package and coupon ids are numbers there.
"""

from __future__ import annotations

from typing import Any

from channels import records as r

Body = dict[str, Any]


def number(remote_id: str) -> int | str:
    """An id as the number that it is; other text goes out as it stands, for the platform to refuse."""
    return int(remote_id) if remote_id.isascii() and remote_id.isdigit() and len(remote_id) < 20 else remote_id


def _given(**values: Any) -> Body:
    """Without what is empty."""
    return {key: value for key, value in values.items() if value not in ("", None)}


def search(query: r.SourceQuery, page: int, limit: int) -> dict[str, str | int]:
    """The query of a search; what only the search of all sources takes is left out for one source."""
    found: Body = {"q": query.words, "page": page, "limit": limit}
    if not query.source:
        found |= _given(
            categoryId=number(query.category_id) if query.category_id else "", sort=query.sort, order=query.order
        )
    return found


def import_1688(url: str, offer_id: str) -> Body:
    """An import by address or by offer id (the id wins, being exact)."""
    return {"offerId": offer_id} if offer_id else {"url": url}


def purchase_item(item: r.PurchaseItem) -> Body:
    """One thing to buy, for the cart or an order."""
    return {
        "productId": item.product,
        "skuId": item.sku,
        "quantity": item.quantity,
        **_given(remark=item.remark),
    }


def purchase(draft: r.PurchaseDraft) -> Body:
    """A new purchase order."""
    return {
        "items": [purchase_item(item) for item in draft.items],
        **_given(remark=draft.remark, couponId=number(draft.coupon)),
    }


def cart_change(quantity: int | None, selected: bool | None) -> Body:
    """A change of a cart line; what is ``None`` stays as it is."""
    return _given(quantity=quantity, selected=selected)


def shipment(draft: r.ShipmentDraft) -> Body:
    """A new shipment. The recipient's fields are named unlike those of a saved address."""
    to = draft.recipient
    return {
        "items": [{"inventoryId": number(i.package_remote_id), "quantity": i.quantity} for i in draft.items],
        "logisticsChannelId": draft.channel,
        "recipientName": to.name,
        "recipientPhone": to.phone,
        "recipientCountry": to.country,
        "recipientCity": to.city,
        "recipientAddress": _street(to),
        "recipientZipCode": to.postcode,
        **_given(recipientState=to.state, remark=draft.remark),
    }


def freight(query: r.FreightQuery) -> Body:
    """What to quote: grams and centimetres."""
    return {
        "country": query.country,
        "weight": query.weight_grams,
        **_given(length=query.length_cm, width=query.width_cm, height=query.height_cm, channelId=query.channel),
    }


def address(to: r.Address, is_default: bool | None) -> Body:
    """A saved address, whole."""
    return {
        "name": to.name,
        "phone": to.phone,
        "country": to.country,
        "state": to.state,
        "city": to.city,
        "address": _street(to),
        "zipCode": to.postcode,
        **_given(isDefault=is_default),
    }


def _street(to: r.Address) -> str:
    """Both street lines in the one that the agent has."""
    return ", ".join(line for line in (to.street1, to.street2) if line)
