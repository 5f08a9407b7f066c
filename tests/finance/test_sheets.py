"""Sums of any time, and what is saved as a file: exact rows, the person's own connections, formulas neutralised."""

import csv
import io
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from channels.records import WalletMovementRecord
from dashboard.finance import models as m
from dashboard.finance import sheets, totals
from dashboard.finance.mirror import WALLET
from dashboard.orders.models import Order
from dashboard.sync.upsert import upsert
from tests.connected import pull
from tests.pages import assert_strict_html


def url(name, *args):
    return reverse(f"finance:{name}", args=args)


def text(response):
    return response.content.decode()


def table(response):
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))


def moved(connection, *told):
    records = [
        WalletMovementRecord(
            remote_id=str(n), kind="x", amount=Decimal(amount), currency="CNY", happened_at=at, order_number=number
        )
        for n, (amount, at, number) in enumerate(told)
    ]
    upsert(WALLET, connection, records)


@pytest.fixture
def client(client_for):
    return client_for("finance")


def test_totals_are_saved_by_connection_currency_and_period(client, agent):
    today = timezone.localtime().replace(hour=12)
    old = today - timedelta(days=3)
    moved(agent.connection, ("100.00", today, ""), ("-40.10", today, ""), ("-0.90", old, ""))
    response = client.get(url("index"), {"what": "wallet", "format": "csv", "of": "totals"})
    assert response["Content-Disposition"].startswith('attachment; filename="wallet-by-day-')
    slug = agent.connection.slug
    assert table(response) == [
        ["connection", "currency", "from", "in", "out", "left", "number"],
        [slug, "CNY", old.date().isoformat(), "0.00", "0.90", "-0.90", "1"],
        [slug, "CNY", today.date().isoformat(), "100.00", "40.10", "59.90", "2"],
    ]


def test_who_may_not_export_gets_no_file(client_for, agent, user_for):
    person = user_for("finance")
    person.sees_all_connections = False
    person.save()
    moved(agent.connection, ("5.00", timezone.now(), ""))
    response = client_for("finance").get(url("index"), {"what": "wallet", "format": "csv", "of": "totals"})
    assert table(response)[1:] == []
    assert client_for("viewer").get(url("index"), {"format": "csv", "of": "totals"}).status_code == 403


def test_earlier_sums_are_asked_for_by_their_last_day(client, agent):
    day = timezone.make_aware(datetime(2024, 3, 10, 9))
    moved(agent.connection, ("7.00", day, ""), ("9.00", day + timedelta(days=1), ""), ("1.00", timezone.now(), ""))
    asked = {"what": "wallet", "period": "day", "until": "2024-03-10"}
    page = client.get(url("index"), asked)
    assert_strict_html(page)
    [sums] = page.context["sums"]
    assert (sums["money_in"], sums["count"]) == ("CNY\u00a07.00", "1")
    span = page.context["span"]
    assert "until=2024-02-09" in span["earlier"]
    assert "until=2024-04-09" in span["later"]
    assert len(table(client.get(url("index"), asked | {"format": "csv", "of": "totals"}))) == 2


@pytest.mark.parametrize("until", ["", "nonsense", "1999-01-01", "2999-01-01", "2024-02-30"])
def test_a_day_that_cannot_be_is_today(client, agent, until):
    moved(agent.connection, ("1.00", timezone.now(), ""))
    page = client.get(url("index"), {"what": "wallet", "until": until})
    assert [one["money_in"] for one in page.context["sums"]] == ["CNY\u00a01.00"]
    assert page.context["span"]["later"] == ""


@pytest.mark.parametrize("period", totals.PERIODS)
def test_the_time_before_ends_where_this_one_begins(period):
    begins = totals.starts(period)
    earlier = totals.starts(period, totals.before(begins[0], "day"))
    assert totals.after(earlier[-1], period) == begins[0]


def test_days_are_read_strictly():
    assert sheets.day_of("2024-02-29").isoformat() == "2024-02-29"
    assert sheets.day_of(timezone.localdate().isoformat()) is None


def test_margins_are_saved_by_order_and_currency(client, supplier):
    pull(supplier.connection, "orders")
    order = Order.objects.filter(status="completed").first()
    Order.objects.filter(pk=order.pk).update(total=Decimal("20.00"), currency="USD", number="=cmd()")
    m.OrderCost.objects.create(order=order, amount=Decimal("5.00"), currency="USD")
    assert table(client.get(url("margins"), {"format": "csv"})) == [
        ["connection", "order", "status", "currency", "sold_for", "cost", "left", "share"],
        [supplier.connection.slug, "'=cmd()", "completed", "USD", "20.00", "5.00", "15.00", "75.0"],
    ]


def test_payments_say_their_state_and_lead_to_their_order(client, supplier):
    pull(supplier.connection, "orders", "payments")
    payment = m.Payment.objects.filter(status="paid", order_remote_id__in=Order.objects.values("remote_id")).first()
    order = Order.objects.get(connection=supplier.connection, remote_id=payment.order_remote_id)
    page = client.get(url("payments"), {"size": 100})
    assert_strict_html(page)
    assert reverse("orders:detail", args=[order.pk]) in text(page)
    assert f'title="{payment.remote_status}"' in text(page)
    assert ">Paid<" in text(page)


def test_a_movement_leads_to_what_it_paid(client, agent):
    moved(agent.connection, ("-5.00", timezone.now(), "ORD-1&2"))
    assert "/search/?q=ORD-1%262" in text(client.get(url("movements")))
