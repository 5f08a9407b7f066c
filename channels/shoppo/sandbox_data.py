"""Invented data, the same for the same seed: catalog, orders in every status, tickets of the three kinds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from channels.shoppo import sandbox_orders as orders
from channels.shoppo import sandbox_tickets as tickets
from channels.shoppo.sandbox_images import add_image
from channels.shoppo.sandbox_shop import Shop, Thing

HOUR, DAY = 3600, 86400
PRODUCTS, ORDERS, TICKETS = 48, 70, 18

_CATEGORIES = (
    ("5010101", "Beauty > Makeup & Beauty > Fragrance > Aromatherapy"),
    ("5010203", "Beauty > Skin Care > Face > Масла и сыворотки"),
    ("3020105", "Home > Kitchen > Tea & Coffee > 茶具"),
    ("3020401", "Home > Décor > Éclairage"),
    ("20104010", "Fashion > Kids > Shoes > Boys"),
    ("20104011", "Fashion > Kids > Shoes > Girls"),
    ("4010302", "Electronics > Phones > Accessories > Cases"),
    ("4010307", "Electronics > Audio > سماعات"),
    ("7010102", "Sports > Outdoor > Camping"),
    ("8010109", "Toys > Puzzles"),
)
_NAMES = (
    ("Rose aroma oil", "玫瑰香薰精油"),
    ("Ceramic tea set", "陶瓷茶具套装 🍵"),
    ("Настольная лампа", "北欧台灯"),
    ("Phone case “Été”", "手机壳"),
    ("سماعات لاسلكية", "无线耳机"),
    ("Kids' sneakers 👟", "儿童运动鞋"),
    ("Sérum à l’huile d’argan", "摩洛哥坚果油精华"),
    ("Camping hammock", None),
    ("Wooden puzzle <3D>", "木质拼图"),
    ("Кружка «Доброе утро» ☕", "马克杯"),
)
_BRANDS = ("Lumière", "茶语", "Noor", "Север", "Acme & Sons", None)
_COLORS = ("red", "blue", "黑色", "weiß", "جوري", "мятный")
_SIZES = ("S", "M", "L", "XL", "10 inch", None)
_STATUSES = ("APPROVED", "REVIEWING", None)
_DESCRIPTIONS = (
    "<p>Made by hand. <b>Washable</b>.</p><script>alert('shoppo')</script>",
    '<ul><li>Легко чистить</li><li onclick="steal()">易清洗</li></ul><img src=x onerror=alert(1)>',
    "Plain words, no markup. Größe beachten! 🎁",
    "<p dir=rtl>منتج عالي الجودة</p><a href='javascript:alert(2)'>more</a>",
)
_COURIERS = ("IN19A04", "US19A08", "KE11A09", "SG24A05", "MY14A15", "RU15A26")
_MERCHANTS = ("Guangzhou Sunrise 日升", "Lumière SARL", "ООО «Север»")
_PEOPLE = (
    ("Ann", "Lee", "1 Folsom St", "", "San Francisco", "CA", "US", "94106", "3356432453"),
    ("Priya", "Nair", "14 MG Road", "Flat 3", "Bengaluru", "Karnataka", "IN", "560001", "+91 80 4000 1000"),
    ("伟", "王", "南京东路100号", "3楼", "上海", "上海市", "CN", "200001", "+86 21 6000 0000"),
    ("Aïcha", "Mwangi", "Moi Avenue 7", "", "Nairobi", "Nairobi", "KE", "00100", "+254 20 222 000"),
    ("Siti", "binti Ahmad", "Jalan Bukit 5", "", "Kuala Lumpur", "WP", "MY", "50450", "+60 3 2000 0000"),
    ("Иван", "Петров-Ли", "Orchard Road 9", "#04-01", "Singapore", "SG", "SG", "238801", "+65 6000 0000"),
)
_REASONS = ("WRONG_SIZE", "DAMAGED", "NOT_AS_DESCRIBED")
_REMARKS = (
    "The box arrived open. <script>alert('remark')</script>",
    "Размер не подошёл, хочу обменять 🙏",
    "收到的颜色不对，请换货。",
    "لم يصل الطرد بعد",
    None,
)
_COMMENTS = (
    "Hello, which colour would you like instead?",
    "<p>We have asked the <b>warehouse</b>.</p><img src=x onerror=alert(3)>",
    "已处理，请稍候。",
)


def fill(shop: Shop, size: int) -> None:
    """The starting state, ``size`` times the small amount."""
    for name in _MERCHANTS:
        shop.merchants.append({"id": shop.new_id(), "name": name, "enabled": True})
    for category_id, path in _CATEGORIES:
        shop.categories.append(shop.add("ConsumerProductCategory", categoryId=category_id, path=path))
    now = shop.now()
    for n in range(PRODUCTS * size):
        new_product(shop, now - (PRODUCTS * size - n) * DAY // size)
    for n in range(ORDERS * size, 0, -1):
        _lived(shop, new_order(shop, now - 30 * DAY * n**2 // (ORDERS * size) ** 2), now)
    for product in shop.products.values():
        born = product["_timeCreated"]
        product["_timeUpdated"] = shop.random.randint(born, max(born, now - HOUR))
    for n in range(TICKETS * size):
        _worked(shop, new_ticket(shop, now - (TICKETS * size - n) * DAY // size))


# -- catalog ---------------------------------------------------------------------------------------------------------


def new_product(shop: Shop, at: int) -> Thing:
    """A product with one to four Skus."""
    rng = shop.random
    n = len(shop.products) + 1
    product = shop.add(
        "Product",
        isSnapshot=False,
        **_described(shop, n),
        **_pictured(shop),
        enabled=rng.random() > 0.15,
        inventory=0,
        _merchant=rng.randrange(len(shop.merchants)),
        _skus=[],
        _timeCreated=at,
        _timeUpdated=at,
    )
    product["originalId"] = product["id"]
    shop.products[product["id"]] = product
    price, shipping = Decimal(rng.randrange(199, 9999)) / 100, Decimal(rng.randrange(0, 900)) / 100
    for k in range(rng.randint(1, 4)):
        new_sku(shop, product, price + k, shipping)
    shop.touch(product)
    product["_timeUpdated"] = at
    return product


def _described(shop: Shop, n: int) -> dict[str, Any]:
    """The words of product ``n``, in any language; what may be null sometimes is."""
    rng = shop.random
    name, chinese = rng.choice(_NAMES)
    category = rng.choice(shop.categories)
    return {
        "identifier": f"P-{n:05d}",
        "name": f"{name} {n}",
        "chineseName": chinese,
        "description": rng.choice(_DESCRIPTIONS),
        "features": rng.choice((["Handmade", "易清洗"], [], None, ["a", "b", "c", "d", "e"])),
        "brand": rng.choice(_BRANDS),
        "hasBattery": rng.choice((True, False, None)),
        "categoryId": category["categoryId"],
        "status": rng.choice(_STATUSES),
        "tags": rng.choice((["new", "summer"], None)),
        "landingPageUrl": rng.choice((f"https://shoppo.com/products/{n}", None)),
        "upc": rng.choice((f"{rng.randrange(10**12):012d}", None)),
        "consumerCategories": [category],
        "targetUserType": rng.choice(("ALL", "MEN", "WOMEN", "UNKNOWN")),
    }


def _pictured(shop: Shop) -> dict[str, Any]:
    """A product's pictures."""
    cover = new_image(shop)
    return {
        "coverImage": cover,
        "whiteBackgroundImage": shop.random.choice((cover, None)),
        "coverVideo": None,
        "extraImages": [new_image(shop) for _ in range(shop.random.randrange(3))],
    }


