"""Samples → exact records."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from channels import records as r
from channels.errors import WireError
from channels.shoppo import arguments, mapping, mapping_orders
from channels.shoppo import wire as w
from channels.wire import decode
from tests.channels.shoppo.support import ADDRESS, draft, sample


def node(name: str, key: str = "node") -> bytes:
    return json.dumps(json.loads(sample(name))["data"][key], ensure_ascii=False).encode()


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_a_product() -> None:
    raw = node("product__composed")
    pair = r.Attribute
    assert mapping.product(decode(raw, w.Product), raw) == r.ProductRecord(
        remote_id="mDDlGkl4YXDuQ",
        title="Tea set",
        status="on_sale",
        remote_status="enabled",
        brand="Lumière",
        category="Beauty > Makeup & Beauty > Fragrance > Aromatherapy",
        category_remote_id="5010101",
        sku="TEA-1",
        quantity=12,
        url="https://shoppo.com/products/1",
        description="<p>Tea <script>alert(1)</script></p>",
        images=("https://cdn.shoppo.com/images/a.JPEG", "https://cdn.shoppo.com/images/b.JPEG"),
        attributes=(
            pair(name="Feature", value="Washable"),
            pair(name="Feature", value="Handmade"),
            pair(name="Made for", value="ALL"),
            pair(name="Chinese name", value="茶具"),
            pair(name="Tags", value="new, summer"),
            pair(name="UPC", value="012345678905"),
            pair(name="Battery", value="no"),
            pair(name="Shoppo status", value="APPROVED"),
            pair(name="Also in", value="Home > Kitchen"),
        ),
        variants=(
            r.VariantRecord(
                remote_id="21421713751366966949588",
                sku="21421713751366966949588",
                title="red / S",
                price=Decimal("19.9900"),
                currency="USD",
                quantity=7,
                status="on_sale",
                image="https://cdn.shoppo.com/images/c.JPEG",
                options=(pair(name="Color", value="red"), pair(name="Size", value="S")),
                attributes=(
                    pair(name="MSRP", value="39.98"),
                    pair(name="Shipping price", value="1.50"),
                    pair(name="Shipping time", value="3-10 days"),
                    pair(name="Length (inch)", value="9.84"),
                    pair(name="Weight (pound)", value="0.5"),
                    pair(name="Material", value="porcelain"),
                    pair(name="Shipping by IN19A04", value="2.50, 7-21 days"),
                ),
                weight_grams=227,
            ),
            r.VariantRecord(
                remote_id="mSku2",
                sku="mSku2",
                title="blue",
                price=Decimal("20.0000"),
                currency="USD",
                quantity=5,
                status="off_sale",
                options=(pair(name="Color", value="blue"),),
                attributes=(pair(name="Weight (pound)", value="heavy"),),
            ),
        ),
        raw=raw,
    )


@pytest.mark.parametrize(
    ("enabled", "status", "remote_status"),
    [(True, "on_sale", "enabled"), (False, "off_sale", "not enabled"), (None, "unknown", "")],
)
def test_product_status(enabled: bool | None, status: str, remote_status: str) -> None:
    found = mapping.product(w.Product(id="p", enabled=enabled, skus=[w.Sku(id="s", enabled=True)]), b"")
    assert (found.status, found.remote_status) == (status, remote_status)
    assert found.variants[0].status == ("off_sale" if enabled is False else "on_sale")


def test_a_snapshot_is_recorded_under_the_live_id() -> None:
    said = w.Product(id="snapshot", originalId="live", isSnapshot=True)
    assert mapping.product(said, b"").remote_id == "live"


def test_a_product_of_nothing_but_an_id_and_one_without() -> None:
    assert mapping.product(w.Product(id="p"), b"") == r.ProductRecord(remote_id="p")
    with pytest.raises(WireError) as caught:
        mapping.product(w.Product(), b"")
    assert caught.value.path == "$.id"


def test_a_bad_sku_is_named_by_its_path() -> None:
    with pytest.raises(WireError) as caught:
        mapping.product(w.Product(id="p", skus=[None, w.Sku(id="s", price=Decimal("1e400"))]), b"")
    assert caught.value.path == "$.skus[1].price"


def test_a_category() -> None:
    said = w.ConsumerProductCategory(id="mCat", categoryId="5010101", path="Beauty > Face > Serum")
    assert mapping.category(said, b"x") == r.CategoryRecord(
        remote_id="5010101", name="Serum", path="Beauty > Face > Serum", raw=b"x"
    )


def test_an_order() -> None:
    raw = node("order__composed")
    pair = r.Attribute
    assert mapping_orders.order(decode(raw, w.Order), raw, "P-1001") == r.OrderRecord(
        remote_id="21421713751366966949588",
        partner_code="P-1001",
        status="delivered",
        remote_status="DELIVERED",
        payment_status="part_refunded",
        fulfilment_status="delivered",
        currency="USD",
        total=Decimal("59.9800"),
        totals=(
            pair(name="orderSubtotal", value="61.48"),
            pair(name="shippingCost", value="4.50"),
            pair(name="discountAmount", value="1.50"),
            pair(name="refundedAmount", value="20.00"),
        ),
        buyer="A B",
        address=r.Address(
            name="A B",
            phone="3356432453",
            street1="1 Folsom St",
            city="San Francisco",
            state="CA",
            postcode="94106",
            country="US",
        ),
        shipped_at=at(1547790000),
        placed_at=at(1547700000),
        paid_at=at(1547703600),
        lines=(
            r.OrderLineRecord(
                remote_id="mItem1",
                sku="21421713751366966949599",
                title="Tea set 🍵 (red / S)",
                quantity=2,
                unit_price=Decimal("18.9900"),
                status="in_progress",
                remote_status="SHIPPED",
                product_remote_id="mDDlGkl4YXDuQ",
                variant_remote_id="21421713751366966949599",
                image="https://cdn.shoppo.com/images/a.JPEG",
            ),
            r.OrderLineRecord(
                remote_id="mItem2",
                sku="mSku2",
                title="Lamp (white)",
                quantity=1,
                unit_price=Decimal("19.0000"),
                status="cancelled",
                remote_status="CANCELLED",
                product_remote_id="mProduct2",
                variant_remote_id="mSku2",
            ),
        ),
        parcels=(
            r.ParcelRecord(
                remote_id="mPackage1",
                carrier="YunExpress",
                tracking_number="YT1",
                status="运输中",
                shipped_at=at(1547790000),
                checkpoints=(
                    r.Checkpoint(at=at(1547790000), words="Picked up", place="Shenzhen"),
                    r.Checkpoint(at=None, words="In transit"),
                ),
            ),
            r.ParcelRecord(remote_id="21421713751366966949588:DH2", carrier="DHL", tracking_number="DH2"),
            r.ParcelRecord(remote_id="21421713751366966949588:P-TRACK-1", tracking_number="P-TRACK-1"),
        ),
        raw=raw,
    )


@pytest.mark.parametrize(
    ("word", "status", "payment", "fulfilment"),
    [
        ("OPEN", "unpaid", "unpaid", "none"),
        ("PAID", "to_deliver", "paid", "none"),
        ("IN_PROGRESS", "in_progress", "paid", "in_progress"),
        ("DELIVERED", "delivered", "paid", "delivered"),
        ("CLOSED", "cancelled", "paid", "cancelled"),
        ("EXPIRED", "expired", "unpaid", "none"),
        ("ON_THE_MOON", "unknown", "unknown", "unknown"),
        (None, "unknown", "unknown", "unknown"),
    ],
)
def test_order_words(word: str | None, status: str, payment: str, fulfilment: str) -> None:
    found = mapping_orders.order(w.Order(id="o", status=word), b"")
    assert (found.status, found.payment_status, found.fulfilment_status) == (status, payment, fulfilment)
    assert found.remote_status == (word or "")


@pytest.mark.parametrize(
    ("word", "payment"),
    [("FULL_REFUNDED", "refunded"), ("PARTIAL_REFUNDED", "part_refunded"), ("NOT_REFUNDED", "paid")],
)
def test_refund_words(word: str, payment: str) -> None:
    assert mapping_orders.order(w.Order(id="o", status="PAID", refundStatus=word), b"").payment_status == payment


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("OPEN", "unpaid"),
        ("PAID", "to_deliver"),
        ("IN_FULFILLMENT", "in_progress"),
        ("SHIPPED", "in_progress"),
        ("DELIVERED", "delivered"),
        ("CANCELLED", "cancelled"),
        ("CANCELED", "unknown"),
    ],
)
def test_item_words(word: str, status: str) -> None:
    found = mapping_orders.order(w.Order(id="o", orderItems=[w.OrderItem(id="i", status=word)]), b"")
    assert (found.lines[0].status, found.lines[0].remote_status) == (status, word)


@pytest.mark.parametrize(
    ("package", "fulfilment"),
    [
        (w.ShippingPackage(id="x"), "unknown"),
        (w.ShippingPackage(id="x", timeShipped=1547790000), "in_progress"),
        (w.ShippingPackage(id="x", timeDelivered=1547790000), "delivered"),
    ],
)
def test_parcels_tell_of_an_order_whose_word_nobody_knows(package: w.ShippingPackage, fulfilment: str) -> None:
    said = w.Order(id="o", status="NEWS", orderItems=[w.OrderItem(id="i", shippingPackage=package)])
    assert mapping_orders.order(said, b"").fulfilment_status == fulfilment


def test_two_items_in_one_package_are_one_parcel() -> None:
    package = w.ShippingPackage(id="x", trackingNumber="T")
    items = [w.OrderItem(id=n, shippingPackage=package, trackingNumber="T") for n in ("a", "b")]
    assert [p.remote_id for p in mapping_orders.order(w.Order(id="o", orderItems=list(items)), b"").parcels] == ["x"]


def test_a_ticket() -> None:
    raw = node("exchangeItemTicket__composed", "exchangeItemTicket")
    assert mapping.ticket("exchange", decode(raw, w.Ticket), raw) == r.TicketRecord(
        remote_id="KJh51ba6sd23",
        kind="exchange",
        status="pending",
        remote_status="OPEN",
        desk_status="HOLD",
        subject="WRONG_SIZE",
        body="Too small 🙏",
        buyer="Ann Lee",
        replies=(
            r.TicketReplyRecord(remote_id="KJh51ba6sd23:1", direction="in", body="This is a reply to ticket."),
            r.TicketReplyRecord(remote_id="KJh51ba6sd23:2", direction="in", body="<b>Thanks</b>"),
        ),
        is_partial=True,  # one comment could not be shown
        raw=raw,
    )


@pytest.mark.parametrize(
    ("desk", "short", "status"),
    [
        ("NEW", "OPEN", "open"),
        ("OPEN", "OPEN", "open"),
        ("PENDING", "OPEN", "pending"),
        ("HOLD", "OPEN", "pending"),
        ("SOLVED", "CLOSED", "solved"),
        ("CLOSED", "CLOSED", "closed"),
        ("ESCALATED", "OPEN", "unknown"),
        (None, "CLOSED", "closed"),
        (None, None, "unknown"),
    ],
)
def test_ticket_words(desk: str | None, short: str | None, status: str) -> None:
    found = mapping.ticket("refund", w.Ticket(id="t", zendeskStatus=desk, status=short), b"")
    assert (found.status, found.desk_status, found.remote_status) == (status, desk or "", short or "")


@pytest.mark.parametrize(
    ("pounds", "grams"),
    [
        ("0.5", 227),
        (1, 454),
        (2.2, 998),
        ("", None),
        (None, None),
        ("1 lb", None),
        ("-1", None),
        ("NaN", None),
        ("1e99", None),
    ],
)
def test_pounds(pounds: w.Loose, grams: int | None) -> None:
    assert mapping.grams(pounds) == grams


def test_the_documented_image() -> None:
    made = decode(sample("uploadImage__documented"), w.Envelope[dict[str, w.ImagePayload]]).data["uploadImage"].image
    assert made == w.ImageMade(
        id="mDDlGkl4YXDuQ",
        originalUrl="https://cdn.shoppo.com/images/a6005826c6e1b99cf46001d50ff3622f.JPEG",
        checksum="a6005826c6e1b99cf46001d50ff3622f",
    )


# -- arguments -------------------------------------------------------------------------------------------------------


def test_variables_of_an_order_as_the_document_has_them() -> None:
    assert arguments.new_order(draft("mSku", 1)) == {
        "shippingAddress": {
            "recipientFirstName": "A",
            "recipientLastName": "B",
            "streetAddress1": "1 Folsom St",
            "streetAddress2": "",
            "city": "San Francisco",
            "state": "CA",
            "countryCode": "US",
            "zipcode": "94106",
            "phoneNumber": "3356432453",
        },
        "orderItems": [{"skuId": "mSku", "quantity": 1}],
        "partnerOrderCode": "P-1001",
        "trackingNumber": None,
        "partnerSellerName": None,
    }
    assert ADDRESS.name == ""


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("camel", {"partnerOrderCode": "P", "timePaymentProcessedRange": [1, 2], "statusIn": ["OPEN"]}),
        ("snake", {"partner_order_code": "P", "time_payment_processed_range": [1, 2], "status_in": ["OPEN"]}),
    ],
)
def test_order_filters_in_both_spellings(style: str, expected: dict[str, Any]) -> None:
    assert arguments.order_filters(style, partner_code="P", paid=[1, 2], statuses=("OPEN",)) == expected
    assert arguments.order_filters(style) == {}


@pytest.mark.parametrize(
    ("kind", "extra"),
    [
        ("exchange", {"reason": "WRONG_SIZE"}),
        ("refund", {"reason": "WRONG_SIZE", "problemType": "REFUND", "itemDeliveryStatus": "RECEIVED"}),
        ("question", {"itemDeliveryStatus": "RECEIVED"}),
    ],
)
def test_variables_of_tickets(kind: str, extra: dict[str, str]) -> None:
    given = r.TicketDraft(
        kind=kind,
        order=r.Ref(remote_id="o"),
        subject="Size",
        text="Too small",
        items=("i1", "i2"),
        first_name="Ann",
        last_name="Lee",
        email="ann@example.com",
        reason="WRONG_SIZE",
        problem_type="REFUND",
        item_delivery_status="RECEIVED",
    )
    assert arguments.new_ticket(given) == {
        "firstName": "Ann",
        "lastName": "Lee",
        "email": "ann@example.com",
        "orderItemIds": ["i1", "i2"],
        "imageIds": [],
        "remark": "Too small",
        **extra,
    }
