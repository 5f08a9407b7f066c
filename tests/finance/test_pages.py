"""The pages of money: who sees them, what they sum, what is left of an order."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from channels.records import WalletMovementRecord
from dashboard.core import formatting
from dashboard.finance import models as m
from dashboard.finance import totals
from dashboard.finance.mirror import WALLET
from dashboard.orders.models import Order
from dashboard.staff.models import AuditEvent
from dashboard.sync.upsert import upsert
from tests.connected import pull
from tests.pages import assert_strict_html

PAGES = ("index", "payments", "movements", "coupons", "margins")


def url(name, *args):
    return reverse(f"finance:{name}", args=args)


def text(response):
    return response.content.decode()


@pytest.fixture
def money(agent, supplier):
    """Both connections, mirrored."""
    pull(agent.connection, "balance", "wallet", "coupons")
    pull(supplier.connection, "orders", "payments", "balance")
    return agent, supplier


@pytest.fixture
def client(client_for, money):
    return client_for("finance")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_with_data_is_strict_html(client, name):
    response = client.get(url(name))
    assert response.status_code == 200
    assert_strict_html(response)
    fragment = client.get(url(name), headers={"HX-Request": "true"})
    assert fragment.status_code == 200


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("index", {"agent", "supplier"}),
        ("payments", {"supplier"}),
        ("movements", {"agent"}),
        ("coupons", {"agent"}),
    ],
)
def test_freshness_names_the_connections_that_have_the_feed_and_no_other(client, money, name, read):
    agent, supplier = money
    titles = {"agent": agent.connection.title, "supplier": supplier.connection.title}
    items = client.get(url(name)).context["fresh"]["items"]
    assert {item["title"] for item in items} == {titles[one] for one in read}


@pytest.mark.parametrize("name", ["payments", "movements", "coupons"])
def test_lists_export_what_they_show(client, name):
    response = client.get(url(name), {"format": "csv"})
    rows = b"".join(response.streaming_content).decode().splitlines()
    count = {
        "payments": m.Payment.objects.count(),
        "movements": m.WalletMovement.objects.count(),
        "coupons": m.Coupon.objects.filter(claimed=True).count(),
    }
    assert len(rows) == count[name] + 1


@pytest.mark.parametrize("what", ["sales", "payments", "wallet", "nonsense"])
@pytest.mark.parametrize("period", ["day", "week", "month", "nonsense"])
def test_every_sum_has_its_page(client, what, period):
    assert_strict_html(client.get(url("index"), {"what": what, "period": period}))


def test_kinds_of_balances_are_words(client, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert '<span title="wallet">钱包</span>' in client.get(url("index")).content.decode()


def test_a_bar_says_its_day_and_sums(client, agent):
    connection, _sandbox = agent
    upsert(
        WALLET,
        connection,
        [
            WalletMovementRecord(
                remote_id="1", kind="x", amount=Decimal("-40.10"), currency="CNY", happened_at=timezone.now()
            )
        ],
    )
    page = client.get(url("index"), {"what": "wallet"}).content.decode()
    assert f"<title>{formatting.day(timezone.now())}: in CNY\u00a00.00, out CNY\u00a040.10</title>" in page


def test_the_wallets_sums_are_exact(agent):
    connection, _sandbox = agent
    now = timezone.now()
    told = [("1", "100.00", 0), ("2", "-40.10", 0), ("3", "-0.90", 1), ("4", "7.00", 400)]
    upsert(
        WALLET,
        connection,
        [
            WalletMovementRecord(
                remote_id=key, kind="x", amount=Decimal(amount), currency="CNY", happened_at=now - timedelta(days=days)
            )
            for key, amount, days in told
        ],
    )
    [sums] = totals.summed(totals.movements(m.WalletMovement.objects.all(), "month"))
    assert (sums.currency, sums.money_in, sums.money_out, sums.number) == ("CNY", Decimal(100), Decimal(41), 3)
    bars = totals.bars(sums, "month")
    assert len(bars) == 12
    assert sum(bar["money_out"] for bar in bars) == Decimal(41)
    assert max(float(bar["up"]) for bar in bars) == 85.1
    assert max(float(bar["down"]) for bar in bars) == 34.9  # one scale for both, 120 in all


def test_currencies_are_never_summed(agent):
    connection, _sandbox = agent
    now = timezone.now()
    records = [
        WalletMovementRecord(remote_id=code, kind="x", amount=Decimal(5), currency=code, happened_at=now)
        for code in ("CNY", "USD")
    ]
    upsert(WALLET, connection, records)
    sums = totals.summed(totals.movements(m.WalletMovement.objects.all(), "day"))
    assert [(one.currency, one.money_in) for one in sums] == [("CNY", Decimal(5)), ("USD", Decimal(5))]


@pytest.mark.parametrize("period", totals.PERIODS)
def test_periods_begin_at_midnight_and_follow_each_other(period):
    begins = totals.starts(period)
    assert len(begins) == totals.PERIODS[period][1]
    assert begins == sorted(set(begins))
    assert {(timezone.localtime(at).hour, timezone.localtime(at).minute) for at in begins} == {(0, 0)}


@pytest.mark.parametrize("name", ["movements", "index"])
def test_pages_cost_the_same_whatever_they_hold(client, agent, name):
    def grow(count):
        now = timezone.now()
        records = [
            WalletMovementRecord(remote_id=f"X{n}", kind="x", amount=Decimal(n), currency="CNY", happened_at=now)
            for n in range(count)
        ]
        upsert(WALLET, agent.connection, records)

    def cost():
        asked = {"what": "wallet", "size": 100}
        client.get(url(name), asked)
        with CaptureQueriesContext(database) as found:
            client.get(url(name), asked)
        assert not any('"raw"' in each["sql"] for each in found.captured_queries)
        return len(found)

    grow(10)
    few = cost()
    grow(100)
    assert cost() == few


# -- margins ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def order(money):
    """A sold order in USD."""
    row = Order.objects.filter(total__gt=0).exclude(status__in=("unpaid", "cancelled", "refunded", "expired")).first()
    Order.objects.filter(pk=row.pk).update(total=Decimal("100.00"), currency="USD")
    return row


def test_what_is_left_of_an_order(client, order):
    assert_strict_html(client.get(url("for_order", order.pk)))
    client.post(url("cost_add", order.pk), {"amount": "30", "currency": "usd", "note": "Goods"})
    client.post(url("cost_add", order.pk), {"amount": "5.50", "currency": "USD"})
    page = client.get(url("for_order", order.pk), headers={"HX-Request": "true"})
    assert_strict_html(page, fragment=True)
    assert "USD\u00a064.50" in text(page)
    assert "64.5 %" in text(page)
    assert "USD\u00a064.50" in text(client.get(url("margins")))
    assert AuditEvent.objects.filter(verb="finance.cost_added").count() == 2


def test_a_purchase_costs_what_the_wallet_paid_for_it(client, order, agent):
    now = timezone.now()
    for key, amount in (("a", "-200"), ("b", "-10"), ("c", "60")):
        record = WalletMovementRecord(
            remote_id=key, kind="x", amount=Decimal(amount), currency="CNY", order_number="ORD-9", happened_at=now
        )
        upsert(WALLET, agent.connection, [record])
    client.post(url("cost_add", order.pk), {"reference": "ORD-9"})
    page = text(client.get(url("for_order", order.pk)))
    assert "CNY\u00a0150.00" in page
    assert "USD\u00a0100.00 · CNY\u00a0\u2212150.00" in page


def test_a_number_that_no_wallet_paid_under_makes_no_margin(client, order):
    client.post(url("cost_add", order.pk), {"amount": "30", "currency": "USD"})
    assert "70.0 %" in text(client.get(url("for_order", order.pk)))
    client.post(url("cost_add", order.pk), {"reference": "ORD-nowhere"})
    page = text(client.get(url("for_order", order.pk)))
    assert "Nothing paid under this number yet" in page
    assert "70.0 %" not in page
    (row,) = client.get(url("margins")).context["rows"]
    assert (row["costs"], row["left"], row["share"]) == ("USD\u00a030.00 · 1 not paid yet", "USD\u00a070.00", "")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"amount": "3"},
        {"reference": "A", "amount": "3", "currency": "USD"},
        {"amount": "-1", "currency": "USD"},
        {"amount": "3", "currency": "US$"},
        {"amount": "3", "currency": "US"},
    ],
)
def test_a_cost_that_says_nothing_is_refused(client, order, given):
    response = client.post(url("cost_add", order.pk), given)
    assert response.status_code == 422
    assert_strict_html(response)
    assert not m.OrderCost.objects.exists()


def test_a_cost_is_taken_back(client, order):
    client.post(url("cost_add", order.pk), {"amount": "30", "currency": "USD"})
    assert client.post(url("cost_remove", m.OrderCost.objects.get().pk)).status_code == 302
    assert not m.OrderCost.objects.exists()


def test_a_foreign_order_is_not_found(client, user_for, order):
    person = user_for("finance")
    person.sees_all_connections = False
    person.save()
    assert client.get(url("for_order", order.pk)).status_code == 404
    assert client.post(url("cost_add", order.pk), {"amount": "3", "currency": "USD"}).status_code == 404
    assert not m.OrderCost.objects.exists()


# -- balances, sums, searching -----------------------------------------------------------------------------------------


def test_a_balance_shows_how_it_went(agent, client_for):
    from channels.records import BalanceRecord
    from dashboard.finance.history import courses
    from dashboard.finance.mirror import upsert_balances

    now = timezone.now()
    upsert_balances(agent.connection, [BalanceRecord(remote_id="wallet", currency="CNY", balance=Decimal(160))], now)
    m.BalanceReading.objects.all().delete()
    for days, amount in ((15, 100), (6, 40), (3, 160)):
        at = now - timedelta(days=days)
        m.BalanceReading.objects.create(of=m.Balance.objects.get(), balance=Decimal(amount), read_at=at)
    row = m.Balance.objects.get()
    course = courses([row], now)[row.pk]
    assert (course.first, course.least, course.most) == (Decimal(100), Decimal(40), Decimal(160))
    assert course.path == "M80.0 28.0V10.5H128.0V21.0H144.0V0.0H160.0V0.0H160V28.0Z"
    page = client_for("finance").get(url("index"))
    assert_strict_html(page)
    words = "From CNY\u00a0100.00 to CNY\u00a0160.00; least CNY\u00a040.00, most CNY\u00a0160.00"
    assert words in text(page)


def test_sums_over_connections_are_closed_for_each_currency_alone(client, agent, supplier, connect):
    second = connect("fulfillbot", "second").connection
    moved = [(agent.connection, "CNY", "-5.00"), (second, "CNY", "12.50"), (second, "EUR", "3.00")]
    m.WalletMovement.objects.all().delete()
    for number, (connection, currency, amount) in enumerate(moved):
        record = WalletMovementRecord(
            remote_id=f"m{number}", kind="x", amount=Decimal(amount), currency=currency, happened_at=timezone.now()
        )
        upsert(WALLET, connection, [record])
    page = client.get(url("index"), {"what": "wallet"})
    assert_strict_html(page)
    [closed] = page.context["all_sums"]
    assert (closed["currency"], closed["count"]) == ("CNY", "2")
    assert (closed["money_in"], closed["money_out"]) == ("CNY\u00a012.50", "CNY\u00a05.00")
    assert closed["left"] == "CNY\u00a07.50"
    assert text(page).count('class="total"') == 1


def test_a_purchase_is_counted_once_as_a_cost(client, supplier):
    order = Order.objects.first()
    assert client.post(url("cost_add", order.pk), {"reference": "ORD-1"}).status_code == 200
    again = client.post(url("cost_add", order.pk), {"reference": "ORD-1"})
    assert again.status_code == 422
    assert_strict_html(again)
    assert "This purchase is counted already." in text(again)
    assert m.OrderCost.objects.count() == 1


@pytest.mark.parametrize("name", ["payments", "movements", "coupons"])
def test_lists_of_money_cost_two_queries(client, name):
    for size in ("25", "100"):
        address = url(name) + f"?size={size}&view=all"
        client.get(address)
        with CaptureQueriesContext(database) as found:
            client.get(address)
        own = [each for each in found.captured_queries if "session" not in each["sql"]]
        assert len([each for each in own if 'FROM "staff_user"' not in each["sql"]]) == 2  # connections, rows


def test_movements_are_found_by_their_index_as_by_reading_them_all(client, agent):
    every = list(m.WalletMovement.objects.exclude(order_number=""))
    number = every[0].order_number
    for words in (number, number[4:10], every[0].kind, every[0].kind.upper(), "no such words"):
        page = client.get(url("movements"), {"q": words, "size": "100", "view": "all"})
        shown = {row["head"] for row in page.context["rows"]}
        rows = m.WalletMovement.objects.filter(gone_at=None)
        wanted = {
            one.remote_id for one in rows if words.lower() in f"{one.order_number} {one.remote_id} {one.kind}".lower()
        }
        assert shown == wanted or (len(wanted) > 100 and shown <= wanted)


def test_payments_are_narrowed_by_their_method_through_an_index(client):
    rows = m.Payment.objects.present()
    rows.filter(pk=rows.first().pk).update(method="paypal")
    page = client.get(url("payments"), {"method": "paypal", "size": 100})
    assert_strict_html(page)
    assert len(page.context["rows"]) == 1
    assert client.get(url("payments"), {"method": "pay"}).context["rows"] == []
    if database.vendor == "sqlite":  # PostgreSQL plans by the sizes it has seen, not by rule
        assert "payment_by_method" in rows.filter(method="paypal").order_by("-placed_at", "-pk")[:26].explain()
