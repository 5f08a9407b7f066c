"""The feeds of buying: what they mirror, and which details they read."""

from decimal import Decimal

from django.utils import timezone

from channels.records import SourceProductRecord
from dashboard.sourcing import models as m
from dashboard.sourcing.mirror import upsert_source_products
from dashboard.sync.feeds import FEEDS
from dashboard.sync.models import Change, Quarantined
from dashboard.sync.models.exchanges import RateBucket
from dashboard.sync.runner import refresh
from tests.connected import fault, pull

BUYING = (
    "cart",
    "purchase-orders",
    "packages",
    "shipments",
    "shipping-methods",
    "addresses",
    "favourites",
    "profile",
)


def calls(sandbox, path):
    """How often a path was asked for so far; see `counted`."""
    return sum(1 for each in sandbox.asked if each.startswith(path))


def counted(sandbox):
    """Let the sandbox note every path that it is asked for."""
    sandbox.asked = []
    handle = sandbox.handle

    def noted(request, *rest, **more):
        sandbox.asked.append(request.path)
        return handle(request, *rest, **more)

    sandbox.handle = noted


def test_every_feed_mirrors_what_the_agent_has(mirrored, sandbox):
    rows = {
        m.CartItem: sandbox.cart,
        m.PurchaseOrder: sandbox.orders,
        m.Package: sandbox.packages,
        m.Shipment: sandbox.shipments,
        m.AddressEntry: sandbox.addresses,
        m.Favourite: sandbox.favorites,
    }
    for model, told in rows.items():
        assert set(model.objects.values_list("remote_id", flat=True)) == {str(key) for key in told}, model
    assert m.Profile.objects.get().email == sandbox.profile["email"]
    assert m.ShippingMethod.objects.get(remote_id="ch-001").name == "EMS Express"


def test_a_second_sweep_writes_nothing(mirrored):
    runs = pull(mirrored, *BUYING, full=True)
    assert [(run.feed, run.created, run.changed, run.gone) for run in runs] == [(name, 0, 0, 0) for name in BUYING]


def test_purchase_orders_have_what_only_the_detail_states(mirrored, sandbox):
    told = next(order for order in sandbox.orders.values() if order["inspection"])
    row = m.PurchaseOrder.objects.get(remote_id=told["orderNo"])
    assert (row.service_fee, row.carrier, row.tracking_number, row.inspection) == (
        told["serviceFee"],
        told["logistics"]["carrier"],
        told["logistics"]["trackingNo"],
        told["inspection"]["result"],
    )
    assert row.inspection_photos == told["inspection"]["photos"]
    assert [(line.title, line.price, line.quantity) for line in row.lines.order_by("remote_id")] == [
        (item["title"], item["price"], item["quantity"]) for item in told["items"]
    ]


def test_details_are_read_at_first_sight_and_after_a_change_only(mirrored, sandbox):
    counted(sandbox)
    pull(mirrored, "purchase-orders")
    assert calls(sandbox, "/orders/") == 0
    order = next(order for order in sandbox.orders.values() if order["status"] == "paid")
    sandbox.advance(order, timezone.now())
    [run] = pull(mirrored, "purchase-orders")
    assert calls(sandbox, "/orders/") == 1
    assert (run.created, run.changed) == (0, 1)
    assert m.PurchaseOrder.objects.get(remote_id=order["orderNo"]).status == "purchased"


def test_a_full_sweep_reads_every_open_order_again(mirrored, sandbox):
    open_ones = [o for o in sandbox.orders.values() if o["status"] not in ("completed", "cancelled")]
    open_ones[0]["logistics"] = {"trackingNo": "SF0000000001", "carrier": "SF"}
    counted(sandbox)
    pull(mirrored, "purchase-orders", full=True)
    assert calls(sandbox, "/orders/") == len(open_ones)
    row = m.PurchaseOrder.objects.get(remote_id=open_ones[0]["orderNo"])
    assert row.tracking_number == "SF0000000001"
    change = Change.objects.filter(domain="purchase-orders", remote_id=row.remote_id).latest("at")
    assert change.fields["tracking_number"][1] == "SF0000000001"


def test_an_allowance_that_runs_out_loses_no_detail(agent):
    connection, sandbox = agent
    fault(sandbox, "orders.read", "rate_limit", skip=25)
    first = refresh(connection, FEEDS["purchase-orders"])
    assert first.error
    assert m.PurchaseOrder.objects.count() == 20
    RateBucket.objects.all().delete()
    pull(connection, "purchase-orders")
    assert m.PurchaseOrder.objects.count() == len(sandbox.orders)
    assert not m.PurchaseOrder.objects.filter(service_fee=None).exists()


def test_a_detail_that_is_unlike_the_document_goes_to_quarantine_alone(connection, sandbox):
    fault(sandbox, "orders.read", "malformed", body='{"data": {"orderNo": ["no text"]}}')
    [run] = pull(connection, "purchase-orders", full=True)
    assert run.quarantined == 1
    assert Quarantined.objects.get().feed == "purchase-orders"
    assert m.PurchaseOrder.objects.count() == len(sandbox.orders) - 1


def test_what_left_the_cart_is_gone(mirrored, sandbox):
    line = next(iter(sandbox.cart))
    del sandbox.cart[line]
    [run] = pull(mirrored, "cart", full=True)
    assert run.gone == 1
    assert m.CartItem.objects.get(remote_id=line).gone_at is not None


def test_favourites_bring_their_products(mirrored, sandbox):
    wanted = {str(one["productId"]) for one in sandbox.favorites.values()}
    assert set(m.SourceProduct.objects.values_list("remote_id", flat=True)) == wanted
    product = m.SourceProduct.objects.get(remote_id="12345")
    assert product.title == sandbox.products[12345]["title"]
    assert [sku["remote_id"] for sku in product.skus] == [sku["skuId"] for sku in sandbox.products[12345]["skus"]]


def test_a_known_least_quantity_outlives_an_answer_without_one(connection):
    upsert_source_products(connection, [SourceProductRecord(remote_id="7", title="Mug", minimum=5)])
    upsert_source_products(connection, [SourceProductRecord(remote_id="7", title="Mug", price=Decimal(3))])
    row = m.SourceProduct.objects.get()
    assert (row.minimum, row.price) == (5, Decimal(3))
