"""What the agent's simulator is filled with: goods, shops, countries and shipping channels."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

SCOPES = (
    "products:read", "cart:read", "cart:write", "orders:read", "orders:write", "warehouse:read", "shipping:read",
    "shipping:write", "logistics:read", "wallet:read", "profile:read", "profile:write", "favorites:read",
    "favorites:write", "coupons:read",
)  # fmt: skip

PLATFORMS = ("taobao", "1688", "weidian")

PURCHASE_STATUSES = ("pending", "paid", "purchased", "shipped_to_warehouse", "in_warehouse", "completed", "cancelled")

GOODS = (
    ("Adidas Backpack", "199.00", 800),
    ("无线蓝牙耳机 降噪运动款", "129.90", 180),
    ("Кружка керамическая «Мишка» 🐻", "36.50", 420),
    ("حقيبة يد جلدية نسائية", "268.00", 650),
    ("Théière en fonte, motif érable", "158.00", 1250),
    ("LED desk lamp, dimmable 💡", "89.00", 900),
    ("羊毛围巾 男女通用 加厚", "75.00", 260),
    ("Phone case, matte black", "19.90", 60),
    ("儿童积木 1000 颗", "99.00", 1400),
    ("Steel water bottle 750 ml", "49.00", 380),
    ("Рюкзак туристический 40 л", "219.00", 1100),
    ("Mechanical keyboard 87 keys ⌨️", "329.00", 980),
    ("汉服 女 春夏 刺绣", "388.00", 720),
    ("Yoga mat 6 mm", "68.00", 1300),
    ("Jeu d’échecs en bois", "145.00", 1600),
    ("Кроссовки беговые", "239.00", 850),
)

SHOPS = ("Nike Official", "义乌小商品旗舰店", "Weidian Select", "Дом и сад", "深圳数码工厂", "متجر النخبة")

KINDS = ("Black", "White", "红色", "Синий", "Vert olive", "Standard")

DESCRIPTION = (
    '<div class="detail"><h3>{title}</h3><p onclick="alert(1)">包邮 · 7 天无理由退货</p>'
    '<script>alert("{id}")</script><img src="https://img.example.com/{id}/long.jpg"></div>'
)

COUNTRIES = (
    ("US", "United States"), ("GB", "United Kingdom"), ("JP", "Japan"), ("AU", "Australia"), ("DE", "Germany"),
    ("FR", "France"), ("SA", "Saudi Arabia"), ("RU", "Россия"), ("BR", "Brasil"), ("CI", "Côte d’Ivoire"),
)  # fmt: skip

ANYWHERE = tuple(code for code, _ in COUNTRIES)

# Price: base + per kilogram, the charged weight rounded up to 200 g; times the country's factor.
CHANNELS: tuple[dict[str, Any], ...] = (
    {
        "channelId": "ch-001", "name": "EMS Express", "carrier": "EMS", "deliveryDays": "7-15",
        "supportedCargo": ["general"], "weightRange": {"min": 100, "max": 30000},
        "_countries": ANYWHERE, "_base": Decimal(50), "_kilo": Decimal(75),
    },
    {
        "channelId": "ch-002", "name": "DHL Economy", "carrier": "DHL", "deliveryDays": "10-20",
        "supportedCargo": ["general", "sensitive"], "weightRange": {"min": 100, "max": 50000},
        "_countries": ANYWHERE, "_base": Decimal(66), "_kilo": Decimal(80),
    },
    {
        "channelId": "ch-003", "name": "Battery Line", "carrier": "YunExpress", "deliveryDays": "12-18",
        "supportedCargo": ["general", "battery"], "weightRange": {"min": 50, "max": 20000},
        "_countries": ("US", "GB", "DE", "FR", "AU"), "_base": Decimal(58), "_kilo": Decimal(96),
    },
    {
        "channelId": "ch-004", "name": "海运 Sea Freight", "carrier": "COSCO", "deliveryDays": "35-60",
        "supportedCargo": ["general", "liquid"], "weightRange": {"min": 5000, "max": 500000},
        "_countries": ("US", "DE", "FR", "SA", "BR"), "_base": Decimal(120), "_kilo": Decimal(14),
    },
)  # fmt: skip

FACTORS = {"US": Decimal(1), "JP": Decimal("0.8"), "SA": Decimal("1.3"), "BR": Decimal("1.4"), "CI": Decimal("1.5")}

CARRIERS = ("SF Express", "中通快递", "YTO Express", "韵达")

ADDRESSES = (
    ("John Doe", "+1-555-0123", "US", "California", "Los Angeles", "123 Main St", "90001", True),
    ("Zoë Müller", "+49 30 901820", "DE", "", "Berlin", "Große Straße 7, 2. OG", "10115", False),
    ("山田 太郎", "+81 3-1234-5678", "JP", "東京都", "千代田区", "丸の内 1-1", "100-0005", False),
    ("Юлия Петрова", "+7 495 000-00-00", "RU", "", "Москва", "ул. Арбат, 10", "119019", False),
    ("ليلى الحربي", "+966 11 000 0000", "SA", "", "الرياض", "شارع العليا 55", "12211", False),
)  # fmt: skip

REMARKS = ("", "Handle with care", "Check quality", "请检查尺码 🙏", "Упакуйте, пожалуйста, надёжно")


def freight(channel: dict[str, Any], country: str, grams: int) -> Decimal:
    """The price in CNY of ``grams`` (charged weight) to a country."""
    charged = Decimal(-(-grams // 200) * 200) / 1000
    factor = FACTORS.get(country, Decimal("1.1"))
    price: Decimal = (channel["_base"] + channel["_kilo"] * charged) * factor
    return price.quantize(Decimal("0.01"))


def shoe() -> dict[str, Any]:
    """The product that the document shows."""
    return {
        "id": 12345,
        "title": "Nike Air Max 90",
        "description": "Classic sneaker...",
        "price": Decimal("299.00"),
        "originalPrice": Decimal("499.00"),
        "currency": "CNY",
        "platform": "taobao",
        "platformItemId": "6789012345",
        "imageUrl": "https://img.example.com/12345/1.jpg",
        "images": ["https://img.example.com/12345/1.jpg"],
        "shopName": "Nike Official",
        "shopUrl": "https://shop.example.com/nike",
        "sales": 1580,
        "stock": 200,
        "categoryId": 23,
        "skus": [
            {"skuId": "s001", "name": "Black / US 9", "price": Decimal("299.00"), "stock": 50, "image": None},
            {"skuId": "s002", "name": "White / US 9", "price": Decimal("319.00"), "stock": 30, "image": None},
        ],
        "attributes": [{"name": "Material", "value": "Leather"}, {"name": "Origin", "value": "Vietnam"}],
        "_minimum": 1,
        "_grams": 850,
    }
