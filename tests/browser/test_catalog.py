"""The catalog in a real browser: filter, reprice, see it confirmed, and find it in the platform's ledger."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard.catalog.models import Product, Variant
from dashboard.sync.models import Batch, Command
from tests.connected import drive, effects, pull
from tests.pages import assert_pages_hold

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def digital(connect):
    made = connect("accplanet", "digital")
    pull(made.connection, "products", "categories")
    return made


def test_filter_reprice_confirmed(page_for, digital):
    row = Product.objects.on_sale().filter(quantity__gt=0).exclude(title="").first()
    variant = row.variants.get()
    row.variants.update(price=Decimal(12))
    page = page_for("fulfilment")
    page.goto("/catalog/?view=on-sale")
    page.fill("#catalog-list-q", row.title[:40])
    page.wait_for_url("**q=**")
    page.click(f"#price-{variant.pk} a.edits")
    page.fill(f"#price-{variant.pk} input[name=price]", "12.34")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#price-{variant.pk}:has-text('Queued')")
    drive(Command.objects.get())
    page.wait_for_selector(f"#price-{variant.pk}:has-text('Confirmed')")
    assert "12.34" in page.inner_text(f"#price-{variant.pk}")
    assert [one["changes"] for one in effects(digital.sandbox)] == [{"price": "12.34"}]
    page.goto(f"/catalog/{row.pk}/")
    assert "12.34" in page.inner_text("#history")


def test_a_wrong_price_stays_in_its_cell(page_for, digital):
    variant = Variant.objects.filter(product__status="on_sale").first()
    page = page_for("fulfilment")
    page.goto(f"/catalog/{variant.product_id}/", wait_until="networkidle")
    page.click(f"#price-{variant.pk} a.edits")
    page.fill(f"#price-{variant.pk} input[name=price]", "-1")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#price-{variant.pk} [role=alert]")
    page.click(f"#price-{variant.pk} button[type=button]")
    page.wait_for_selector(f"#price-{variant.pk} a.edits")
    assert effects(digital.sandbox) == []


def test_an_unusual_price_is_asked_again_in_its_cell(page_for, digital):
    variant = Variant.objects.filter(product__status="on_sale").first()
    Variant.objects.filter(pk=variant.pk).update(price=Decimal(12))
    page = page_for("fulfilment")
    page.goto(f"/catalog/{variant.product_id}/", wait_until="networkidle")
    page.click(f"#price-{variant.pk} a.edits")
    page.fill(f"#price-{variant.pk} input[name=price]", "1200")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#price-{variant.pk} [role=alert]:has-text('+9900.0 %')")
    assert not Command.objects.exists()
    page.wait_for_selector(f"#price-{variant.pk} input[name=price]:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#price-{variant.pk}:has-text('Queued')")
    assert Command.objects.get().payload["price"] == "1200"


def test_a_form_that_just_came_is_sent_in_place(page_for, digital):
    variant = Variant.objects.filter(product__status="on_sale").first()
    Variant.objects.filter(pk=variant.pk).update(price=Decimal(12))
    page = page_for("fulfilment")
    page.goto(f"/catalog/{variant.product_id}/", wait_until="networkidle")
    page.evaluate("""() => document.addEventListener("htmx:afterSwap", ({ detail }) => {
        const form = detail.elt.querySelector(".cell-form") ?? document.querySelector(".cell-form");
        if (form) { form.elements.price.value = "12.34"; setTimeout(() => form.requestSubmit()); }
    }, { once: true })""")
    page.click(f"#price-{variant.pk} a.edits")
    page.wait_for_selector(f"#price-{variant.pk}:has-text('Queued')")
    assert page.evaluate("performance.getEntriesByType('navigation').length") == 1
    assert Command.objects.get().payload["price"] == "12.34"


def test_what_cannot_be_done_says_why_by_hand_and_by_key(page_for, connect):
    pull(connect("m2e", "retail").connection, "products")
    product = Product.objects.on_sale().first()
    page = page_for("fulfilment")
    page.goto(f"/catalog/{product.pk}/", wait_until="networkidle")
    button = page.locator("main button:has-text('Take off')")
    why = button.get_attribute("title")
    button.click(force=True)  # to the driver it is disabled; to a person it is there
    page.wait_for_selector("#toasts .toast")
    button.press("Enter")
    assert page.locator("#toasts [data-text]").all_inner_texts() == [why]
    assert len(why) > 20
    assert page.url.endswith(f"/catalog/{product.pk}/")
    assert not Command.objects.exists()


def test_the_list_by_keys(page_for, digital):
    first = Product.objects.filter(gone_at=None).order_by("-updated_at", "-id").first()
    variant = first.variants.get()
    page = page_for("fulfilment")
    page.goto("/catalog/", wait_until="networkidle")
    page.keyboard.press("j")
    page.wait_for_selector(f"#product-{first.pk} a[href='/catalog/{first.pk}/']:focus")
    page.keyboard.press("e")
    page.wait_for_selector(f"#price-{variant.pk} input[name=price]:focus")
    page.keyboard.press("Escape")
    page.wait_for_selector(f"#price-{variant.pk} a.edits")
    page.wait_for_selector(f"#product-{first.pk} a[href='/catalog/{first.pk}/']:focus")
    page.keyboard.press("x")
    page.wait_for_selector(f"#product-{first.pk} .box:checked")
    assert not Command.objects.exists()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/catalog/{first.pk}/")


def test_a_value_that_is_left_gives_the_focus_back_to_its_link(page_for, digital):
    variant = Product.objects.filter(gone_at=None).first().variants.get()
    page = page_for("fulfilment")
    page.goto(f"/catalog/{variant.product_id}/", wait_until="networkidle")
    page.focus(f"#stock-{variant.pk} a.edits")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#stock-{variant.pk} input[name=quantity]:focus")
    page.keyboard.press("Escape")
    page.wait_for_selector(f"#stock-{variant.pk} a.edits:focus")
    assert not Command.objects.exists()


def test_choose_rule_dry_run_send(page_for, digital):
    page = page_for("fulfilment")
    page.goto("/catalog/?view=on-sale")
    for box in page.query_selector_all("tbody .box")[:3]:
        box.check()
    page.click("button[name=what][value=stock]")
    page.fill("[name=value]", "55")
    page.click("button[name=run]")
    page.wait_for_selector("[name=typed]")
    number = page.inner_text(".tile:nth-child(2) .tile-value")
    page.fill("[name=typed]", number)
    with page.expect_navigation():
        page.click("form:has([name=typed]) button[type=submit]")
    batch = Batch.objects.get()
    assert batch.commands.count() == int(number) == 3
    assert {drive(one).state for one in batch.commands.all()} == {"done"}
    assert [one["changes"] for one in effects(digital.sandbox)] == [{"stock": 55}] * 3


def test_the_pages_hold_in_the_dark_on_a_phone(page_for, digital):
    product = Product.objects.on_sale().first()
    assert_pages_hold(
        page_for("fulfilment", width=390, theme="dark"),
        "/catalog/", "/catalog/categories/", "/catalog/bulk/?all=?&what=price",
        "/catalog/bulk/?all=?&what=price&how=percent&value=-5&run=1", f"/catalog/{product.pk}/",
        f"/catalog/{product.pk}/edit/", f"/catalog/{product.pk}/accounts/", "/catalog/new/digital/",
        f"/catalog/variants/{product.variants.get().pk}/price/",
    )  # fmt: skip


def test_a_picture_is_stored_while_the_form_is_filled(page_for, digital, tmp_path):
    row = Product.objects.on_sale().exclude(title="").first()
    (tmp_path / "front.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    page = page_for("fulfilment")
    page.goto(f"/catalog/{row.pk}/", wait_until="networkidle")
    page.keyboard.press("e")
    page.wait_for_url("**/edit/")
    page.fill("[name=title]", "By hand")
    page.set_input_files("#new-image", tmp_path / "front.png")
    page.wait_for_selector("#uploads li:has-text('Queued')")
    assert drive(Command.objects.get()).state == "done"
    page.wait_for_selector("#uploads li:has-text('Confirmed')")
    page.click("button:has-text('Send changes')")
    page.wait_for_url(f"**/catalog/{row.pk}/")
    assert drive(Command.objects.get(kind="catalog.update_product")).state == "done"
    page.wait_for_selector("h1:has-text('By hand')")  # the page follows
    stored, changed = effects(digital.sandbox)
    assert changed["changes"]["title"] == "By hand"
    assert changed["changes"]["images"][-1] == stored["image_path"]


def test_a_file_with_prices_and_stocks_is_loaded_once(page_for, connect, tmp_path):
    retail = connect("m2e", "retail")
    pull(retail.connection, "products")
    first, second = Variant.objects.exclude(sku="").order_by("pk")[:2]
    file = tmp_path / "changes.csv"
    file.write_text(f"sku,price,quantity\n{first.sku},12.34,41\n{second.sku},,42\n")
    page = page_for("fulfilment")
    page.goto("/catalog/bulk/file/")
    page.set_input_files("[name=file]", file)
    page.click("button:has-text('Dry run')")
    page.wait_for_selector("h1:has-text('Prices and stocks from a file')")
    assert page.inner_text(".tile:nth-child(2) .tile-value") == "3"
    if page.locator("[name=beyond]").count():
        page.check("[name=beyond]")
    page.fill("[name=typed]", "3")
    page.click("button:has-text('Send changes')")
    page.wait_for_url("**/activity/batches/*/")
    assert page.url.endswith(f"/activity/batches/{Batch.objects.get().pk}/")
    assert {drive(one).state for one in Command.objects.all()} == {"done"}
    sent = [(one["sku"], one.get("price"), one.get("quantity")) for one in effects(retail.sandbox)]
    wanted = [(first.sku, Decimal("12.34"), None), (first.sku, None, 41), (second.sku, None, 42)]
    assert sorted(map(repr, sent)) == sorted(map(repr, wanted))