def new_sku(shop: Shop, product: Thing, price: Decimal, shipping: Decimal) -> Thing:
    """A Sku; shipping price and time are equal across a product's Skus."""
    rng = shop.random
    sku = shop.add(
        "Sku",
        color=rng.choice(_COLORS),
        size=rng.choice(_SIZES),
        coverImage=product["coverImage"],
        enabled=rng.random() > 0.1,
        inventory=rng.choice((0, 5, 40, 300, 1200)),
        price=price,
        msrp=rng.choice((price * 2, None)),
        shippingPrice=shipping,
        shippingTime="3-10 days",
        shippingConfig=[_shipping(code, shipping) for code in rng.sample(_COURIERS, 2)],
        length=rng.choice(("9.84", None)),
        width=rng.choice(("4", None)),
        height=rng.choice(("1.5", None)),
        weight=rng.choice(("0.5", "1.25", None, "")),
        specs=rng.choice(([{"name": "Material", "value": "cotton"}], [{"name": "材质", "value": None}], None)),
        _identifier=f"{product['identifier']}-{len(product['_skus']) + 1}",
        _isSnapshot=False,
        _product=product["id"],
    )
    sku["originalId"] = sku["id"]
    product["_skus"].append(sku["id"])
    return sku


def _shipping(code: str, price: Decimal) -> dict[str, Any]:
    return {
        "CountryCourierCode": code,
        "countryCourierCode": code,
        "shippingPrice": price + 1,
        "shippingTime": "7-21 days",
    }


