"""Searching by parts of words: the index stays in step, every way finds the same, nothing typed can break it."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.utils import timezone

from dashboard.core import searching
from dashboard.core.search_index import catch_up
from dashboard.core.searching import Searched, narrow
from dashboard.orders.models import Order, Parcel
from dashboard.orders.searched import ORDERS
from dashboard.sync.models import Connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return Connection.objects.create(platform="m2e", slug="shop", title="Shop", base_url="https://example.com")


@pytest.fixture
def make(shop):
    def make(number, **fields):
        return Order.objects.create(
            connection=shop,
            remote_id=f"r-{number}",
            number=number,
            content_hash=b"0" * 16,
            changed_at=timezone.now(),
            placed_at=timezone.now(),
            **fields,
        )

    return make


def found(q, about=ORDERS, **options):
    return sorted(narrow(Order.objects.all(), about, q, **options).values_list("number", flat=True))


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("302-447", ["302-4471902"]),
        ("4471902", ["302-4471902"]),
        ("LUKAS", ["302-4471902"]),
        ("lukas hart", ["302-4471902"]),
        ("hart lukas", ["302-4471902"]),
        ("手工陶瓷", ["SO55"]),
        ("陶瓷", ["SO55"]),
        ("陶", []),
        ("SO", ["SO55"]),
        ("so", ["SO55"]),
        ("30", ["302-4471902"]),
        ("71", []),
        ("nothing-of-that", []),
        ("", []),
        ("x", []),
        ("   ", []),
    ],
)
def test_what_is_found(make, q, expected):
    make("302-4471902", buyer="Lukas Hartmann", items="Wireless Earbuds")
    make("SO55", buyer="李雷", items="手工陶瓷茶杯")
    assert found(q) == expected


HOSTILE = [
    *("%", "_", "%%%", "a%b", "100%", "'", '"', '""', "\\", "\\\\\\", "a\0bc", "NEAR(a b)", "a AND b", "* OR 1=1"),
    *("-abc", "col:abc", "(abc", "^abc", "a" * 100, "﷽" * 50, "x' OR '1'='1", "{abc}", "abc+", "😀😀😀"),
]


@pytest.mark.parametrize("q", HOSTILE)
def test_nothing_typed_breaks_it_or_finds_everything(make, q):
    make("SO55", buyer="李雷")
    assert found(q) == []


def test_signs_are_found_as_they_are(make):
    make("A-100%_x", buyer='say "hi" \\o/')
    make("A-1000yx", buyer="nobody")
    assert found("100%_x") == ["A-100%_x"]
    assert found('"hi"') == ["A-100%_x"]
    assert found("\\o/") == ["A-100%_x"]


def test_the_index_follows_changes_and_removals(make):
    order = make("SO55", buyer="Meier")
    assert found("meier") == ["SO55"]
    Order.objects.filter(pk=order.pk).update(buyer="Schulze")
    assert (found("meier"), found("schulze")) == ([], ["SO55"])
    Order.objects.filter(pk=order.pk).delete()
    assert found("schulze") == []


@pytest.mark.skipif(database.vendor != "postgresql", reason="Elsewhere the index is never behind.")
def test_what_waits_for_the_index_is_found_and_then_indexed(make):
    def indexed():
        with database.cursor() as cursor:
            cursor.execute("SELECT words FROM orders_order_search ORDER BY id")
            return [row[0].strip() for row in cursor.fetchall()]

    def due():
        with database.cursor() as cursor:
            cursor.execute("SELECT id FROM orders_order_due ORDER BY id")
            return [row[0] for row in cursor.fetchall()]

    first, second = make("SO55", buyer="Meier"), make("SO56", buyer="Meier")
    assert (indexed(), due(), found("meier")) == ([], [first.pk, second.pk], ["SO55", "SO56"])
    assert catch_up() == 2
    assert ([text.split() for text in indexed()], due()) == ([["SO55", "Meier"], ["SO56", "Meier"]], [])
    assert found("meier") == ["SO55", "SO56"]
    Order.objects.filter(pk=first.pk).update(status="completed")
    assert due() == []
    Order.objects.filter(pk=first.pk).update(buyer="Schulze")
    gone = second.pk
    second.delete()
    assert (due(), found("meier"), found("schulze")) == ([first.pk, gone], [], ["SO55"])
    assert catch_up() == 2
    assert ([text.split() for text in indexed()], found("schulze"), found("meier")) == (
        [["SO55", "Schulze"]],
        ["SO55"],
        [],
    )
    assert catch_up() == 0


@pytest.mark.skipif(database.vendor != "postgresql", reason="Elsewhere the index is never behind.")
def test_a_search_that_has_not_caught_up_says_so(make, monkeypatch, client_for):
    monkeypatch.setattr(searching, "DUE", 1)
    addresses = ("/orders/?view=all&q=meier", "/search/?q=meier&stay=1")

    def said():
        shown = [client_for("admin").get(address).content.decode() for address in addresses]
        return ["The search has not caught up yet." in text for text in shown]

    order = make("SO55", buyer="Meier")
    assert (found("meier"), said()) == (["SO55"], [False, False])
    make("SO56", buyer="Meier")
    assert (found("meier"), said()) == (["SO55"], [True, True])
    assert "caught up" not in client_for("admin").get("/orders/?view=all").content.decode()
    catch_up()
    assert (found("meier"), said()) == (["SO55", "SO56"], [False, False])
    for number in ("y1", "y2"):
        Parcel.objects.create(order=order, remote_id=number, tracking_number=number)
    assert said() == [True, True]


def test_private_columns_count_only_for_those_who_may_see_them(make):
    make("SO55", buyer="Meier", buyer_email="meier@secret.example")
    assert found("secret.example") == ["SO55"]
    assert found("secret.example", private=False) == []
    assert found("meier", private=False) == ["SO55"]


def test_parts_lead_to_their_whole(make):
    order = make("SO55")
    Parcel.objects.create(order=order, remote_id="p1", tracking_number="YT2532499000123")
    assert found("yt253249") == ["SO55"]
    assert found("YT2532499000123 x") == []


def test_a_term_more_common_than_the_cap_is_found_all_the_same(make, monkeypatch):
    monkeypatch.setattr(searching, "CAP", 3)
    for n in range(5):
        make(f"SO{n}", buyer="Everybody")
    assert found("everybody") == [f"SO{n}" for n in range(5)]
    assert found("everybody SO3") == ["SO3"]


@pytest.mark.parametrize("words", ["kettle", "王伟", "kettle 王伟"])
def test_a_common_word_that_only_old_rows_have_is_read_from_the_index(make, monkeypatch, words):
    """A walk of the list would pass all the newer rows first."""
    for name, value in {"CAP": 2, "WINDOW": 20, "REACH": 4, "ENOUGH": 2}.items():
        monkeypatch.setattr(searching, name, value)
    for n in range(12):
        make(f"SO{n:02}", **({"buyer": "王伟", "items": "Kettle"} if n < 6 else {}))
    catch_up()
    old = narrow(Order.objects.order_by("-placed_at"), ORDERS, words)
    found = list(old.values_list("number", flat=True))
    assert found == ["SO05", "SO04", "SO03", "SO02", "SO01", "SO00"]
    assert "COALESCE" not in str(old.query)
    for n in range(12, 14):
        make(f"SO{n:02}", buyer="王伟", items="Kettle")
    assert "COALESCE" in str(narrow(Order.objects.all(), ORDERS, words).query)


def test_without_its_index_a_table_is_searched_all_the_same(make, monkeypatch):
    make("SO55", buyer="Meier")
    monkeypatch.setattr(searching, "has_index", lambda alias, table: False)
    assert found("eier") == ["SO55"]


def test_short_words_are_looked_for_among_the_newest_rows_and_at_any_age_where_an_index_knows_them(make, monkeypatch):
    monkeypatch.setattr(searching, "WINDOW", 2)
    for n in range(3):
        make(f"SO{n}", items="手工陶瓷", buyer="王伟" if n == 0 else "")
    catch_up()
    anywhere = database.vendor == "sqlite"  # PostgreSQL's index knows where words begin, SQLite's those beyond ASCII
    assert found("陶瓷") == (["SO0", "SO1", "SO2"] if anywhere else ["SO1", "SO2"])
    assert found("王伟") == ["SO0"]
    assert found("SO") == (["SO1", "SO2"] if anywhere else ["SO0", "SO1", "SO2"])
    assert found("SO 王伟") == ["SO0"]
    assert found("王 伟") == (["SO0"] if anywhere else [])
    assert found("李娜") == found("XX 王伟") == found("S") == []


@pytest.mark.parametrize(("q", "stored"), [("王伟", "伟 王"), ("王小明", "小明 王"), ("欧阳小明", "小明 欧阳")])
def test_a_chinese_name_is_found_the_other_way_round(make, monkeypatch, q, stored):
    make("SO0", buyer=stored)
    make("SO1", buyer=q)
    make("SO2", buyer=stored.replace(" ", ", "))
    make("SO3", items="X", buyer_email=f"{stored}@example.com")
    for n in range(4, 7):
        make(f"SO{n}", buyer="李娜")
    monkeypatch.setattr(searching, "WINDOW", 2)
    catch_up()
    assert found(q, private=False) == ["SO0", "SO1"]


def test_a_short_word_that_begins_too_many_trigrams_is_looked_for_among_the_newest(make, monkeypatch):
    monkeypatch.setattr(searching, "MAX_TRIGRAMS", 1)
    for n, buyer in enumerate(("王伟", "王伟明", "李娜")):
        make(f"SO{n}", buyer=buyer)
    catch_up()
    assert found("王伟") == ["SO0", "SO1"]
    assert found("李娜") == ["SO2"]
    monkeypatch.setattr(searching, "WINDOW", 1)
    assert found("王伟") == ([] if database.vendor == "sqlite" else ["SO0", "SO1"])
    assert found("王伟明") == ["SO1"]


def test_short_words_more_common_than_the_cap_are_met_while_the_list_is_walked(make, monkeypatch):
    monkeypatch.setattr(searching, "CAP", 2)
    for n in range(5):
        make(f"SO{n}", buyer="王伟", items="Red mug" if n == 3 else "Blue mug")
    catch_up()
    assert len(found("SO")) == 2
    assert len(found("王伟")) == 5
    assert found("mug re") == ["SO3"]
    assert found("mug zz") == []


def test_a_long_word_is_compared_in_full(make):
    for n in (1, 2):
        make(f"SHOP-2026-00000000{n}", buyer_email=f"ana.lopez{n}@example.com")
    make("OTHER-2026-000000001", buyer_email="ana.lopez1@example.org")
    catch_up()
    assert found("SHOP-2026-000000001") == ["SHOP-2026-000000001"]
    assert found("ana.lopez1@example.com") == ["SHOP-2026-000000001"]
    assert found("an@example.com") == []


def test_a_whole_remote_id_is_found_where_its_parts_are_not(make):
    make("SO55")
    assert (found("r-SO55"), found("r-SO5")) == (["SO55"], [])
    assert found("r-SO55", private=False) == ["SO55"]


def test_the_scope_of_the_rows_holds(make, shop):
    make("SO55", buyer="Meier")
    assert list(narrow(Order.objects.none(), ORDERS, "meier")) == []
    assert list(narrow(Order.objects.none(), ORDERS, "r-SO55")) == []
    assert list(narrow(Order.objects.filter(connection=shop.pk + 1), ORDERS, "meier")) == []


def test_a_model_with_one_column(make):
    make("SO55", buyer="Meier")
    about = Searched("orders.Order", ("buyer",))
    assert list(narrow(Order.objects.all(), about, "me", private=False)) == []


@pytest.mark.skipif("database.vendor != 'postgresql'")
def test_postgresql_can_use_the_index(make):
    make("SO55", buyer="Meier")
    catch_up()
    with database.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM orders_order_search WHERE (words) ILIKE '%meier%'")
        assert any("orders_order_search_words" in line for (line,) in cursor.fetchall())
