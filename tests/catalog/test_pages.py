"""The product's page, and making, changing, deleting, filling pools and storing images from forms."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from dashboard.catalog.models import Category, Product, Variant
from dashboard.sync.models import Command
from tests.catalog.test_product_commands import PNG, POOL
from tests.connected import drive, effects, queue
from tests.pages import assert_strict_html

HTMX = {"HX-Request": "true"}


def page(product, path=""):
    return f"/catalog/{product.pk}/{path}"


def test_every_product_has_a_page(client_for, digital, retail, listed, looked_at):
    client = client_for("admin")
    for product in Product.objects.order_by("pk")[::9]:
        response = client.get(page(product))
        assert_strict_html(response)
        for one in product.variants.filter(gone_at=None)[:3]:
            assert f'id="price-{one.pk}"' in response.content.decode()


def test_the_page_costs_the_same_with_more_variants_and_history(client_for, retail):
    client = client_for("admin")
    product = Product.objects.first()
    client.get(page(product))
    counts = []
    for n in (0, 60):
        Variant.objects.bulk_create(Variant(product=product, remote_id=f"more-{i}", title=f"{i}") for i in range(n))
        with CaptureQueriesContext(database) as queries:
            client.get(page(product))
        counts.append(len(queries))
        queue(retail.connection, "catalog.set_stock", product.variants.exclude(sku="").first().remote_id, quantity=n)
    assert counts[0] == counts[1] <= 12  # session, person, frame and tokens besides ours


def test_a_description_is_sanitised_and_pictures_stay_outside(client_for, free):
    text = "<p onclick=x>Hello <b>there</b><script>alert(1)</script><img src='https://evil.example/x.png'></p>"
    Product.objects.filter(pk=free.pk).update(description=text, images=["https://evil.example/y.png", "javascript:1"])
    response = client_for("viewer").get(page(free))
    assert_strict_html(response)
    html = response.content.decode()
    assert "<b>there</b>" in html
    assert [src[:20] for src in re.findall(r'<img[^>]* src="([^"]*)"', html)] == ["/pictures/small?of=h"]
    assert "alert(1)" not in html
    assert "javascript:" not in html
    assert 'href="/pictures/large?of=https%3A%2F%2Fevil.example%2Fy.png' in html
    assert 'href="https://evil.example/x.png" target="_blank" rel="noopener noreferrer nofollow"' in html


def test_the_platforms_own_words_are_scrubbed(client_for, free):
    Product.objects.filter(pk=free.pk).update(raw='{"title": "<b>x</b>", "accounts": [{"password": "hunter22"}]}')
    html = client_for("viewer").get(page(free, "raw/")).content.decode()
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "hunter22" not in html


def test_roles(client_for, free):
    viewer = client_for("viewer").get(page(free)).content.decode()
    assert "Delete" not in viewer
    assert "catalog/variants" not in viewer
    for path in ("edit/", "accounts/"):
        assert client_for("support").get(page(free, path)).status_code == 403
    assert client_for("support").post(page(free, "delete/")).status_code == 403
    assert not Command.objects.exists()


# -- forms -------------------------------------------------------------------------------------------------------------


def filled(form, **changes):
    found = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: "" if value is None else value for name, value in (found | changes).items()}


def test_all_that_is_wrong_is_said_at_once_and_kept(client_for, retail):
    client = client_for("fulfilment")
    form = client.get("/catalog/new/retail/").context["form"]
    typed = {"title": "Lamp", "price": "-1", "currency": "dollars", "quantity": "-2", "variants": "A;1"}
    refused = client.post("/catalog/new/retail/", filled(form, **typed, attributes="colour"))
    assert refused.status_code == 422
    assert_strict_html(refused)
    errors = {name: list(words) for name, words in refused.context["form"].errors.items()}
    assert errors == {
        "price": ["The price must be between 0 and 1000000."],
        "currency": ["Three letters, such as USD."],
        "quantity": ["Ensure this value is greater than or equal to 0."],
        "sku": ["This field is required."],
        "variants": ["Line 1 is not “SKU; price; stock; barcode; option=value”."],
        "attributes": ["Line 1 is not “name: value”."],
    }
    body = refused.content.decode()
    assert 'value="dollars"' in body
    assert "A;1</textarea>" in body
    assert not Command.objects.exists()


def test_a_price_that_stays_is_not_judged(client_for, free):
    client = client_for("fulfilment")
    free.variants.update(price="0")
    form = client.get(page(free, "edit/")).context["form"]
    assert client.post(page(free, "edit/"), filled(form, title="Other")).status_code == 302
    assert Command.objects.get().payload["title"] == "Other"


def test_the_way_to_a_form_ends_with_what_is_done_there(client_for, free):
    client = client_for("fulfilment")
    assert "<li>Edit</li>" in client.get(page(free, "edit/")).content.decode()


def test_a_product_is_made(client_for, digital):
    client = client_for("fulfilment")
    response = client.get("/catalog/new/digital/")
    assert_strict_html(response)
    leaf = Category.objects.exclude(parent_remote_id="").first()
    data = filled(
        response.context["form"],
        title="Aged mailbox",
        category_id=leaf.remote_id,
        description="<p>Ten</p>",
        price="4.50",
        accounts=POOL,
        form_key=response.context["form_key"],
    )
    answer = client.post("/catalog/new/digital/", data)
    command = Command.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/catalog/sent/{command.pk}/")
    client.post("/catalog/new/digital/", data)
    assert Command.objects.count() == 1
    assert "every 2s" in client.get(answer.url).content.decode()
    drive(command)
    (effect,) = effects(digital.sandbox, "products.create")
    assert (effect["title"], effect["price"], effect["accounts_imported"]) == ("Aged mailbox", "4.50", 2)
    sent = client.get(answer.url)
    assert_strict_html(sent)
    made = Product.objects.get(remote_id=effect["product_id"])
    assert page(made) in sent.content.decode()
    assert made.pool_entries.get().accounts == 2
    assert "pass-word" not in client.get(page(made)).content.decode()


def test_times_among_the_attributes_are_shown_as_times_are_everywhere(client_for, digital):
    product = Product.objects.first()
    Product.objects.update(attributes=[["expires_at", "2024-03-01T09:30:00Z"], ["colour", "2024"]])
    page = client_for("viewer").get(f"/catalog/{product.pk}/").content.decode()
    assert '<dd class="breaks"><time datetime="2024-03-01T09:30:00Z"' in page
    assert '<dd class="breaks">2024</dd>' in page


def test_variants_and_attributes_are_read_line_by_line(client_for, retail):
    client = client_for("fulfilment")
    form = client.get("/catalog/new/retail/").context["form"]
    lines = "TEE-S; 9.90; 4; 4006381333931; Size=S, Colour=Red\nTEE-M; 10,90; 5"
    data = filled(form, title="Tee", sku="TEE", variants=lines, attributes="Material: Cotton\nCare: 30 °C: gentle")
    assert client.post("/catalog/new/retail/", data).status_code == 302
    command = Command.objects.get()
    assert command.payload["attributes"] == {"Material": "Cotton", "Care": "30 °C: gentle"}
    assert command.payload["variants"] == [
        {"sku": "TEE-S", "price": "9.90", "quantity": "4", "barcode": "4006381333931",
         "options": [{"name": "Size", "value": "S"}, {"name": "Colour", "value": "Red"}]},
        {"sku": "TEE-M", "price": "10.90", "quantity": "5"},
    ]  # fmt: skip
    assert drive(command).state == "done"
    assert Product.objects.get(sku="TEE").variants.count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"price": "-2"}, "price"),
        ({"price": "many"}, "price"),
        ({"quantity": "-1"}, "quantity"),
        ({"accounts": "nodelimiter"}, "accounts"),
        ({"status": "sleeping"}, "status"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(client_for, digital, changes, field):
    client = client_for("fulfilment")
    leaf = Category.objects.exclude(parent_remote_id="").first()
    given = {"title": "Kept words", "category_id": leaf.remote_id, "description": "x", "price": "3"}
    data = filled(client.get("/catalog/new/digital/").context["form"], **given | changes)
    response = client.post("/catalog/new/digital/", data)
    assert response.status_code == 422
    assert_strict_html(response)
    assert list(response.context["form"].errors) == [field]
    assert "Nothing was sent" in response.content.decode()
    assert not Command.objects.exists()


UNREADABLE = "Line 1 is not “SKU; price; stock; barcode; option=value”."


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("TEE", UNREADABLE),
        ("TEE; 3", UNREADABLE),
        ("TEE; 3; 4; ; Size", UNREADABLE),
        ("TEE; 3; 4\nTOO; many; 4", "Line 2: the price “many” is not a number like 1234.50."),
        ("TEE; 1,234; 4", "Line 1: the price “1,234” is not a number like 1234.50."),
        ("TEE; -3; 4", "Line 1: the price “-3” is not a number like 1234.50."),
        ("TEE; 1e9; 4", "Line 1: the price “1e9” is not a number like 1234.50."),
        ("TEE; 3; 4\nTOO; 3; 4\nTEE; 5; 4", "Line 3: line 1 has the SKU “TEE” already."),
        ("TEE; 3; 4.5", "Line 1: the stock “4.5” is not a whole number."),
    ],
)
def test_wrong_lines_are_named(client_for, retail, lines, says):
    client = client_for("fulfilment")
    form = client.get("/catalog/new/retail/").context["form"]
    response = client.post("/catalog/new/retail/", filled(form, title="Tee", sku="TEE", variants=lines))
    assert response.status_code == 422
    assert response.context["form"].errors == {"variants": [says]}
    assert lines in response.content.decode()
    assert not Command.objects.exists()


def test_only_what_differs_is_sent(client_for, digital, free):
    client = client_for("fulfilment")
    response = client.get(page(free, "edit/"))
    assert_strict_html(response)
    data = filled(response.context["form"], title="Another title")
    assert client.post(page(free, "edit/"), data).status_code == 302
    command = drive(Command.objects.get())
    assert (command.state, command.payload["title"]) == ("done", "Another title")
    assert {key for key, value in command.payload.items() if value is not None} == {"title"}
    assert effects(digital.sandbox)[0]["changes"] == {"title": "Another title"}
    again = client.post(page(free, "edit/"), filled(client.get(page(free, "edit/")).context["form"]))
    assert again.status_code == 422
    assert "nothing to change" in again.content.decode()


def test_deleting(client_for, digital, free):
    client = client_for("fulfilment")
    assert 'id="delete-product"' in client.get(page(free)).content.decode()
    assert client.post(page(free, "delete/"), {"form_key": "k"}).status_code == 302
    client.post(page(free, "delete/"), {"form_key": "k"})
    drive(Command.objects.get())
    assert effects(digital.sandbox) == [{"product_id": free.remote_id}]
    gone = client.get(page(free))
    assert_strict_html(gone)
    assert "No longer on the platform." in gone.content.decode()
    assert client.get(page(free, "edit/")).status_code == 409


@pytest.mark.parametrize("way", ["pasted", "file"])
def test_accounts_are_added_and_never_shown(client_for, digital, free, way):
    client = client_for("fulfilment")
    assert "No account was added from here yet." in client.get(page(free)).content.decode()
    assert_strict_html(client.get(page(free, "accounts/")))
    file = SimpleUploadedFile("pool.txt", b"\xef\xbb\xbf" + POOL.encode())
    response = client.post(page(free, "accounts/"), {"accounts": POOL} if way == "pasted" else {"file": file})
    assert response.status_code == 302
    assert drive(Command.objects.get()).state == "done"
    assert effects(digital.sandbox)[0]["accounts_imported"] == 2
    html = client.get(page(free)).content.decode()
    assert "2 accounts were added from here" in html
    assert "pass-word" not in html


def test_accounts_are_pasted_or_come_from_a_file_and_one_of_both_is_needed(client_for, digital, free):
    client = client_for("fulfilment")

    def form(response):
        return response.content.decode().partition('id="product-form"')[2].partition("</form>")[0]

    asked = client.get(page(free, "accounts/"))
    assert re.findall(r"<label[^>]*>(.*?)</label>", form(asked)) == ["Accounts", "Or a text file"]
    assert "Paste them, one a line: username:password. Or choose a file below." in form(asked)
    refused = client.post(page(free, "accounts/"), {"accounts": " \n"})
    assert (refused.status_code, refused.context["form"].errors) == (
        422, {"accounts": ["Paste accounts, or choose a file."]}
    )  # fmt: skip
    kept = client.post(page(free, "accounts/"), {"accounts": POOL, "file": SimpleUploadedFile("a", b"\xff\xfe")})
    assert kept.context["form"].errors == {"file": ["The file is not text in UTF-8."]}
    assert f">\n{POOL}</textarea>" in form(kept)


def test_wrong_accounts_are_refused(client_for, digital, free):
    client = client_for("fulfilment")
    for data in ({}, {"accounts": "x"}, {"file": SimpleUploadedFile("a", b"\xff\xfe\x00")}):
        response = client.post(page(free, "accounts/"), data)
        assert response.status_code == 422
        assert_strict_html(response)
    assert not Command.objects.exists()


def test_an_image_is_stored_and_named(client_for, digital):
    client = client_for("fulfilment")
    assert_strict_html(client.get("/catalog/images/digital/"))
    answer = client.post("/catalog/images/digital/", {"file": SimpleUploadedFile("front.png", PNG)})
    command = drive(Command.objects.get())
    assert command.receipt["remote_id"] in client.get(answer.url).content.decode()
    bad = client.post("/catalog/images/digital/", {"file": SimpleUploadedFile("x.svg", b"<svg/>")})
    assert bad.status_code == 422
    assert Command.objects.count() == 1


def test_what_a_connection_cannot_do_has_a_page_that_says_why(client_for, looked_at):
    client = client_for("fulfilment")
    product = Product.objects.first()
    for url in ("/catalog/new/looked-at/", page(product, "edit/"), page(product, "accounts/")):
        response = client.get(url)
        assert response.status_code == 409
        assert_strict_html(response)
    assert 'aria-disabled="true"' in client.get(page(product)).content.decode()


def test_admin_reads_only(client_for, digital):
    client = client_for("superuser")
    for name in ("product", "variant", "category", "stockpool"):
        assert client.get(f"/admin/catalog/{name}/").status_code == 200
        assert client.get(f"/admin/catalog/{name}/add/").status_code == 403
    product = Product.objects.first()
    assert "_save" not in client.get(f"/admin/catalog/product/{product.pk}/change/").content.decode()


def test_the_page_follows_its_commands(client_for, digital, free):
    client = client_for("fulfilment")
    polling = HTMX | {"HX-Trigger": "history"}
    for headers in ({}, HTMX):
        whole = client.get(page(free), headers=headers)
        assert_strict_html(whole)
        assert 'data-hx-trigger="settled from:body" data-hx-target="#main"' in whole.content.decode()
    command = queue(digital.connection, "catalog.set_listing", free.remote_id, listed=False)
    moving = client.get(page(free, "history/"), headers=polling)
    assert 'data-hx-trigger="told from:body, every 2s"' in moving.content.decode()
    assert "HX-Trigger" not in moving
    drive(command)
    still = client.get(page(free, "history/"), headers=polling)
    assert 'data-hx-trigger="told from:body"' in still.content.decode()
    assert still["HX-Trigger"] == '{"settled": {}}'
    variant = free.variants.get()
    drive(queue(digital.connection, "catalog.set_stock", variant.remote_id, quantity=4))
    assert "HX-Trigger" not in client.get(page(free, "history/"), headers=polling)  # its cell says so itself


def test_an_unanswered_command_stands_above_its_product(client_for, digital, free):
    command = queue(digital.connection, "catalog.set_listing", free.remote_id, listed=False)
    client = client_for("viewer")
    assert "One command has no answer." not in client.get(page(free)).content.decode()
    Command.objects.update(state="unknown")
    html = client.get(page(free)).content.decode()
    assert "One command has no answer." in html
    assert f'href="/activity/commands/{command.pk}/">Show evidence' in html


def test_a_product_whose_platform_names_no_id_is_found_by_its_sku(client_for, retail):
    client = client_for("fulfilment")
    form = client.get("/catalog/new/retail/").context["form"]
    client.post("/catalog/new/retail/", filled(form, title="Tee", sku="TEE", price="3", quantity="1"))
    command = Command.objects.get()
    assert "Open product" not in client.get(f"/catalog/sent/{command.pk}/").content.decode()
    assert drive(command).state == "done"
    made = Product.objects.get(sku="TEE")
    assert f'href="/catalog/{made.pk}/"' in client.get(f"/catalog/sent/{command.pk}/").content.decode()


def test_what_has_no_answer_is_proven_from_above_the_product(client_for, digital, free):
    command = queue(digital.connection, "catalog.set_listing", free.remote_id, listed=False)
    Command.objects.update(state="unknown")
    prove = f'action="/activity/commands/{command.pk}/prove/"'
    assert prove in client_for("fulfilment").get(page(free)).content.decode()
    assert prove not in client_for("viewer").get(page(free)).content.decode()
