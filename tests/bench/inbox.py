"""Searching an inbox of any size, reading a thread, opening records, through the WSGI application (QUALITY T12, T13).

Each kind of word takes its turn in every round, beside the same question put plainly: messages whose text contains the
words by `icontains`, counted, and the newest threads of those.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote

from django.db import connection as database
from django.utils import timezone

from dashboard.core.search_index import catch_up
from dashboard.messaging.models import Message, Thread
from dashboard.orders.models import Order
from dashboard.sync.models import Connection
from tests.bench.asking import Person
from tests.bench.lists import measured
from tests.bench.memory import resident
from tests.bench.shop import CHINESE, FIRST, LAST, THINGS, YEARS, sweep

SLUG = "bench-inbox"
A_THREAD = 20  # messages
STEP = 5_000
SAID = (
    "Hello, where is my order {n}? I paid for the {thing} last week and nothing arrived so far.",
    "Dear customer, your parcel with the {thing} left our warehouse today, thank you for your patience.",
    "The {thing} arrived with a scratch on its side, could you send a replacement, please?",
    "我买的{thing}还没有收到, 请问订单 {n} 什么时候发货? 谢谢",
    "Thank you very much for your quick answer and have a nice day!",
)
WORDS = {
    "a number": "order 123456",
    "rare": "zanzibar",
    "absent": "nowhere-to-be-found",
    "phrase": "scratch on its side",
    "common": "order",
    "every message": "the",
    "a buyer": "Kofi Novak",
    "Chinese, two": "谢谢",
    "Chinese, four": "什么时候",
}


def run(rows: int) -> None:
    """Print medians and p95 in milliseconds, and how often icontains and a count are slower."""
    fill(rows)
    person = Person()
    cases: dict[str, Callable[[], Any]] = {"the inbox": lambda: person.get("/messages/")}
    for name, q in WORDS.items():
        cases[name] = lambda q=q: person.get(f"/messages/?q={quote(q)}")
        cases[f"admin: {name}"] = lambda q=q: plain(q)
    thread, order = Thread.objects.order_by("-last_message_at").values_list("pk", flat=True)[7], _an_order()
    cases["a thread"] = lambda: person.get(f"/messages/{thread}/")
    if order:
        cases["an order"] = lambda: person.get(f"/orders/{order}/")
    seen = measured(cases)
    print(f"\ninbox on {database.vendor}, {rows} messages in {rows // A_THREAD} threads")
    for name, taken in seen.items():
        if not name.startswith("admin"):
            plainly = f"   icontains and a count {median(seen[f'admin: {name}']):9.1f} ms" if name in WORDS else ""
            p95 = quantiles(taken, n=20, method="inclusive")[-1]
            print(f"  {name:16} {median(taken):8.1f} ms   p95 {p95:8.1f} ms{plainly}")
    print(f"  memory of this process after {sum(map(len, seen.values()))} pages: {resident():.0f} MB")


def plain(q: str) -> list[Any]:
    """What an inbox without an index asks."""
    rows = Message.objects.all()
    for word in q.split():
        rows = rows.filter(body__icontains=word)
    return [rows.count(), *rows.order_by("-sent_at").values_list("thread_remote_id", "body", "sent_at")[:50]]


def fill(rows: int) -> None:
    """`rows` messages in threads of twenty over two years; what is there is kept."""
    if Message.objects.filter(connection__slug=SLUG).count() == rows:
        return
    Connection.objects.filter(slug=SLUG).delete()
    shop = Connection.objects.create(platform="imetastore", slug=SLUG, title="Inbox", base_url="https://example.com")
    now, threads = timezone.now(), rows // A_THREAD
    common = {"connection": shop, "content_hash": b"0" * 16, "changed_at": now}
    for start in range(0, threads, STEP):
        Thread.objects.bulk_create(
            Thread(
                remote_id=f"t{n}", buyer_remote_id=f"u{n}", last_message_at=now - YEARS * (n / threads),
                buyer=CHINESE[n % 8] if n % 9 == 0 else f"{FIRST[n % len(FIRST)]} {LAST[n // 7 % len(LAST)]}", **common,
            )
            for n in range(start, min(start + STEP, threads))
        )  # fmt: skip
    for start in range(0, rows, STEP):
        Message.objects.bulk_create(
            Message(
                remote_id=f"m{n}", thread_remote_id=f"t{n // A_THREAD}", direction="in" if n % 2 else "out",
                body=_said(n), sent_at=now - YEARS * (n / rows), **common,
            )
            for n in range(start, min(start + STEP, rows))
        )  # fmt: skip
    catch_up(seconds=3600)
    sweep()


def _said(n: int) -> str:
    said = SAID[n * 7919 % len(SAID)].format(n=n, thing=THINGS[n % len(THINGS)])
    return f"{said} Greetings from Zanzibar." if n % 60_000 == 7 else said


def _an_order() -> Any:
    return Order.objects.order_by("-placed_at").values_list("pk", flat=True).first()
