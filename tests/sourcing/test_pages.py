"""The pages of buying: what they show, how many queries they cost, and what their forms send."""

from decimal import Decimal
from urllib.parse import quote, unquote

import pytest
from django.core.cache import cache
from django.db import connection as database
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from channels.records import PackageRecord, PurchaseOrderRecord, ShipmentRecord
from dashboard.sourcing import models as m
from dashboard.sourcing.mirror import upsert_packages, upsert_purchase_orders, upsert_shipments
from dashboard.sync.models import Command
from tests.connected import drive, effects, fault, pull
from tests.pages import assert_strict_html

LISTS = ("purchases", "shipments", "warehouse", "favourites", "addresses", "cart", "profile", "index")


def url(name, *args):
    return reverse(f"sourcing:{name}", args=args)


def text(response):
    return response.content.decode()


@pytest.fixture
def client(client_for, mirrored):
    return client_for("fulfilment")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("role", ["viewer", "fulfilment"])
def test_every_page_with_data_is_strict_html(client_for, mirrored, name, role):
    response = client_for(role).get(url(name))
    assert response.status_code == 200
    assert_strict_html(response)


@pytest.mark.parametrize("name", ["purchases", "shipments", "warehouse", "favourites"])
def test_lists_answer_htmx_with_the_list_alone_and_export_what_they_show(client, name):
    response = client.get(url(name), headers={"HX-Request": "true"})
    assert_strict_html(response, fragment=True)
    assert b"<main" not in response.content
    export = client.get(url(name), {"format": "csv", "view": "all"})
    rows = b"".join(export.streaming_content).decode().splitlines()
    model = {"purchases": m.PurchaseOrder, "shipments": m.Shipment, "warehouse": m.Package, "favourites": m.Favourite}
    assert len(rows) == model[name].objects.count() + 1


def test_details_show_what_the_platform_says(client, sandbox):
    told = next(order for order in sandbox.orders.values() if order["inspection"])
    row = m.PurchaseOrder.objects.get(remote_id=told["orderNo"])
    response = client.get(url("purchase", row.pk))
    assert_strict_html(response)
    for part in (
        row.number,
        told["logistics"]["trackingNo"],
        quote(told["inspection"]["photos"][0], safe=""),
        told["items"][0]["title"],
    ):
        assert part in text(response)
    assert text(response).count("<img") == text(response).count('<img src="/pictures/')
    parcel = m.Shipment.objects.exclude(tracking_number="").first()
    response = client.get(url("shipment", parcel.pk))
    assert_strict_html(response)
    assert parcel.tracking_number in text(response)


def test_viewers_see_no_street_and_no_phone(client_for, mirrored, sandbox):
    address = next(iter(sandbox.addresses.values()))
    parcel = m.Shipment.objects.first()
    viewer, support = client_for("viewer"), client_for("support")
    assert address["phone"] not in text(viewer.get(url("addresses")))
    assert address["phone"] in text(support.get(url("addresses")))
    assert parcel.recipient["phone"] not in text(viewer.get(url("shipment", parcel.pk)))
    assert parcel.recipient["phone"] in text(support.get(url("shipment", parcel.pk)))


def test_countries_have_names(client_for, mirrored):
    m.AddressEntry.objects.update(country="JP", name="Aiko", city="Osaka")
    m.Shipment.objects.update(recipient={"city": "Osaka", "country": "JP"})
    client, named = client_for("fulfilment"), '<span title="JP">Japan</span>'
    assert f"{named}</td>" in text(client.get(url("addresses")))
    assert f"<bdi>Osaka</bdi><br><bdi>{named}</bdi>" in text(client.get(url("shipment", m.Shipment.objects.first().pk)))
    package = m.Package.objects.filter(shippable=True).first()
    assert f"Aiko, Osaka, {named}</a>" in text(client.get(url("shipment_new"), {"package": package.pk}))


def test_a_foreign_connection_is_not_found(client_for, user_for, mirrored):
    user_for("fulfilment").sees_all_connections = False
    person = user_for("fulfilment")
    person.sees_all_connections = False
    person.save()
    client = client_for("fulfilment")
    assert client.get(url("purchase", m.PurchaseOrder.objects.first().pk)).status_code == 404
    assert client.get(url("shipment", m.Shipment.objects.first().pk)).status_code == 404
    assert client.get(url("product", mirrored.slug, "12345")).status_code == 404
    assert client.post(url("cart_remove", m.CartItem.objects.first().pk)).status_code == 404
    assert not Command.objects.exists()


# -- queries ---------------------------------------------------------------------------------------------------------


