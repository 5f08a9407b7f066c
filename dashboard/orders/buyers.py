"""What of a buyer a person may see: the name always; e-mail, phone and address whole only with `buyers.view`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.html import format_html_join

from dashboard.core import html
from dashboard.core.navigation import may

HIDDEN = "•••"
PARTS = ("street1", "street2", "city", "state", "postcode", "country")


def masked_email(text: str) -> str:
    """The first letter and the ending: ``j•••@•••.de``."""
    name, at, host = text.partition("@")
    return f"{name[:1]}{HIDDEN}@{HIDDEN}.{host.rpartition('.')[2]}" if at else HIDDEN


def masked_phone(text: str) -> str:
    """The last two digits."""
    return f"{HIDDEN}{text[-2:]}"


def contact(order: Any, user: Any) -> dict[str, Any]:
    """E-mail, phone and the lines of the address, masked unless the person may see them."""
    address = order.address or {}
    phone, email = address.get("phone", ""), order.buyer_email
    if may(user, "buyers.view"):
        lines = address_lines(address, html.country)
        return {"email": email, "phone": phone, "lines": lines, "is_masked": False}
    place = [HIDDEN, address.get("city", ""), html.country(address.get("country", ""))]
    region = format_html_join(", ", "{}", ((part,) for part in place if part)) if any(place[1:]) else ""
    return {
        "email": masked_email(email) if email else "",
        "phone": masked_phone(phone) if phone else "",
        "lines": [region] if region else [],
        "is_masked": bool(email or phone or region),
    }


def address_lines(address: dict[str, str], country: Callable[[str], str] = str) -> list[str]:
    """Name and address as an envelope has them: paper keeps the code of a country, a page has `country` name it."""
    place = " ".join(filter(None, (address.get("postcode", ""), address.get("city", ""))))
    parts = (
        address.get("name", ""),
        address.get("street1", ""),
        address.get("street2", ""),
        place,
        address.get("state", ""),
        country(address.get("country", "")),
    )
    return [part for part in parts if part]
