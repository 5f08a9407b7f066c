"""Two people at one product, fields that cannot be emptied, and images stored while the form is filled."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dashboard.catalog.models import Product
from dashboard.sync.models import Command
from tests.catalog.test_pages import filled, page
from tests.connected import drive, effects
from tests.pages import assert_strict_html

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def felix(client_for):
    return client_for("fulfilment")


@pytest.fixture
def free(free):
    free.variants.update(price=Decimal(7))
    return free


def begun(client, product):
    response = client.get(page(product, "edit/"))
    assert_strict_html(response)
    return response.context["form"]


def changes(product):
    return {key: value for key, value in Command.objects.get().payload.items() if value is not None}


def test_what_both_changed_is_said_with_both_values(felix, digital, free):
    form = begun(felix, free)
    Product.objects.filter(pk=free.pk).update(title="Theirs")
    response = felix.post(page(free, "edit/"), filled(form, title="Ours"))
    assert response.status_code == 422
    assert_strict_html(response)
    body = response.content.decode()
    assert "It became “Theirs” on the platform since this page was opened." in body
    assert 'value="Ours"' in body
    assert not Command.objects.exists()
    again = {**filled(form, title="Ours"), "seen": response.context["form"]["seen"].value()}
    assert felix.post(page(free, "edit/"), again).status_code == 302
    assert changes(free) == {"title": "Ours"}
    assert drive(Command.objects.get()).state == "done"
    assert effects(digital.sandbox)[0]["changes"] == {"title": "Ours"}


def test_what_only_the_platform_changed_is_left_alone(felix, digital, free):
    form = begun(felix, free)
    Product.objects.filter(pk=free.pk).update(title="Theirs")
    free.variants.update(quantity=3)
    assert felix.post(page(free, "edit/"), filled(form, price="7.77")).status_code == 302
    assert changes(free) == {"price": "7.77"}


def test_what_only_the_platform_changed_is_shown_beside_a_conflict(felix, free):
    form = begun(felix, free)
    Product.objects.filter(pk=free.pk).update(title="Theirs", description="<p>Their text</p>")
    response = felix.post(page(free, "edit/"), filled(form, title="Ours"))
    assert response.context["form"]["description"].value() == "<p>Their text</p>"
    assert response.context["form"]["title"].value() == "Ours"


def test_an_unusual_price_is_sent_when_it_is_sent_again(felix, digital, free):
    form = begun(felix, free)
    asked = felix.post(page(free, "edit/"), filled(form, price="0.70", title="Ours"))
    assert asked.status_code == 422
    assert asked.context["form"].errors == {
        "price": ["From 7.00 to 0.70 is −90.0 %. Send again to set it all the same."]
    }
    assert not Command.objects.exists()
    beyond = asked.context["form"]["beyond"].value()
    other = filled(form, price="0.07", title="Ours", beyond=beyond)
    assert felix.post(page(free, "edit/"), other).status_code == 422
    again = filled(form, price="0.70", title="Ours", beyond=beyond)
    assert felix.post(page(free, "edit/"), again).status_code == 302
    assert changes(free) == {"price": "0.70", "title": "Ours"}


def test_the_same_change_by_both_is_no_conflict(felix, free):
    form = begun(felix, free)
    Product.objects.filter(pk=free.pk).update(title="Both")
    assert felix.post(page(free, "edit/"), filled(form, title="Both", price="7.77")).status_code == 302


def test_a_forged_beginning_counts_as_none(felix, free):
    form = begun(felix, free)
    response = felix.post(page(free, "edit/"), {**filled(form), "seen": "forged"})
    assert response.status_code == 422
    assert "nothing to change" in response.content.decode()


def test_a_value_that_the_platform_has_cannot_be_emptied(felix, free):
    response = felix.post(page(free, "edit/"), filled(begun(felix, free), title=""))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["title"]
    assert not Command.objects.exists()


def test_an_image_stored_meanwhile_goes_with_the_form(felix, digital, free):
    form = begun(felix, free)
    htmx = {"HX-Request": "true"}
    file = {"file": SimpleUploadedFile("front.png", PNG)}
    line = felix.post("/catalog/images/digital/", file, headers=htmx)
    assert line.status_code == 202
    assert_strict_html(line, fragment=True)
    stored = Command.objects.get()
    assert f'name="uploaded" value="{stored.pk}" form="product-form"' in line.content.decode()
    data = {**filled(form), "uploaded": [stored.pk]}
    waits = felix.post(page(free, "edit/"), data)
    assert waits.status_code == 422
    assert "“front.png” is still being stored" in waits.content.decode()
    assert f'name="uploaded" value="{stored.pk}"' in waits.content.decode()  # kept, as what was typed
    assert Command.objects.count() == 1
    assert drive(stored).state == "done"
    assert felix.post(page(free, "edit/"), data).status_code == 302
    command = Command.objects.get(kind="catalog.update_product")
    assert command.payload["images"] == [*free.images, stored.receipt["remote_id"]]
    assert drive(command).state == "done"
    assert effects(digital.sandbox)[-1]["changes"]["images"][-1] == stored.receipt["remote_id"]


def test_what_is_no_image_is_refused_in_its_place(felix, digital):
    wrong = {"file": SimpleUploadedFile("front.png", b"text")}
    line = felix.post("/catalog/images/digital/", wrong, headers={"HX-Request": "true"})
    assert line.status_code == 422
    assert "The file is not an image" in line.content.decode()
    assert not Command.objects.exists()


def test_an_image_that_was_not_stored_stops_the_form(felix, digital, free):
    felix.post("/catalog/images/digital/", {"file": SimpleUploadedFile("front.png", PNG)})
    Command.objects.update(state="rejected", error="Too many pixels.")
    data = {**filled(begun(felix, free), title="New"), "uploaded": [Command.objects.get().pk]}
    response = felix.post(page(free, "edit/"), data)
    assert response.status_code == 422
    assert "“front.png” was not stored: Too many pixels." in response.content.decode()
    assert Command.objects.count() == 1


def test_images_of_another_connection_are_no_part_of_the_form(felix, digital, retail, free, connect):
    other = connect("accplanet", "other")
    felix.post("/catalog/images/other/", {"file": SimpleUploadedFile("front.png", PNG)})
    stored = drive(Command.objects.get(connection=other.connection))
    data = {**filled(begun(felix, free), title="New"), "uploaded": [stored.pk, "x", ""]}
    assert felix.post(page(free, "edit/"), data).status_code == 302
    assert Command.objects.get(kind="catalog.update_product").payload["images"] is None


def test_rows_of_a_spreadsheet_are_variants(felix, retail):
    form = felix.get("/catalog/new/retail/").context["form"]
    rows = "TEE-S\t9.90\t4\t4006381333931\tSize=S\nTEE-M\t10.90\t5"
    assert felix.post("/catalog/new/retail/", filled(form, title="Tee", sku="TEE", variants=rows)).status_code == 302
    assert Command.objects.get().payload["variants"] == [
        {"sku": "TEE-S", "price": "9.90", "quantity": "4", "barcode": "4006381333931",
         "options": [{"name": "Size", "value": "S"}]},
        {"sku": "TEE-M", "price": "10.90", "quantity": "5"},
    ]  # fmt: skip
