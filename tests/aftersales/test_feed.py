"""Cases are found by asking order after order; a second reading writes nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from dashboard.aftersales import feeds
from dashboard.aftersales.models import AskedOrder, Case
from dashboard.orders.models import Order
from dashboard.sync.models import FeedState, Quarantined
from tests.connected import effects, fault, pull

pytestmark = pytest.mark.django_db


def test_every_case_of_the_platform_is_found(shop):
    found = set(Case.objects.values_list("remote_id", "order_remote_id"))
    assert found == {(str(case["id"]), str(order)) for order, case in shop.sandbox.cases.items()}
    assert {case.decision for case in Case.objects.all()} == {"pending", "approved", "rejected"}


def test_columns(shop):
    order_id, said = next((o, c) for o, c in shop.sandbox.cases.items() if c["orderAfterSalesStatus"] == 101)
    row = Case.objects.get(remote_id=str(said["id"]))
    assert (row.number, row.status, row.decision, row.remote_status) == (
        said["afterSalesOrderNum"],
        "open",
        "pending",
        "101",
    )
    assert row.amount == Decimal(str(said["originalCurrencyProductPrice"]))
    assert row.decide_by == row.placed_at + timedelta(hours=48)
    assert (row.order_remote_id, row.currency, row.image_urls) == (
        str(order_id),
        said["originalCurrencyCode"],
        said["imageUrls"],
    )


def test_a_second_sweep_writes_nothing(shop):
    before = list(Case.objects.order_by("pk").values())
    (run,) = pull(shop.connection, "cases", full=True)
    assert (run.created, run.changed, run.gone, run.seen) == (0, 0, 0, len(before))
    assert list(Case.objects.order_by("pk").values()) == before


def test_an_ordinary_run_is_bounded_and_takes_turns(shop, monkeypatch):
    monkeypatch.setattr(feeds, "ASKED_A_PAGE", 3)
    monkeypatch.setattr(feeds, "ASKED_A_RUN", 5)
    start = timezone.now()
    pull(shop.connection, "cases")
    first = set(AskedOrder.objects.filter(asked_at__gte=start).values_list("order_remote_id", flat=True))
    assert len(first) == 5
    undecided = set(Case.objects.waiting().values_list("order_remote_id", flat=True))
    assert undecided <= first or first <= undecided
    rest = AskedOrder.objects.exclude(order_remote_id__in=first).count()
    for _ in range(rest):
        pull(shop.connection, "cases")
    assert not AskedOrder.objects.filter(asked_at__lt=start).exists()


def test_a_new_case_of_a_changed_order_is_found_by_the_next_run(shop):
    words = shop.sandbox.move("case")
    number = words.split()[-1]
    assert not Case.objects.filter(order_remote_id=number).exists()
    Order.objects.filter(remote_id=number).update(changed_at=timezone.now())
    (run,) = pull(shop.connection, "cases")
    assert run.created == 1
    assert Case.objects.get(order_remote_id=number).decision == "pending"


def test_a_decision_made_elsewhere_shows_after_the_next_run(shop, pending):
    case = pending(shop)
    said = shop.sandbox.cases[int(case.order_remote_id)]
    row = next(order for order in shop.sandbox.orders if order["orderId"] == int(case.order_remote_id))
    shop.sandbox._decide(row, said, approved=True, images=[])
    pull(shop.connection, "cases")
    case.refresh_from_db()
    assert (case.decision, case.status) == ("approved", "closed")


def test_a_case_that_the_platform_no_longer_shows_is_gone(shop, pending):
    case = pending(shop)
    del shop.sandbox.cases[int(case.order_remote_id)]
    pull(shop.connection, "cases")
    case.refresh_from_db()
    assert case.gone_at is not None


def test_a_second_case_of_an_order_replaces_the_first(shop, pending):
    case = pending(shop)
    row = next(order for order in shop.sandbox.orders if order["orderId"] == int(case.order_remote_id))
    again = shop.sandbox.open_case(row)
    pull(shop.connection, "cases")
    case.refresh_from_db()
    assert case.gone_at is not None
    assert Case.objects.get(remote_id=str(again["id"])).gone_at is None


def test_an_unreadable_case_waits_in_quarantine_and_the_others_are_stored(shop, pending):
    case = pending(shop)
    said = shop.sandbox.cases[int(case.order_remote_id)]
    kept, said["createTime"] = said["createTime"], "the day before yesterday"
    pull(shop.connection, "cases")
    assert list(Quarantined.objects.values_list("feed", "record_remote_id")) == [("cases", case.order_remote_id)]
    said["createTime"] = kept
    pull(shop.connection, "cases")
    assert not Quarantined.objects.exists()


def test_an_order_that_the_platform_refuses_to_tell_about_is_named_and_the_rest_goes_on(shop, pending):
    case = pending(shop)
    case_of = shop.sandbox.cases.pop(int(case.order_remote_id))
    shop.sandbox.orders = [row for row in shop.sandbox.orders if row["orderId"] != case_of["orderId"]]
    (run,) = pull(shop.connection, "cases", full=True)
    assert run.seen == Case.objects.count() - 1
    assert case_of["orderNum"] in FeedState.objects.get(feed="cases").notice
    assert effects(shop.sandbox) == []


def test_an_outage_fails_the_run_and_loses_no_case(shop):
    from dashboard.sync.feeds import FEEDS
    from dashboard.sync.runner import refresh

    fault(shop.sandbox, "aftersales.detail", "status", code=503, times=50)
    before = Case.objects.count()
    run = refresh(shop.connection, FEEDS["cases"], full=True, purpose="foreground")
    assert run.error
    assert Case.objects.filter(gone_at=None).count() == before
