"""A new order, from the first line to its payment: any number of lines, nothing that was typed is lost."""

import html5lib
import pytest
from django.urls import reverse

from dashboard.catalog.models import Variant
from dashboard.orders.models import Order
from dashboard.sync.models import Command
from tests.connected import drive, effects
from tests.orders.test_pages import confirm, get, url
from tests.pages import assert_strict_html

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ADDRESS = {
    "first_name": "Ann", "last_name": "Lee", "street1": "1 Folsom St", "city": "San Francisco", "state": "CA",
    "postcode": "94106", "country": "US", "phone": "335643",
}  # fmt: skip


@pytest.fixture
def admin(client_for):
    return confirm(client_for("admin"))


@pytest.fixture
def variants(partner):
    stocked = Variant.objects.filter(product__connection=partner.connection, product__status="on_sale", quantity__gt=9)
    return [one for one in stocked.order_by("pk") if partner.sandbox.shop.live_sku(one.remote_id)["enabled"]]


def post(client, given, status=200, **headers):
    response = client.post(reverse("orders:new"), given, headers=headers)
    assert response.status_code == status
    if status != 302:
        assert_strict_html(response, fragment=bool(headers))
    return response


def lines_in(response):
    tree = html5lib.parse(response.content.decode(), namespaceHTMLElements=False)
    values = {name: [] for name in ("sku", "quantity")}
    for field in tree.iter("input"):
        if field.attrib.get("name") in values:
            values[field.attrib["name"]].append(field.attrib["value"])
    return list(zip(values["sku"], values["quantity"], strict=True))


def field(response, name):
    tree = html5lib.parse(response.content.decode(), namespaceHTMLElements=False)
    return next(one.attrib.get("value", "") for one in tree.iter("input") if one.attrib.get("name") == name)


def test_lines_come_and_go_and_nothing_typed_is_lost(admin, partner, variants):
    typed = {"partner_code": "OUR-1", "first_name": "Ann", "phone": "12"}
    added = post(admin, typed | {"add": variants[0].remote_id}, **HTMX)
    assert lines_in(added) == [(variants[0].remote_id, "1")]
    lines = {"sku": [variants[0].remote_id], "quantity": ["12"]}
    two = post(admin, typed | lines | {"add": variants[1].remote_id}, **HTMX)
    assert lines_in(two) == [(variants[0].remote_id, "12"), (variants[1].remote_id, "1")]
    assert [field(two, name) for name in ("partner_code", "first_name", "phone")] == ["OUR-1", "Ann", "12"]
    again = post(admin, typed | lines | {"add": variants[0].remote_id}, **HTMX)
    assert lines_in(again) == [(variants[0].remote_id, "13")]
    both = {"sku": [one.remote_id for one in variants[:2]], "quantity": ["3", "4"]}
    left = post(admin, typed | both | {"without": "0"}, **HTMX)
    assert lines_in(left) == [(variants[1].remote_id, "4")]
    assert "things to correct" not in left.content.decode()
    assert (Command.objects.count(), effects(partner.sandbox)) == (0, [])


@pytest.mark.parametrize("step", [{"without": "9"}, {"without": "x"}, {"like": "x"}, {"like": "9" * 30}, {"find": "1"}])
def test_bent_steps_change_nothing(admin, partner, variants, step):
    lines = {"sku": [variants[0].remote_id], "quantity": ["2"]}
    assert lines_in(post(admin, lines | step)) == [(variants[0].remote_id, "2")]
    assert Command.objects.count() == 0


@pytest.mark.parametrize("by", ["sku", "title"])
def test_variants_are_found_on_this_connection_with_price_and_stock(admin, partner, stores, variants, by):
    one = variants[0]
    words = one.sku if by == "sku" else one.product.title
    asked = {"connection": partner.connection.slug, "variant": words}
    page = admin.get(reverse("orders:new_variants"), asked, headers=HTMX)
    assert_strict_html(page, fragment=True)
    assert f'value="{one.remote_id}"' in page.content.decode()
    assert f"{one.currency}" in page.content.decode()
    assert f"{one.price:,.2f}" in page.content.decode()
    assert f"{one.quantity} in stock" in page.content.decode()
    elsewhere = admin.get(reverse("orders:new_variants"), asked | {"connection": stores.connection.slug}, headers=HTMX)
    assert "<button" not in elsewhere.content.decode()
    without_script = post(admin, {"find": "1", "variant": words})
    assert f'value="{one.remote_id}"' in without_script.content.decode()