def new_image(shop: Shop) -> Thing:
    """A picture of the catalog."""
    checksum = f"{shop.random.getrandbits(128):032x}"
    return add_image(shop, checksum, "jpeg", shop.random.randint(400, 2000), shop.random.randint(400, 2000))


# -- orders and tickets ----------------------------------------------------------------------------------------------


def new_order(shop: Shop, at: int) -> Thing:
    """An OPEN order of one to three Skus that are for sale, as from an uploaded file."""
    rng = shop.random
    wanted: dict[str, tuple[Thing, int]] = {}
    while not wanted:
        for product in rng.sample(list(shop.products.values()), min(rng.randint(1, 3), len(shop.products))):
            sku = shop.nodes[rng.choice(product["_skus"])]
            quantity = rng.randint(1, 3)
            if product["enabled"] and sku["enabled"] and sku["inventory"] >= quantity:
                wanted[sku["id"]] = (sku, quantity)
    names = (
        "recipientFirstName", "recipientLastName", "streetAddress1", "streetAddress2", "city", "state", "countryCode",
        "zipcode", "phoneNumber",
    )  # fmt: skip
    address = {**dict(zip(names, rng.choice(_PEOPLE), strict=True)), "logisticAttribute": None}
    code = str(1361546075101402 + len(shop.orders))
    order = orders.place(shop, list(wanted.values()), address, code, at)
    order["_csv"] = f"csv-{len(shop.orders) // 20}"
    return order


def _lived(shop: Shop, order: Thing, now: int) -> None:
    """Let an order of the starting state go as far as its age allows."""
    rng, born = shop.random, order["timeCreated"]
    recent = now - born < orders.EXPIRES_AFTER
    if recent and rng.random() < 0.4:
        return
    if rng.random() < 0.1:
        orders.expire(shop, order)
        return
    paid = max(born, now - rng.randrange(60, HOUR)) if recent else born + rng.randrange(60, HOUR)
    orders.pay(shop, order, f"charge-{order['_code']}", paid)
    items = orders.items_of(shop, order)
    if recent and len(items) > 2:
        orders.cancel_items(shop, items[:1], now)
    elif not recent and rng.random() < 0.1:
        orders.cancel_items(shop, items, paid + 60)
    if not recent and order["status"] == "PAID":
        _travelled(shop, order, now, paid)


def _travelled(shop: Shop, order: Thing, now: int, paid: int) -> None:
    """Let a paid order travel; now and then something of it goes back."""
    orders.start_fulfilment(shop, order)
    if now - paid > 4 * DAY:
        orders.ship(shop, order, paid + 3 * DAY)
    if now - paid > 12 * DAY:
        orders.confirm(shop, order, paid + 11 * DAY)
        if shop.random.random() < 0.2:
            orders.refund_item(shop, orders.items_of(shop, order)[0], paid + 11 * DAY + HOUR)


def new_ticket(shop: Shop, at: int) -> Thing:
    """A NEW ticket of any kind."""
    rng = shop.random
    first, last = rng.choice(_PEOPLE)[:2]
    given = {"firstName": first, "lastName": last, "email": "buyer@example.com", "remark": rng.choice(_REMARKS)}
    return tickets.open_ticket(
        shop, rng.choice(list(tickets.TYPES.values())), at, {**given, "reason": rng.choice(_REASONS)}
    )


def _worked(shop: Shop, ticket: Thing) -> None:
    """Let the desk work on a ticket of the starting state."""
    ticket["_comments"] += [{"content": shop.random.choice(_COMMENTS)} for _ in range(shop.random.randrange(3))]
    tickets.set_desk(ticket, shop.random.choice(("NEW", "OPEN", "PENDING", "HOLD", "SOLVED", "CLOSED")))