def grow(connection, count):
    upsert_purchase_orders(
        connection, [PurchaseOrderRecord(remote_id=f"X{n}", number=f"X{n}", status="paid") for n in range(count)]
    )
    upsert_packages(connection, [PackageRecord(remote_id=f"X{n}", shippable=True) for n in range(count)])
    upsert_shipments(connection, [ShipmentRecord(remote_id=f"X{n}", status="pending") for n in range(count)])


def cost(client, address, **headers):
    """The queries of the view itself, session and person apart; none reads a raw payload."""
    client.get(address, headers=headers)
    with CaptureQueriesContext(database) as found:
        client.get(address, headers=headers)
    texts = [each["sql"] for each in found.captured_queries]
    assert not any('"raw"' in each for each in texts)
    return len([each for each in texts if "django_session" not in each and 'FROM "staff_user"' not in each])


@pytest.mark.parametrize("name", ["purchases", "shipments", "warehouse", "favourites", "addresses", "cart"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_lists_cost_three_queries_whatever_they_hold(client, mirrored, name, headers):
    for count in (1, 10, 100):
        grow(mirrored, count)
        assert cost(client, url(name) + "?size=100", **headers) == 3  # connections, rows, commands


def test_details_cost_at_most_eight_queries_whatever_they_hold(client, connect, mirrored):
    from dashboard.orders.models import Order

    pull(connect("accplanet", "supplier").connection, "orders")
    row = m.PurchaseOrder.objects.annotate(lines_count=Count("lines")).order_by("lines_count").first()
    parcel = m.Shipment.objects.first()
    product = url("product", mirrored.slug, "12345")
    before = [cost(client, each) for each in (url("purchase", row.pk), url("shipment", parcel.pk), product)]
    assert before == [7, 7, 4]
    line, item = row.lines.first(), parcel.items.first()
    for n in range(20):
        line.pk, line.remote_id = None, f"more-{n}"
        line.save(force_insert=True)
        item.pk, item.remote_id = None, f"more-{n}"
        item.save(force_insert=True)
    upsert_packages(
        mirrored, [PackageRecord(remote_id=f"Y{n}", purchase_order=row.number, shippable=True) for n in range(20)]
    )
    for order in Order.objects.all()[:10]:
        m.Purpose.objects.create(connection=mirrored, purchase_remote_id=row.remote_id, order=order)
    assert [cost(client, each) for each in (url("purchase", row.pk), url("shipment", parcel.pk), product)] == before


def test_panels_and_quotes_cost_at_most_three_queries(client, connect, mirrored):
    from dashboard.orders.models import Order

    pull(connect("accplanet", "supplier").connection, "orders")
    order, htmx = Order.objects.exclude(number="").first(), {"HX-Request": "true"}
    package = m.Package.objects.filter(shippable=True).first()
    assert cost(client, url("quotes") + f"?package={package.pk}&country=DE", **htmx) == 2
    assert cost(client, url("for_order", order.pk), **htmx) <= 3
    m.PurchaseOrder.objects.filter(pk=m.PurchaseOrder.objects.first().pk).update(remark=f"For {order}")
    assert cost(client, url("for_order", order.pk), **htmx) == 3  # the mention is looked for in the remarks
    assert len(client.get(url("for_order", order.pk), headers=htmx).context["rows"]) == 1
    for row in m.PurchaseOrder.objects.all()[:5]:
        m.Purpose.objects.create(connection=mirrored, purchase_remote_id=row.remote_id, order=order)
    assert cost(client, url("for_order", order.pk), **htmx) == 3


# -- searching -------------------------------------------------------------------------------------------------------


def test_a_search_asks_once_in_five_minutes(client, mirrored, sandbox):
    response = client.get(url("index"), {"q": "backpack"})
    assert_strict_html(response)
    assert "Adidas Backpack" in text(response)
    sandbox.products.clear()
    assert "Adidas Backpack" in text(client.get(url("index"), {"q": "backpack"}))
    cache.clear()
    assert "Nothing found" in text(client.get(url("index"), {"q": "backpack"}))


def test_a_source_that_does_not_answer_says_so(client, sandbox):
    fault(sandbox, "*", "status", code=500, times=5)
    response = client.get(url("index"), {"q": "backpack"})
    assert response.status_code == 200
    assert "The source could not be asked" in text(response)


def test_an_import_leads_to_the_product(client, mirrored, sandbox):
    response = client.post(url("import"), {"text": "https://detail.1688.com/offer/729113004518.html"})
    assert response.status_code == 302
    product = m.SourceProduct.objects.get(remote_id=response.url.rstrip("/").rsplit("/", 1)[1])
    assert product.minimum == sandbox.products[int(product.remote_id)]["_minimum"]
    page = client.get(response.url)
    assert_strict_html(page)
    assert product.title in text(page)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "Give an address or an offer id."),
        ("https://example.com/nothing", "Not a 1688 product URL"),
        ("1", "Product not found on 1688"),
    ],
)
def test_an_import_that_fails_says_why(client, given, words):
    before = m.SourceProduct.objects.count()
    response = client.post(url("import"), {"text": given})
    assert response.status_code == 422
    assert_strict_html(response)
    form = response.context["import_form"]
    assert form.errors == {"text": [words]}
    assert form["text"].value() == given
    assert m.SourceProduct.objects.count() == before