def test_the_address_of_an_earlier_order_is_a_start(admin, partner):
    like = Order.objects.filter(connection=partner.connection, address__isnull=False).exclude(buyer="").first()
    found = post(admin, {"find": "1", "buyer": str(like)}, **HTMX)
    assert f'name="like" value="{like.pk}"' in found.content.decode()
    copied = post(admin, {"like": str(like.pk), "partner_code": "OUR-2"}, **HTMX)
    assert field(copied, "street1") == like.address["street1"]
    assert field(copied, "city") == like.address["city"]
    assert field(copied, "partner_code") == "OUR-2"
    page = get(admin, url("detail", like)).content.decode()
    assert f"/orders/new/?connection=partner&amp;like={like.pk}" in page
    assert field(get(admin, f"/orders/new/?connection=partner&like={like.pk}"), "street1") == like.address["street1"]


def test_an_address_out_of_reach_is_not_copied(client_for, user_for, partner, stores):
    person = user_for("fulfilment")
    person.sees_all_connections = False
    person.save()
    person.connections.add(partner.connection)
    hidden = Order.objects.filter(connection=stores.connection, address__isnull=False).first()
    client = client_for("fulfilment")
    assert field(post(client, {"like": str(hidden.pk)}), "street1") == ""
    assert 'name="like"' not in post(client, {"find": "1", "buyer": hidden.number}).content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sku": [], "quantity": []}, "at least one line"),
        ({"quantity": ["0"]}, "number of units from 1"),
        ({"quantity": ["many"]}, "number of units from 1"),
        ({"quantity": ["10000"]}, "number of units from 1"),
        ({"sku": ["nothing-like-it"]}, "not on the platform any more"),
        ({"phone": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_stays(admin, partner, variants, change, said):
    given = ADDRESS | {"partner_code": "OUR-3", "sku": [variants[0].remote_id], "quantity": ["2"]} | change
    page = post(admin, given, status=422)
    assert said in page.content.decode()
    assert "Nothing was sent" in page.content.decode()
    assert lines_in(page) == list(zip(given["sku"], given["quantity"], strict=True))
    assert field(page, "street1") == "1 Folsom St"
    assert (Command.objects.count(), effects(partner.sandbox)) == (0, [])


def test_many_lines_go_out_and_payment_is_the_next_step(admin, partner, variants):
    given = ADDRESS | {"partner_code": "OUR-9", "form_key": "k"}
    given |= {"sku": [one.remote_id for one in variants[:7]], "quantity": ["2", *"1" * (len(variants[:7]) - 1)]}
    response = post(admin, given, status=302)
    command = Command.objects.get()
    assert response.url == reverse("orders:created", args=[command.pk])
    waiting = get(admin, response.url).content.decode()
    assert "On its way" in waiting
    assert "every 2s" in waiting
    assert drive(command).state == "done"
    order = Order.objects.get(partner_code="OUR-9")
    assert order.line_count == len(variants[:7])
    there = get(admin, response.url, **HTMX).content.decode()
    assert url("mark_paid", order) in there
    assert "every 2s" not in there
    page = get(admin, url("detail", order)).content.decode()
    assert f'class="btn btn-primary" href="{url("mark_paid", order)}"' in page
    assert admin.post(url("mark_paid", order)).status_code == 302
    assert drive(Command.objects.latest("pk")).state == "done"
    assert url("mark_paid", order) not in get(admin, response.url).content.decode()
    assert len(effects(partner.sandbox, "createOrder")) == 1


def test_a_refused_order_says_why_on_its_page(admin, partner, variants):
    known = next(iter(partner.sandbox.shop.orders.values()))["_code"]
    Order.objects.filter(connection=partner.connection).update(partner_code="")
    given = ADDRESS | {"partner_code": known, "sku": [variants[0].remote_id], "quantity": ["1"]}
    response = post(admin, given, status=302)
    assert drive(Command.objects.get()).state == "rejected"
    body = get(admin, response.url).content.decode()
    assert "already" in body
    assert "every 2s" not in body
    assert effects(partner.sandbox, "createOrder") == []
