"""The document's own examples become exactly these records."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from channels import records as r
from channels.accplanet import mapping, wire
from channels.errors import WireError
from channels.wire import decode
from tests.channels.accplanet.support import SITE, sample

AT = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
IMAGE = "/media/product_images/" + "a" * 64 + ".webp"


def an_order(**changes):
    keys = {**msgspec.json.decode(sample("list_orders")), **changes}
    raw = msgspec.json.encode(keys)
    return mapping.order(decode(raw, wire.Order), raw, currency="USD", site=SITE)


def a_product(**changes):
    raw = msgspec.json.encode({**msgspec.json.decode(sample("list_products")), **changes})
    return mapping.product(decode(raw, wire.Product), raw, currency="EUR", site=SITE)


def test_product_example():
    raw = sample("list_products")
    assert mapping.product(decode(raw, wire.Product), raw, currency="USD", site=SITE) == r.ProductRecord(
        remote_id="product_id_string",
        title="Product Title",
        status="on_sale",
        remote_status="active",
        category="Parent > Sub",
        category_remote_id="category_id_string",
        quantity=100,
        description="Product Description",
        images=(SITE + IMAGE,),
        attributes=(
            r.Attribute(name="approval_status", value="approved"),
            r.Attribute(name="min_quantity", value="1"),
            r.Attribute(name="sales_count", value="50"),
            r.Attribute(name="rating", value="4.50"),
        ),
        variants=(
            r.VariantRecord(
                remote_id="product_id_string",
                title="Product Title",
                price=Decimal("99.9900"),
                currency="USD",
                quantity=100,
                status="on_sale",
                image=SITE + IMAGE,
                updated_at=AT,
            ),
        ),
        created_at=AT,
        updated_at=AT,
        raw=raw,
    )


@pytest.mark.parametrize(
    ("approval", "status", "ours"),
    [
        ("approved", "active", "on_sale"),
        ("approved", "inactive", "off_sale"),
        ("pending", "active", "in_review"),
        ("rejected", "inactive", "in_review"),
        (None, "active", "on_sale"),
        ("approved", "sim_suspended", "unknown"),
        ("approved", None, "unknown"),
    ],
)
def test_product_status(approval, status, ours):
    product = a_product(approval_status=approval, status=status)
    assert (product.status, product.remote_status) == (ours, status or "")


def test_product_with_numbers_for_text_and_nothing_else():
    product = a_product(
        product_id=2**60 + 1, price=12.1, business_id=2**53 + 1, images=None, tags=None, category_path=None, stock="7"
    )
    assert (product.remote_id, product.number) == (str(2**60 + 1), str(2**53 + 1))
    assert (product.variants[0].price, product.variants[0].currency) == (Decimal("12.1000"), "EUR")
    assert (product.quantity, product.images) == (7, ())
    bare = decode(b'{"product_id": "p"}', wire.Product)
    assert mapping.product(bare, b"{}", currency="USD", site=SITE).variants == (
        r.VariantRecord(remote_id="p", currency="USD", status="unknown"),
    )


def test_order_example():
    raw = sample("list_orders")
    found = mapping.order(decode(raw, wire.Order), raw, currency="USD", site=SITE)
    kept = msgspec.json.decode(raw)
    assert kept.pop("delivered_info") == "Delivery content"
    assert msgspec.json.decode(found.raw) == kept
    assert msgspec.structs.replace(found, raw=b"") == r.OrderRecord(
        remote_id="order_id_string",
        number="TK1772446511113",
        status="unpaid",
        remote_status="pending_order",
        payment_status="unpaid",
        fulfilment_status="none",
        currency="USD",
        total=Decimal("88.0100"),
        totals=(
            r.Attribute(name="original_price", value="99.99"),
            r.Attribute(name="login_discount", value="1.99"),
            r.Attribute(name="coupon_code", value="DISCOUNT10"),
            r.Attribute(name="coupon_discount", value="9.99"),
        ),
        buyer_remote_id="buyer_id_string",
        payment_method="balance",
        quantity=1,
        delivered_units=0,
        delivered="Delivery content",
        placed_at=AT,
        updated_at=AT,
        lines=(
            r.OrderLineRecord(
                remote_id="order_id_string:1",
                title="Product title",
                quantity=1,
                unit_price=Decimal("99.9900"),
                product_remote_id="product_id_string",
                variant_remote_id="product_id_string",
            ),
        ),
    )


def test_get_order_example_whose_snapshot_is_abridged():
    keys = msgspec.json.decode(sample("get_order"), type=dict[str, msgspec.Raw])
    raw = bytes(keys["order"])
    found = mapping.order(decode(raw, wire.Order), raw, currency="USD", site=SITE)
    assert (found.remote_id, found.delivered, found.status) == ("order_id_string", "", "unpaid")
    assert found.lines == (
        r.OrderLineRecord(
            remote_id="order_id_string:1",
            quantity=1,
            unit_price=Decimal("99.9900"),
            product_remote_id="product_id_string",
            variant_remote_id="product_id_string",
        ),
    )


@pytest.mark.parametrize(
    ("status", "payment", "units", "ours"),
    [
        ("pending_order", "pending_payment", 0, ("unpaid", "unpaid", "none")),
        ("pending_order", "completed_payment", 0, ("to_deliver", "paid", "none")),
        ("pending_order", "sim_failed_payment", 0, ("to_deliver", "unknown", "none")),
        ("running_order", "completed_payment", 1, ("in_progress", "paid", "in_progress")),
        ("completed_order", "completed_payment", 3, ("delivered", "paid", "delivered")),
        ("receipt_confirmed_order", "completed_payment", 3, ("completed", "paid", "delivered")),
        ("refunded_order", "completed_payment", 0, ("refunded", "refunded", "none")),
        ("refunded_order", "completed_payment", 2, ("refunded", "refunded", "part_delivered")),
        ("refunded_order", "completed_payment", 3, ("refunded", "refunded", "delivered")),
        ("refunded_order", "completed_payment", None, ("refunded", "refunded", "unknown")),
        ("cancelled_order", "refunded_order", None, ("unknown", "refunded", "unknown")),
        (None, None, 1, ("unknown", "unknown", "part_delivered")),
    ],
)
def test_order_words(status, payment, units, ours):
    order = an_order(status=status, payment_status=payment, delivered_units=units, quantity=3)
    assert (order.status, order.payment_status, order.fulfilment_status) == ours
    assert order.remote_status == (status or "")


def test_unit_price_is_the_products_and_unknown_where_only_a_sum_is_given():
    assert an_order(quantity=2).lines[0].unit_price == Decimal("99.9900")
    assert an_order(quantity=2, product=None).lines[0].unit_price is None
    assert an_order(quantity=1, product=None).lines[0].unit_price == Decimal("99.9900")


@pytest.mark.parametrize(
    ("info", "rows"),
    [
        (None, ()),
        ("", ()),
        ("  ", ()),
        ("user:pass", ("user:pass",)),
        ("line 1\nline 2", ("line 1\nline 2",)),
        ('["user:pa|ss", "row 2 ☕"]', ("user:pa|ss", "row 2 ☕")),
        ("[not json", ("[not json",)),
        (["a:b"], ("a:b",)),
        ([{"username": "u", "password": "p"}], ("u:p",)),
        ({"username": "u", "password": "p"}, ("u:p",)),
        ('[{"x": 1}]', ('{"x":1}',)),
        ("[]", ()),
    ],
)
def test_delivered_rows(info, rows):
    assert mapping.delivered_rows(info) == rows


def test_deliveries_come_from_the_order():
    order = an_order(delivered_info='["a:b", "c:d"]', delivered_units=2, quantity=3)
    assert mapping.deliveries(order) == (
        r.DeliveryRecord(
            remote_id="order_id_string", order_remote_id="order_id_string", content="a:b\nc:d", quantity=2
        ),
    )
    assert mapping.deliveries(an_order(delivered_info=None, delivered_units=1))[0].content == ""
    assert mapping.deliveries(an_order(delivered_info=None, delivered_units=0)) == ()


def test_ticket_examples():
    raw = sample("list_tickets")
    assert mapping.ticket(decode(raw, wire.Ticket), raw) == r.TicketRecord(
        remote_id="ticket_id_string",
        number="TKT1772446511113",
        kind="support",
        status="open",
        remote_status="open",
        subject="Ticket Title",
        body="Ticket Description",
        order_remote_id="order_id_string",
        buyer="buyer_id_string",
        placed_at=AT,
        updated_at=AT,
        raw=raw,
    )
    answer = decode(sample("update_ticket"), wire.TicketUpdated)
    ticket = mapping.ticket(decode(answer.ticket, wire.Ticket), b"")
    assert (ticket.status, ticket.remote_status, ticket.subject) == ("pending", "in_progress", "Updated Ticket Title")


def test_payment_example():
    raw = sample("list_payments")
    assert mapping.payment(decode(raw, wire.Payment), raw, currency="USD") == r.PaymentRecord(
        remote_id="PAY1772446511113",
        number="PAY1772446511113",
        order_remote_id="order_id_string",
        status="paid",
        remote_status="completed_payment",
        amount=Decimal("99.9900"),
        currency="USD",
        method="balance",
        paid_at=AT,
        placed_at=AT,
        raw=raw,
    )


def test_balance_example():
    raw = sample("get_balance")
    found = decode(raw, wire.Balance)
    assert mapping.balances(found, raw, currency="USD") == (
        r.BalanceRecord(remote_id="supplier", currency="USD", balance=Decimal("0.0000"), raw=raw),
        r.BalanceRecord(remote_id="user", currency="USD", balance=Decimal("100.0000"), raw=raw),
    )
    assert mapping.identity(found) == r.Identity(name="[email protected]", notes=("Current role: user.",))
    with pytest.raises(WireError) as caught:
        mapping.balances(decode(b'{"success": true}', wire.Balance), b"", currency="USD")
    assert caught.value.path == "$.supplier_balance"


def test_categories_from_a_product():
    raw = sample("list_products")
    assert mapping.categories(decode(raw, wire.ProductCategory), raw) == (
        r.CategoryRecord(remote_id="parent_id_or_null", name="Parent", path="Parent"),
        r.CategoryRecord(
            remote_id="category_id_string", name="Sub", path="Parent > Sub", parent_remote_id="parent_id_or_null"
        ),
    )
    lone = wire.ProductCategory(category_id="c", category_path="Games")
    assert mapping.categories(lone, b"") == (r.CategoryRecord(remote_id="c", name="Games", path="Games"),)
    assert mapping.categories(wire.ProductCategory(), b"") == ()
    assert mapping.categories(wire.ProductCategory(category_id="c"), b"")[0].name == "c"


@pytest.mark.parametrize("name", ["create_product", "update_product", "append_product_accounts", "upload_image"])
def test_product_write_examples_are_readable(name):
    kinds = {
        "create_product": wire.ProductCreated,
        "update_product": wire.ProductUpdated,
        "append_product_accounts": wire.AccountsAppended,
        "upload_image": wire.ImageUploaded,
    }
    assert decode(sample(name), kinds[name]).success is True


def test_raw_never_holds_delivered_content():
    raw = b'{"order_id": "o", "delivered_info": "user:secret]", "accounts": [{"password": "x"}], "total_amount": 1.10}'
    assert mapping.without_secrets(raw) == b'{"order_id":"o","total_amount":1.10}'
    escaped = b'{"order_id": "o", "delivered_\\u0069nfo": "user:secret"}'
    assert mapping.without_secrets(escaped) == b'{"order_id":"o"}'
    assert mapping.without_secrets(raw[:40]) == b""


@pytest.mark.parametrize(
    ("given", "text"), [("12.5000", "12.50"), ("3", "3.00"), ("12.345", "12.345"), ("1E+3", "1000.00"), ("0", "0.00")]
)
def test_price_text(given, text):
    assert mapping.price_text(Decimal(given)) == text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", '"NaN"'),
        ("price", '"abc"'),
        ("price", "[]"),
        ("price", "true"),
        ("price", "1e400"),
        ("price", '"' + "9" * 30 + '"'),
        ("stock", '"many"'),
        ("stock", str(2**31)),
        ("created_at", '"yesterday"'),
    ],
)
def test_bad_values_name_their_path(field, value):
    raw = f'{{"product_id": "p", "{field}": {value}}}'.encode()
    with pytest.raises(WireError) as caught:
        mapping.product(decode(raw, wire.Product), raw, currency="USD", site=SITE)
    assert caught.value.path == f"$.{field}"
