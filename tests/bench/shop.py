"""A shop of any size as a seller has it: what lists, pages and searches are measured on."""

# ruff: noqa: SIM905 – words read better without their quotes

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection as database
from django.utils import timezone

from dashboard.core.search_index import catch_up
from dashboard.orders.models import Order
from dashboard.sync.models import Connection, FeedState
from tests.bench import mirror

STEP = 10_000
YEARS = timedelta(days=730)
CONNECTIONS = 3
FIRST = "Ana Ben Chloe Deniz Elif Femi Grace Hugo Ines Jonas Kofi Lena Marek Nadia Oscar Priya Rosa Sven".split()
LAST = "Abel Brandt Costa Dubois Eriksen Fischer Garcia Haddad Ivanov Jansen Kowalski Lopez Moreau Novak Okafor".split()
CHINESE = "王伟 李娜 张敏 刘洋 陈静 杨帆 赵磊 黄丽".split()
THINGS = "Kettle Lamp Charger Wallet Poster Backpack Keyboard Speaker Blanket Mug 手机壳 数据线".split()
COLOURS = "Black White Red Green Blue Sand Silver Copper".split()


def fill(rows: int) -> None:
    """`rows` orders with two lines each over two years, swept as the database would itself; what is there is kept."""
    if Order.objects.filter(connection__slug__startswith="bench-shop").count() == rows:
        return
    shops = [mirror.fresh("bench-shop-1"), *(_shop(n) for n in range(2, CONNECTIONS + 1))]
    began = timezone.now().replace(microsecond=0) - YEARS
    for start in range(0, rows, STEP):
        many, shop = min(STEP, rows - start), shops[start // STEP % CONNECTIONS]
        made = mirror.pages(many, 500, start=start, make=lambda n, _status: order(n, rows, began))
        mirror.best_possible(shop, *mirror.ready_rows(shop, made, start))
    for shop in shops:
        FeedState.objects.update_or_create(connection=shop, feed="orders", defaults={"last_ok_at": timezone.now()})
    catch_up(seconds=3600)
    sweep()


def sweep() -> None:
    """What the database does by itself in quiet hours."""
    with database.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if database.vendor == "postgresql" else "ANALYZE")


def order(n: int, rows: int, began: datetime) -> dict[str, Any]:
    """The nth of `rows` orders, the last of which are still open; a buyer comes back two or three times."""
    placed = began + YEARS * (n / rows)
    buyer = n * 7919 % (rows * 2 // 5 + 1)
    first, last = FIRST[buyer % len(FIRST)], LAST[buyer // len(FIRST) % len(LAST)]
    name = CHINESE[buyer // 20 % len(CHINESE)] if buyer % 20 == 0 else f"{first} {last}"
    thing = f"{THINGS[n % len(THINGS)]} {COLOURS[n // 12 % len(COLOURS)]} {n % 311}"
    made = mirror.order(n, status(n, rows))
    made["items"][0]["title"] = thing
    return made | {
        "buyer_name": name,
        "buyer_email": f"{first}.{last}{buyer}@example.com".lower(),
        "sale_date": _text(placed),
        "ship_by_date": _text(placed + timedelta(days=3)),
    }


def status(n: int, rows: int) -> str:
    """Of the newest hundredth most are open; of the rest most went well."""
    if n >= rows * 99 // 100:
        return ("unshipped", "unshipped", "unshipped", "completed", "pending", "partially_shipped")[n % 6]
    return "refunded" if n % 31 == 0 else "cancelled" if n % 19 == 0 else "completed"


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat("T", "seconds").replace("+00:00", "Z")


def _shop(n: int) -> Connection:
    found, _made = Connection.objects.get_or_create(
        slug=f"bench-shop-{n}",
        defaults={"platform": "m2e", "title": f"Shop {n}", "base_url": "https://m2e.cloud/api/v1/api"},
    )
    return found
