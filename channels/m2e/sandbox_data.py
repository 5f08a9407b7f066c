"""Invented accounts, products and orders for the simulator, in the shapes that reads have."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from channels.m2e.sandbox_schema import PRODUCT_STATUS

Item = dict[str, Any]

TITLES = (
    "Wireless Bluetooth Headphones", "无线蓝牙耳机 主动降噪", "Беспроводная колонка", "سماعات رأس لاسلكية",
    "Écouteurs à réduction de bruit", "Thermoskanne für Läufer – Größe L", "Café molido de Ñandú, 500 g",
    "🎧 Party Speaker 🎉", "<b>Steel</b> Bottle<script>alert('title')</script>", "Yoga Mat & Strap, 6 mm",
    "手工陶瓷茶杯", "Механическая клавиатура", "ベビーカー用レインカバー", "حقيبة ظهر للسفر", "Camping Stove “Fjäll”",
    'Cable 2 m "USB-C"', "=HYPERLINK(\"http://example.com\")", "Lámpara de escritorio", "Kinderfahrrad 16″",
    "Żółty parasol",
)  # fmt: skip
BUYERS: tuple[tuple[str | None, str | None, str, str, str], ...] = (
    ("Nadine Beebis", "nbeebis0@example.com", "US", "Sixi", "NY"),
    ("王小明", "xiaoming@example.cn", "CN", "杭州市", "浙江"),
    ("Анна Петрова", "anna.petrova@example.com", "KZ", "Алматы", ""),
    ("محمد العلي", "m.alali@example.com", "AE", "دبي", ""),
    ("Zoë Lefèvre-Müller", "zoe@example.fr", "FR", "Besançon", "Doubs"),
    ("<script>alert('buyer')</script>", "script@example.com", "GB", "<img src=x onerror=alert(1)>", "England"),
    ("Jörg 🚲 Größl", "joerg@example.de", "DE", "Köln", "NRW"),
    ("O'Brien; DROP TABLE orders", None, "IE", "Baile Átha Cliath", "Leinster"),
    (None, None, "PL", "Łódź", ""),
)
# One status that no list of the document has: the wording of a read is not documented.
STATUS_MIX = (
    "pending", "unshipped", "unshipped", "unshipped", "completed", "completed", "completed", "partially_shipped",
    "cancelled", "refunded", "unshipped", "completed", "awaiting_pickup",
)  # fmt: skip
SHIPPED = ("completed", "partially_shipped", "refunded")
CARRIERS = ("UPS Ground", "DHL Paket", "Royal Mail", "顺丰速运", None)
SIZES = ("S", "M", "L", "XL")
ACCOUNTS = (
    ("ebay", "Main eBay shop", "cool-seller_77", True),
    ("amazon", "Amazon.com", "A2EUQ1WTGCTBG2", True),
    ("walmart", "Walmart US", "10001023456", True),
    ("tiktok", "TikTok магазин 🎵", "7494049642642441621", True),
    ("kaufland", "Kaufland – Händlerkonto", "DE-4711", False),
)


def stamp(at: datetime) -> str:
    """A date-time as the document's examples write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Maker:
    """Makes the same things for the same random state."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.made = 0

    def token(self) -> str:
        """A UUID."""
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def accounts(self, now: datetime) -> list[Item]:
        """One account on each of five marketplaces; the last must be authorised again."""
        return [
            {
                "token": self.token(),
                "channel": channel,
                "title": title,
                "identifier": identifier,
                "is_valid": valid,
                "create_date": stamp(now - timedelta(days=400 - n)),
            }
            for n, (channel, title, identifier, valid) in enumerate(ACCOUNTS)
        ]

    def product(self, at: datetime) -> Item:
        """A product with one to four variants; some have no SKU, no barcode, no weight."""
        self.made += 1
        n = self.made
        sku = "A/B ../%2f ?x=1&y#1" if n == 5 else f"WBH-{10000 + n}"
        is_simple = n % 3 != 0
        variants = [self._variant(sku, n, size, at) for size in ((None,) if is_simple else SIZES[: 2 + n % 3])]
        return {
            "token": self.token(),
            "external_id": None if n % 4 == 0 else str(9007199254740993 + n),
            "sku": None if n == 9 else sku,
            "quantity": sum(one["quantity"] for one in variants),
            "is_simple": is_simple,
            "status": list(PRODUCT_STATUS.values())[n // 2 % 10 if n % 2 else 0],
            "title": f"{TITLES[n % len(TITLES)]} {n}",
            "images": [f"https://images.example.com/{n}.jpg"] if n % 5 else [],
            "attributes": [{"name": "material", "value": ("cotton", "сталь", "陶瓷")[n % 3]}],
            "update_date": stamp(at),
            "variants": variants,
        }

    def _variant(self, sku: str, n: int, size: str | None, at: datetime) -> Item:
        heavy = n % 6 != 0
        return {
            "token": self.token(),
            "sku": None if n == 12 and size == "M" else sku if size is None else f"{sku}-{size}",
            "barcode": None if n % 7 == 0 else f"{self.chance.randrange(10**11, 10**12):013d}",
            "price": Decimal(self.chance.randrange(199, 25_000)) / 100,
            "quantity": 0 if n % 11 == 0 else self.chance.randrange(1, 400),
            "images": [f"https://images.example.com/{n}-{size or 'one'}.jpg"] if n % 5 else [],
            "options": [] if size is None else [{"name": "Size", "value": size}],
            "attributes": [],
            "weight": Decimal(self.chance.randrange(50, 90_000)) / 10 if heavy else None,
            "weight_unit": "GRAMS" if heavy else None,
            "height": Decimal("10.0") if heavy else None,
            "depth": Decimal("5.0") if heavy else None,
            "width": Decimal("8.0") if heavy else None,
            "dimension_unit": "CENTILITERS" if heavy else None,
            "update_date": stamp(at),
        }

    def order(self, channel: str, goods: list[tuple[Item, Item, int]], status: str, at: datetime) -> Item:
        """An order for (product, variant, quantity) of goods, sold ``at``."""
        self.made += 1
        name, email, country, city, state = self.chance.choice(BUYERS)
        items = [self._item(product, variant, quantity) for product, variant, quantity in goods]
        shipped = at + timedelta(hours=self.chance.randrange(4, 72)) if status in SHIPPED else None
        order: Item = {
            "token": self.token(),
            "order_id": self._order_id(channel),
            "source_order_id": f"{self.made:07d}",
            "buyer_name": name,
            "buyer_email": email,
            "status": status,
            "is_archived": self.made % 17 == 0,
            "sale_date": stamp(at),
            "ship_date": stamp(shipped) if shipped else None,
            "ship_by_date": stamp(at + timedelta(days=3)) if self.made % 8 else None,
            "shipping_address": {
                "name": name,
                "phone": None if name is None else f"+1 318-395-{self.chance.randrange(10000):04d}",
                "street_first": "7 Summerview Center",
                "street_second": "PO Box 29079" if self.made % 2 else None,
                "city": city,
                "state": state or None,
                "postal_code": f"{self.chance.randrange(100000):05d}",
                "country_code": country,
            },
            "country_code": country,
            "total": self._total(items, "EUR" if channel == "kaufland" else "USD"),
            "items": items,
        }
        if shipped:
            self.ship(order, whole=status != "partially_shipped")
        return order

    def ship(self, order: Item, *, whole: bool) -> None:
        """Give tracking numbers to all lines, or to the first only."""
        number, carrier = f"1Z{self.chance.randrange(10**16):016d}", self.chance.choice(CARRIERS)
        for item in order["items"] if whole else order["items"][:1]:
            if not item["tracking_numbers"]:
                item.update(tracking_service=carrier, tracking_numbers=[number])

    def _item(self, product: Item, variant: Item, quantity: int) -> Item:
        self.made += 1
        return {
            "title": product["title"],
            "sku": variant["sku"] or "",
            "barcode": variant["barcode"] or "",
            "item_id": f"item-{self.made}",
            "quantity": quantity,
            "price": variant["price"],
            "tracking_service": None,
            "tracking_numbers": [],
        }

    def _total(self, items: list[Item], currency: str) -> Item:
        subtotal = sum((item["price"] * item["quantity"] for item in items), Decimal(0))
        shipping, tax, discount = Decimal("5.55"), (subtotal / 20).quantize(Decimal("0.01")), Decimal("1.00")
        return {
            "total": subtotal + shipping + tax - discount,
            "shipping": shipping,
            "subtotal": subtotal,
            "tax": tax,
            "discount": discount,
            "currency": currency,
        }

    def _order_id(self, channel: str) -> str:
        """Ids as the marketplaces write them; TikTok's are numbers beyond 2^53."""
        digits = f"{self.chance.randrange(10**14):014d}"
        return {
            "ebay": f"{digits[:2]}-{digits[2:7]}-{digits[7:12]}",
            "amazon": f"113-{digits[:7]}-{digits[7:]}",
            "tiktok": f"5764{digits}",
            "kaufland": f"M{digits[:6]}",
        }.get(channel, f"2000{digits[:11]}")