def test_a_product_shows_its_kinds_without_pictures_or_scripts(client, mirrored, sandbox):
    response = client.get(url("product", mirrored.slug, "12345"))
    assert_strict_html(response)
    assert all(sku["skuId"] in text(response) for sku in sandbox.products[12345]["skus"])
    assert "alert(" not in text(response)
    assert text(response).count("<img") == text(response).count('<img src="/pictures/')
    assert client.get(url("product", mirrored.slug, "99999999")).status_code == 404


# -- shipping --------------------------------------------------------------------------------------------------------

TO = {
    "name": "Ana Weber",
    "phone": "+49 30 1234",
    "country": "DE",
    "city": "Berlin",
    "address": "Allee 1",
    "postcode": "10115",
}


def test_quotes_are_compared_and_a_shipment_is_made(client, sandbox):
    package = m.Package.objects.filter(shippable=True, weight_grams__gt=200).first()
    page = client.get(url("shipment_new"), {"package": package.pk})
    assert_strict_html(page)
    htmx = {"HX-Request": "true"}
    quotes = client.get(url("quotes"), {"package": package.pk, "country": "DE"}, headers=htmx)
    assert_strict_html(quotes, fragment=True)
    assert text(quotes).count('type="radio"') >= 2
    assert text(quotes).count("Fastest") >= 1
    assert text(quotes).count("Cheapest") >= 1
    price = next(one for one in client.get(url("quotes"), {"package": package.pk, "country": "DE"}).context["quotes"])
    given = {"package": package.pk, "channel": price["id"], "form_key": "k", **TO}
    wrong = client.post(url("shipment_new"), given | {"typed": "1"})
    assert wrong.status_code == 422
    assert_strict_html(wrong)
    assert wrong.context["form"].errors == {"typed": [f"Type {price['typed']}, the price of this method."]}
    assert 'name="typed" value="1"' in text(wrong)
    assert not Command.objects.exists()
    assert client.post(url("shipment_new"), given | {"typed": price["typed"]}).status_code == 302
    drive(Command.objects.get())
    [effect] = effects(sandbox, "shipping.create")
    assert effect["items"] == [[int(package.remote_id), 1]]
    assert Decimal(effect["shippingFee"]) == Decimal(price["typed"])


def test_a_wallet_that_cannot_pay_the_freight_is_said_before_it_is_sent(client, sandbox):
    package = m.Package.objects.filter(shippable=True, weight_grams__gt=200).first()
    enough = client.get(url("shipment_new"), {"package": package.pk} | TO)
    assert "The wallet does not have enough." not in text(enough)
    cache.clear()
    sandbox.balance = sandbox.frozen + 1
    page = client.get(url("shipment_new"), {"package": package.pk} | TO)
    assert_strict_html(page)
    assert "Spends money from the wallet, which has CNY\u00a01.00." in text(page)
    assert "It has CNY\u00a01.00, less than any of these methods costs." in text(page)


def test_a_source_product_that_was_never_read_says_why_and_how_to_go_on(client, sandbox, connection):
    fault(sandbox, "*", "status", code=500, times=5)
    never = client.get(url("product", connection.slug, "999"))
    assert_strict_html(never)
    assert "The source could not be asked" in text(never)
    assert "this is what was read before" not in text(never)
    assert f'<a class="btn" href="{url("product", connection.slug, "999")}">Try again</a>' in text(never)


def test_a_share_of_the_freight_is_money(client):
    packages = m.Package.objects.filter(shippable=True, weight_grams__gt=200)[:3]
    asked = {"package": [one.pk for one in packages], "country": "DE"}
    quotes = client.get(url("quotes"), asked).context["quotes"]
    assert len(quotes) >= 2
    for one in quotes:
        assert one["each"] == f"CNY\u00a0{Decimal(one['typed']) / 3:,.2f}"


@pytest.mark.parametrize(("status", "warned"), [("pending", True), ("shipped", False)])
def test_an_arrival_before_the_departure_is_doubted(client, status, warned):
    row = m.Shipment.objects.filter(status=status).first()
    page = client.get(url("shipment", row.pk))
    assert_strict_html(page)
    assert ("The agent has not said yet that it left." in text(page)) is warned
    assert f"Did {row} arrive?" in text(page)


