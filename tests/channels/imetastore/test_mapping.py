"""The document's own examples → exact records; arguments → the document's own request bodies."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from channels import records as r
from channels.errors import WireError
from channels.http import encode
from channels.imetastore import mapping
from channels.imetastore import wire as w
from channels.wire import decode
from tests.channels.imetastore.support import sample

AT = datetime(2025, 12, 17, 13, 44, 16, tzinfo=UTC)


def rows(name: str) -> list[bytes]:
    page = decode(sample(name), w.Envelope[w.Paged]).data
    assert page is not None
    return [bytes(raw) for raw in page.rows or ()]


def case_of(changes: dict[str, Any] | None = None, outcomes: dict[str, str] | None = None) -> r.CaseRecord:
    raw = json.dumps({**json.loads(sample("aftersales.detail__pending"))["data"], **(changes or {})}).encode()
    return mapping.case(decode(raw, w.AfterSales), raw, "1689644928115784", outcomes or {})


def test_product() -> None:
    raw = rows("products.list__assumed")[0]
    assert mapping.product(decode(raw, w.Product), raw, "USD") == r.ProductRecord(
        remote_id="2001591587541073922",
        number="SPU2001591587541073922",
        title="原神 6480 创世结晶",
        status="on_sale",
        remote_status="1",
        brand="HoYoverse",
        category="Game top-up",
        category_remote_id="301",
        quantity=700,
        attributes=(
            r.Attribute(name="brandId", value="101"),
            r.Attribute(name="publishDate", value="2025-12-01T08:00:00.000Z"),
            r.Attribute(name="deliveryType", value="2"),
        ),
        variants=(
            r.VariantRecord(
                remote_id="3001591587541073001",
                sku="3001591587541073001",
                title="EU",
                price=Decimal("12.9900"),
                currency="USD",
                quantity=500,
                alert_quantity=50,
            ),
            r.VariantRecord(
                remote_id="3001591587541073002",
                sku="3001591587541073002",
                title="NA",
                price=Decimal("24.9900"),
                currency="USD",
                quantity=200,
            ),
        ),
        updated_at=AT,
        raw=raw,
    )


def test_product_of_nulls_and_an_unknown_status() -> None:
    raw = rows("products.list__assumed")[1]
    assert mapping.product(decode(raw, w.Product), raw, "USD") == r.ProductRecord(
        remote_id="2001591587541073923", status="unknown", remote_status="3", raw=raw
    )


@pytest.mark.parametrize(
    ("code", "word"),
    [(0, "draft"), (1, "on_sale"), (2, "off_sale"), (3, "unknown"), (4, "in_review"), (5, "problem"), ("1", "on_sale")],
)
def test_product_status(code: int | str, word: str) -> None:
    found = mapping.product(w.Product(id=1, productSpuStatus=code), b"", "USD")
    assert (found.status, found.remote_status) == (word, str(code))


def test_a_sku_without_currency_takes_the_connections() -> None:
    assert mapping.variant(w.Sku(id=1, price=Decimal(5)), "x", "EUR").currency == "EUR"


def test_order() -> None:
    raw = rows("orders.list__assumed")[0]
    assert mapping.order(decode(raw, w.Order), raw, {}, "USD") == r.OrderRecord(
        remote_id="1689644928115784",
        number="SO1689644928115784",
        status="to_deliver",
        remote_status="1",
        payment_status="paid",
        fulfilment_status="none",
        currency="USD",
        total=Decimal("25.9800"),
        buyer="Zoë Müller",
        buyer_remote_id="1907369850568257537",
        requirements="Server: EU\nCharacter: Ñandú",
        quantity=2,
        placed_at=AT,
        updated_at=datetime(2025, 12, 17, 13, 45, 0, 250000, tzinfo=UTC),
        lines=(
            r.OrderLineRecord(
                remote_id="1689644928115784:1",
                sku="3001591587541073001",
                title="原神 6480 创世结晶",
                quantity=2,
                unit_price=Decimal("12.9900"),
                product_remote_id="2001591587541073922",
                variant_remote_id="3001591587541073001",
            ),
        ),
        raw=raw,
    )


def test_order_with_only_what_is_documented() -> None:
    raw = rows("orders.list__assumed")[1]
    assert mapping.order(decode(raw, w.Order), raw, {}, "EUR") == r.OrderRecord(
        remote_id="1689644928115785",
        number="SO1689644928115785",
        status="unknown",
        remote_status="37",
        currency="EUR",
        buyer_remote_id="1907369850568257537",
        raw=raw,
    )


@pytest.mark.parametrize(
    ("word", "payment", "fulfilment"),
    [
        ("unpaid", "unpaid", "none"),
        ("expired", "unpaid", "none"),
        ("in_progress", "paid", "in_progress"),
        ("part_delivered", "paid", "part_delivered"),
        ("delivered", "paid", "delivered"),
        ("completed", "paid", "delivered"),
        ("cancelled", "unknown", "cancelled"),
        ("refunded", "refunded", "unknown"),
        ("unknown", "unknown", "unknown"),
    ],
)
def test_order_status_that_an_operator_named(word: str, payment: str, fulfilment: str) -> None:
    statuses = mapping.codes(json.dumps({"37": word}), "order_status_map", mapping.ORDER_WORDS)
    found = mapping.order(w.Order(orderId=1, sellerOrderStatus=37), b"", statuses, "USD")
    assert (found.status, found.payment_status, found.fulfilment_status) == (word, payment, fulfilment)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("[1]", "Option order_status_map is not a JSON object of code → word."),
        ("{", "Option order_status_map is not a JSON object of code → word."),
        ('{"2": 5}', "Option order_status_map is not a JSON object of code → word."),
        ('{"2": "sent"}', "Option order_status_map has the word 'sent'."),
    ],
)
def test_an_option_that_is_no_table_is_named(option: str, words: str) -> None:
    with pytest.raises(WireError) as caught:
        mapping.codes(option, "order_status_map", mapping.ORDER_WORDS)
    assert caught.value.words.startswith(words)
    assert caught.value.path == "$.options.order_status_map"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (" a\nb ", "a\nb"), (["a", "b"], "a\nb"), ({"server": "EU"}, '{"server":"EU"}'), (5, "5")],
)
def test_requirements_of_any_shape_are_readable(value: Any, shown: str) -> None:
    assert mapping.order(w.Order(orderId=1, deliveryRequirements=value), b"", {}, "USD").requirements == shown


def test_deliveries_are_numbered_from_the_oldest() -> None:
    envelope = decode(sample("orders.deliveries__assumed"), w.Envelope[list[msgspec.Raw]])
    raws = [bytes(raw) for raw in envelope.data or ()]
    found = mapping.numbered([mapping.delivery(decode(raw, w.DeliveryItem), raw, "7") for raw in raws], "7")
    assert found == (
        r.DeliveryRecord(
            remote_id="7:1",
            order_remote_id="7",
            content="AAAA-1",
            quantity=1,
            carrier="DHL",
            tracking_number="JD01",
            created_at=datetime(2025, 12, 17, 14, 0, tzinfo=UTC),
            raw=raws[1],
        ),
        r.DeliveryRecord(
            remote_id="7:2",
            order_remote_id="7",
            content="AAAA-2\nAAAA-3",
            quantity=2,
            created_at=datetime(2025, 12, 17, 15, 0, tzinfo=UTC),
            raw=raws[0],
        ),
    )


def test_delivery_error() -> None:
    envelope = decode(sample("orders.deliver_errors__one"), w.Envelope[list[msgspec.Raw]])
    raw = bytes((envelope.data or [])[0])
    found = mapping.numbered([mapping.delivery_error(decode(raw, w.DeliveryErrorItem), raw, "7")], "7")
    assert found == (
        r.DeliveryErrorRecord(
            remote_id="7:1",
            order_remote_id="7",
            remark="The delivery code was rejected by the platform",
            image_urls=("https://example.com/error-screenshot.png",),
            quantity=1,
            email_sent=False,
            created_at=datetime(2025, 12, 17, 15, 0, tzinfo=UTC),
            raw=raw,
        ),
    )


def test_case() -> None:
    found = case_of()
    assert found == r.CaseRecord(
        remote_id="4001591587541074001",
        order_remote_id="1689644928115784",
        number="AS4001591587541074001",
        status="open",
        remote_status="101",
        decision="pending",
        reason="Not received",
        description="还没有收到货",
        buyer="Zoë Müller",
        amount=Decimal("25.9800"),
        currency="USD",
        image_urls=("https://img.example.com/complaint.jpg",),
        decide_by=AT + timedelta(hours=48),
        placed_at=AT,
        updated_at=AT,
        raw=found.raw,
    )


OUTCOMES = {"101": "pending", "102": "approved", "103": "rejected", "104": "lapsed"}
DECIDED = "2025-12-18T10:00:00.000Z"


@pytest.mark.parametrize(
    ("code", "operated", "outcomes", "decision", "status"),
    [
        (101, None, {}, "pending", "open"),
        (102, DECIDED, {}, "unknown", "closed"),
        (101, None, OUTCOMES, "pending", "open"),
        (102, DECIDED, OUTCOMES, "approved", "closed"),
        (103, DECIDED, OUTCOMES, "rejected", "closed"),
        (104, None, OUTCOMES, "lapsed", "closed"),
        (999, DECIDED, OUTCOMES, "unknown", "closed"),
        (102, None, OUTCOMES, "pending", "open"),
        (None, DECIDED, OUTCOMES, "unknown", "closed"),
    ],
)
def test_decision(code: int | None, operated: str | None, outcomes: dict[str, str], decision: str, status: str) -> None:
    found = case_of({"orderAfterSalesStatus": code, "operationTime": operated}, outcomes)
    assert (found.decision, found.status) == (decision, status)
    assert found.decided_at == (datetime(2025, 12, 18, 10, 0, tzinfo=UTC) if operated else None)


def test_a_case_tells_the_buyers_price_when_ours_is_missing() -> None:
    found = case_of({"originalCurrencyProductPrice": None})
    assert (found.amount, found.currency) == (Decimal("24.5000"), "EUR")


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("2025-12-17T13:44:16.000Z", AT),
        ("2025-12-17T13:44:16", AT),
        ("2025-12-17 13:44:16", AT),
        ("2025-12-17T21:44:16+08:00", AT),
        (1765979056, AT),
        (1765979056000, AT),
        ("1765979056000", AT),
        (None, None),
        ("", None),
        ("0001-01-01T00:00:00", None),
    ],
)
def test_every_spelling_of_a_time(spelled: Any, meant: datetime | None) -> None:
    assert mapping.moment(spelled, "time") == meant


def test_a_time_of_another_kind_names_its_path() -> None:
    with pytest.raises(WireError) as caught:
        mapping.moment("17/12/2025", "updateTime")
    assert (caught.value.words, caught.value.path) == ("Not a time.", "$.updateTime")


def variant(remote_id: str) -> r.Ref:
    return r.Ref(remote_id=remote_id)


def test_stock_body() -> None:
    changes = (
        r.StockChange(variant=variant("3001591587541073001"), quantity=500, alert=50),
        r.StockChange(variant=variant("3001591587541073002"), quantity=200, alert=20),
    )
    assert encode(mapping.stock_body(changes)) == sample("products.stock__request")


def test_stock_body_without_alert() -> None:
    body = mapping.stock_body((r.StockChange(variant=variant("7"), quantity=0),))
    assert encode(body) == b'{"skuList":[{"id":7,"stock":0}]}'


def test_price_body_keeps_two_decimals() -> None:
    changes = (
        r.PriceChange(variant=variant("3001591587541073001"), price=r.Money(amount=Decimal("12.9900"), currency="USD")),
        r.PriceChange(variant=variant("3001591587541073002"), price=r.Money(amount=Decimal("24.99"), currency="USD")),
    )
    assert encode(mapping.price_body(changes, "USD")) == sample("products.price__request")


def test_a_price_is_never_rounded() -> None:
    change = r.PriceChange(variant=variant("1"), price=r.Money(amount=Decimal("0.125"), currency="USD"))
    assert b'"price":0.125' in encode(mapping.price_body((change,), "USD"))


def test_listing_body() -> None:
    changes = tuple(
        r.ListingChange(product=r.Ref(remote_id=i), listed=True) for i in ("2001591587541073922", "2001591587541073923")
    )
    assert encode(mapping.listing_body(changes, listed=True)) == sample("products.listing__request")
    assert mapping.listing_body(changes, listed=False).productStatus == "SHELF_DOWN"


@pytest.mark.parametrize(
    ("delivery", "body"),
    [
        (r.Delivery(content="AAAA-1"), b'{"content":"AAAA-1"}'),
        (r.Delivery(rows=("a", "b"), quantity=2), b'{"content":["a","b"],"quantity":2}'),
        (
            r.Delivery(content="x", quantity=1, carrier="DHL", tracking_number="JD01"),
            b'{"content":"x","quantity":1,"carrier":"DHL","trackingNumber":"JD01"}',
        ),
    ],
)
def test_deliver_body(delivery: r.Delivery, body: bytes) -> None:
    assert encode(mapping.deliver_body(delivery)) == body


def test_audit_bodies() -> None:
    approve = r.CaseDecision(approve=True)
    reject = r.CaseDecision(
        approve=False,
        reason="The item was already delivered and redeemed by the buyer",
        image_urls=("https://example.com/proof.png",),
    )
    assert encode(mapping.audit_body(approve)) == sample("aftersales.audit__approve")
    assert encode(mapping.audit_body(reject)) == sample("aftersales.audit__reject")


@pytest.mark.parametrize(
    ("text", "number"),
    [("2001591587541073922", 2001591587541073922), ("0", 0), ("x1", "x1"), ("-5", "-5"), ("٣", "٣"), ("", "")],
)
def test_an_id_goes_out_as_a_number_without_a_float(text: str, number: int | str) -> None:
    assert mapping.number(text) == number
