"""Price, stock and listing edited in place: queued, polled, confirmed; refusals keep what was typed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard.catalog.models import Product, Variant
from dashboard.sync.models import Command
from tests.connected import drive, effects
from tests.pages import assert_strict_html, flat

HTMX = {"HX-Request": "true"}


@pytest.fixture
def variant(digital):
    found = Variant.objects.filter(product__status="on_sale", quantity__gt=3).select_related("product").first()
    Variant.objects.filter(pk=found.pk).update(price=Decimal(16))
    found.refresh_from_db()
    return found


def url(variant, name):
    return f"/catalog/variants/{variant.pk}/{name}/"


def cell_html(response):
    return f"<table><tbody><tr>{response.content.decode()}</tr></tbody></table>"


@pytest.mark.parametrize(("name", "key", "endpoint"), [("price", "price", "price"), ("stock", "quantity", "stock")])
def test_from_the_form_to_the_confirmed_value(client_for, digital, variant, name, key, endpoint):
    client = client_for("fulfilment")
    form = client.get(url(variant, name), headers=HTMX)
    assert f'name="{key}"' in form.content.decode()
    seen = form.context["current"]
    data = {key: "17", "seen": seen, "form_key": form.context["form_key"]}
    answer = client.post(url(variant, name), data, headers=HTMX)
    assert answer.status_code == 202
    assert "every 2s" in answer.content.decode()
    assert answer["HX-Trigger"] == '{"told": {}}'  # the history beside it follows
    assert client.post(url(variant, name), data, headers=HTMX).status_code == 202
    command = Command.objects.get()
    assert drive(command).state == "done"
    assert effects(digital.sandbox, "products.update")[0]["changes"] in ({"price": "17.00"}, {"stock": 17})
    cell = client.get(f"/catalog/variants/{variant.pk}/cells/{name}/", headers=HTMX)
    assert cell["HX-Trigger"] == '{"told": {}}'
    cell = cell.content.decode()
    assert "every 2s" not in cell
    assert "Confirmed" in cell
    assert "17" in cell


def test_refusals_stay_in_the_cell(client_for, digital, variant):
    client = client_for("fulfilment")
    for name, key, typed, says in (
        ("price", "price", "-4", "The price must be between"),
        ("price", "price", "abc", "Enter a number."),
        ("price", "price", "", "Enter a number."),
        ("price", "price", "1,234.50", "Enter a number."),
        ("price", "price", "Infinity", "Enter a number."),
        ("price", "price", "1_7", "Enter a number."),
        ("stock", "quantity", "1_0", "Enter a number."),
        ("stock", "quantity", "2.5", "Stocks are whole numbers."),
        ("stock", "quantity", "many", "Enter a number."),
        ("stock", "quantity", "4006381333931" * 3, "The number is too large."),
        ("price", "price", "1e999999", "The number is too large."),
    ):
        answer = client.post(url(variant, name), {key: typed}, headers=HTMX)
        assert answer.status_code == 422
        assert answer.context["error"].startswith(says)
        assert f'value="{typed}"' in answer.content.decode()
        assert 'role="alert"' in answer.content.decode()
    assert not Command.objects.exists()
    assert effects(digital.sandbox) == []


def test_what_changed_meanwhile_is_shown_before_it_is_overwritten(client_for, digital, variant):
    client = client_for("fulfilment")
    Variant.objects.filter(pk=variant.pk).update(quantity=9)
    answer = client.post(url(variant, "stock"), {"quantity": "20", "seen": "12"}, headers=HTMX)
    assert answer.status_code == 409
    assert "You saw 12; the platform now says 9" in answer.content.decode()
    assert not Command.objects.exists()
    again = {"quantity": "20", "seen": answer.context["current"]}
    assert client.post(url(variant, "stock"), again, headers=HTMX).status_code == 202


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("0", "From 16.00 to 0.00 is −100.0 %."),
        ("12.79", "From 16.00 to 12.79 is −20.1 %."),
        ("19.21", "From 16.00 to 19.21 is +20.1 %."),
        ("1600", "From 16.00 to 1600.00 is +9900.0 %."),
    ],
)
def test_an_unusual_price_is_sent_when_it_is_sent_again(client_for, digital, variant, typed, says):
    client = client_for("fulfilment")
    asked = client.post(url(variant, "price"), {"price": typed}, headers=HTMX)
    assert asked.status_code == 422
    words = f"{says} Nothing was sent. Send again to set {typed} all the same."
    assert words in asked.content.decode()
    page = client.post(url(variant, "price"), {"price": typed})
    assert page.status_code == 422
    assert_strict_html(page)
    assert f"{says} Send again to set {typed} all the same." in page.content.decode()
    assert client.post(url(variant, "price"), {"price": "99", "beyond": typed}, headers=HTMX).status_code == 422
    assert not Command.objects.exists()
    again = {"price": typed, "seen": "16.00", "beyond": asked.context["beyond"]}
    assert f'name="beyond" value="{typed}"' in asked.content.decode()
    assert client.post(url(variant, "price"), again, headers=HTMX).status_code == 202
    assert Command.objects.get().payload["price"] == typed


@pytest.mark.parametrize("typed", ["12.80", "19.20"])
def test_a_usual_price_is_sent_at_once(client_for, digital, variant, typed):
    answer = client_for("fulfilment").post(url(variant, "price"), {"price": typed}, headers=HTMX)
    assert answer.status_code == 202


def test_without_script_it_is_a_page(client_for, digital, variant):
    client = client_for("fulfilment")
    for name in ("price", "stock"):
        assert_strict_html(client.get(url(variant, name)))
    answer = client.post(url(variant, "price"), {"price": "16,5"})
    assert (answer.status_code, answer.url) == (302, f"/catalog/{variant.product_id}/")
    assert Command.objects.get().payload["price"] == "16.5"


def test_a_listing_is_switched(client_for, digital, variant):
    client = client_for("fulfilment")
    answer = client.post(f"/catalog/{variant.product_id}/listing/", {"listed": "false"}, headers=HTMX)
    assert answer.status_code == 202
    assert_strict_html(answer, fragment=True)
    command = Command.objects.get()
    status = f'<span id="status-{variant.product_id}" data-hx-swap-oob="true">'
    assert status not in flat(client.get(f"/catalog/commands/{command.pk}/", headers=HTMX))
    assert drive(command).state == "done"
    cell = flat(client.get(f"/catalog/commands/{command.pk}/", headers=HTMX))
    assert "Confirmed" in cell
    assert "Off sale" in cell.split(status)[1]
    assert "every 2s" not in cell
    assert Product.objects.get(pk=variant.product_id).status == "off_sale"


def test_a_listing_that_cannot_be_switched_says_why(client_for, looked_at):
    row = Product.objects.first()
    answer = client_for("fulfilment").post(f"/catalog/{row.pk}/listing/", {"listed": "false"}, headers=HTMX)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Command.objects.exists()


def test_prices_keep_their_currency(client_for, listed):
    variant = Variant.objects.filter(product__connection=listed.connection, price__gt=0).first()
    Variant.objects.filter(pk=variant.pk).update(price=Decimal(5))
    client_for("fulfilment").post(url(variant, "price"), {"price": "5.25"}, headers=HTMX)
    command = drive(Command.objects.get())
    assert (command.state, command.payload) == ("done", {"price": "5.25", "currency": variant.currency})
    assert Variant.objects.get(pk=variant.pk).price == Decimal("5.25")


def test_a_threshold_goes_with_the_stock_where_the_platform_warns(client_for, listed):
    variant = Variant.objects.filter(product__connection=listed.connection, quantity__gt=3).first()
    client = client_for("fulfilment")
    assert (
        f'href="{url(variant, "stock")}" aria-label="Edit the threshold'
        in client.get(f"/catalog/{variant.product_id}/").content.decode()
    )
    form = client.get(url(variant, "stock"))
    assert_strict_html(form)
    assert 'name="alert"' in form.content.decode()
    wrong = client.post(url(variant, "stock"), {"quantity": "8", "seen": form.context["current"], "alert": "soon"})
    assert wrong.status_code == 422
    assert 'name="alert" value="soon"' in wrong.content.decode()
    assert not Command.objects.exists()
    client.post(url(variant, "stock"), {"quantity": "8", "seen": form.context["current"], "alert": "3"})
    command = drive(Command.objects.get())
    assert (command.state, command.payload) == ("done", {"quantity": 8, "alert": 3})
    assert [(one["stock"], one["alertStock"]) for one in effects(listed.sandbox)] == [(8, 3)]


def test_no_threshold_where_the_platform_knows_none(client_for, digital, variant):
    client = client_for("fulfilment")
    assert 'name="alert"' not in client.get(url(variant, "stock")).content.decode()
    assert "Edit the threshold" not in client.get(f"/catalog/{variant.product_id}/").content.decode()