def test_shipments_are_cancelled_and_confirmed_from_their_page(client, sandbox):
    pending = m.Shipment.objects.filter(status="pending").first()
    shipped = m.Shipment.objects.filter(status="shipped").first()
    client.post(url("shipment_cancel", pending.pk))
    client.post(url("shipment_confirm", shipped.pk))
    for command in Command.objects.all():
        drive(command)
    assert [effect["orderNo"] for effect in effects(sandbox, "shipping.cancel")] == [pending.remote_id]
    assert [effect["orderNo"] for effect in effects(sandbox, "shipping.confirm")] == [shipped.remote_id]


# -- organising ------------------------------------------------------------------------------------------------------


def test_addresses_are_saved_changed_and_deleted(client, sandbox):
    assert client.post(url("address_new"), TO | {"city": ""}).status_code == 422
    assert client.post(url("address_new"), TO | {"form_key": "a"}).status_code == 302
    drive(Command.objects.get())
    row = m.AddressEntry.objects.get(name="Ana Weber")
    assert_strict_html(client.get(url("address", row.pk)))
    client.post(url("address", row.pk), TO | {"city": "Bonn", "form_key": "b"})
    drive(Command.objects.latest("pk"))
    row.refresh_from_db()
    assert row.city == "Bonn"
    assert 'class="btn btn-danger"' in text(client.get(url("address", row.pk)))  # a loss is asked about first
    client.post(url("address_delete", row.pk))
    drive(Command.objects.latest("pk"))
    assert int(row.remote_id) not in sandbox.addresses


def test_the_profile_sends_only_what_changed(client, mirrored, sandbox):
    row = m.Profile.objects.get()
    given = {"username": "Mei", "email": row.email, "avatar": row.avatar, "language": row.language}
    response = client.post(url("profile_update"), given | {"form_key": "k"})
    assert response.status_code == 302
    drive(Command.objects.get())
    assert effects(sandbox, "profile.update") == [{"username": "Mei"}]


@pytest.mark.parametrize("name", ["cart_clear", "profile_update", "import"])
def test_without_a_connection_nothing_can_be_done(client_for, name):
    assert client_for("fulfilment").post(url(name)).status_code == 404
    assert "No connection can buy" in text(client_for("fulfilment").get(url("index")))


@pytest.mark.parametrize("odd", ["a/b", "a/cart/", "a\nb", "%2F", "a?b#c", "订单", ' "><x>', ""])
def test_whatever_id_a_platform_gives_a_product_its_pages_open(client, mirrored, odd):
    """One odd id must not close the cart, and its link leads to that very product."""
    for model in (m.CartItem, m.Favourite, m.PurchaseLine):
        model.objects.filter(pk=model.objects.first().pk).update(product_remote_id=odd)
    bought = m.PurchaseLine.objects.get(product_remote_id=odd).whole_id
    assert {client.get(url(*page)).status_code for page in (["cart"], ["favourites"], ["purchase", bought])} == {200}
    if odd:
        found = resolve(unquote(url("product", mirrored.slug, odd)))
        assert (found.url_name, found.kwargs["remote_id"]) == ("product", odd)


@pytest.mark.parametrize("name", LISTS)
def test_every_page_answers_htmx_too(client, name):
    assert client.get(url(name), headers={"HX-Request": "true"}).status_code == 200


def test_panels_and_quotes_are_fragments(client, mirrored, connect):
    from dashboard.orders.models import Order
    from tests.connected import pull

    supplier = connect("accplanet", "supplier").connection
    pull(supplier, "orders")
    order = Order.objects.first()
    named = m.PurchaseOrder.objects.first()
    named.remark = f"{order.number} #AAAA"
    named.save()
    panel = client.get(url("for_order", order.pk), headers={"HX-Request": "true"})
    assert_strict_html(panel, fragment=True)
    assert m.PurchaseOrder.objects.first().number in text(panel)
    package = m.Package.objects.filter(shippable=True).first()
    quotes = client.get(url("quotes"), {"package": package.pk, "country": "DE"}, headers={"HX-Request": "true"})
    assert_strict_html(quotes, fragment=True)


def test_the_frame_counts_packages_and_finds_purchases(client, user_for, mirrored):
    from dashboard.sourcing.finding import hits, waiting

    person = user_for("fulfilment")
    assert waiting(person)[0] == m.Package.objects.filter(shippable=True, gone_at=None).count()
    row = m.PurchaseOrder.objects.first()
    assert reverse("sourcing:purchase", args=[row.pk]) in [hit.url for hit in hits(person, row.number)]
    assert list(hits(person, "")) == []
