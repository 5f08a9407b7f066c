"""Buying and money in a real browser, to the agent's ledger and back."""

from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.finance.models import WalletMovement
from dashboard.orders.models import Order
from dashboard.sourcing.models import CartItem, Package, PurchaseOrder, Shipment
from dashboard.sync.engine import perform
from dashboard.sync.models import Command
from tests.connected import drive, effects, fault, pull
from tests.pages import assert_pages_hold, go_by_keys

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def agent(connect):
    found = connect("fulfillbot", "agent")
    found.sandbox.calls_per_minute = 100_000
    found.sandbox.balance = found.sandbox.frozen + Decimal(100_000)
    found.sandbox.products[12345]["skus"][0].update(stock=500, price=Decimal("100.00"))
    pull(found.connection, full=True)
    return found


def test_from_the_search_to_a_paid_purchase(page_for, agent):
    _connection, sandbox = agent
    sku = sandbox.products[12345]["skus"][0]["skuId"]
    page = page_for("fulfilment")
    page.goto("/sourcing/")
    page.fill("[name=q]", sandbox.products[12345]["title"])
    page.click("main button:has-text('Search')")
    page.click("#results a[href$='/12345/']")
    page.wait_for_url("**/12345/")
    page.fill("#q0", "0")
    page.click("button:has-text('Add to cart')")
    page.wait_for_selector("#refused:has-text('Give a quantity for at least one kind.')")
    assert page.evaluate("document.activeElement.closest('#refused') !== null")
    page.fill("#q0", "3")
    assert page.locator("[data-sum]").inner_text() == "CNY 300.00"
    page.click("button:has-text('Add to cart')")
    page.wait_for_selector("#commands .state:has-text('Queued')")
    assert page.locator("#refused").inner_text() == ""
    assert drive(Command.objects.get()).state == "done"
    page.wait_for_selector("#commands .state:has-text('Confirmed')")
    page.fill("#q0", "1")
    page.click("button:has-text('Add to cart')")  # once more is once more: the form has a key of its own again
    page.wait_for_selector("#commands .state:has-text('Queued')")
    assert drive(Command.objects.latest("pk")).state == "done"
    assert [effect["quantity"] for effect in effects(sandbox, "cart.add")] == [3, 1]
    line = CartItem.objects.get(sku=sku)
    page.goto("/sourcing/cart/")
    for box in page.locator("tbody .box:checked").all():
        if box.get_attribute("value") != str(line.pk):
            box.uncheck()
    page.click("button:has-text('Order what is selected…')")
    page.wait_for_url("**/sourcing/orders/new/?*")
    page.fill("[name=typed]", "1")
    page.click("main form[method=post] button[type=submit]")
    assert "Nothing was sent" in page.locator("[role=alert]").inner_text()
    page.fill("[name=typed]", f"{line.quantity * 100}.00")
    page.click("main form[method=post] button[type=submit]")
    page.wait_for_url("**/sourcing/orders/")
    command = drive(Command.objects.get(kind="sourcing.place_order"))
    assert command.state == "done", command.error
    page.reload()
    [effect] = effects(sandbox, "orders.create")
    assert effect["items"] == [["12345", sku, line.quantity]]
    page.click(f"a:has-text('{effect['orderNo']}')")
    page.wait_for_url(f"**/orders/{PurchaseOrder.objects.get(remote_id=effect['orderNo']).pk}/")
    page.click("button:has-text('Cancel…')")
    page.fill("#cancel-reason", "Bought twice")
    page.click("dialog button:has-text('Cancel order')")
    page.wait_for_selector(".timeline .badge:has-text('Queued')")
    assert drive(Command.objects.get(kind="sourcing.cancel_order")).state == "done"
    page.wait_for_selector("h1 ~ .row .badge:has-text('Cancelled')")  # the page follows by itself
    assert [one["orderNo"] for one in effects(sandbox, "orders.cancel")] == [effect["orderNo"]]


def test_from_the_warehouse_to_a_shipment(page_for, agent):
    _connection, sandbox = agent
    package = Package.objects.filter(shippable=True, weight_grams__gt=200).order_by("arrived_at").first()
    page = page_for("fulfilment")
    page.goto("/sourcing/warehouse/?size=100")
    page.check(f".card .box[value='{package.pk}']")
    page.click("button:has-text('Ship what is selected…')")
    page.wait_for_url("**/sourcing/shipments/new/?*")
    page.select_option("#quote_country", "GB")
    page.click("button:has-text('Quote')")
    page.wait_for_selector("#quotes:has-text('Cheapest')")
    page.select_option("#id_country", "GB")
    price = page.locator("#quotes tbody tr td.strong").first.inner_text().split("\u00a0")[-1].replace(",", "")
    page.fill("#id_typed", price)
    page.click("#ship-form button[type=submit]")
    page.wait_for_url("**/sourcing/shipments/")
    assert drive(Command.objects.get()).state == "done"
    [effect] = effects(sandbox, "shipping.create")
    assert effect["items"] == [[int(package.remote_id), 1]]
    row = Shipment.objects.get(remote_id=effect["orderNo"])
    page.goto(f"/sourcing/shipments/{row.pk}/")
    page.click("button:has-text('Cancel…')")
    page.click("dialog button:has-text('Cancel shipment')")
    page.wait_for_selector(".timeline .badge:has-text('Queued')")
    assert drive(Command.objects.get(kind="sourcing.cancel_shipment")).state == "done"
    page.wait_for_selector("h1 ~ .badge:has-text('Cancelled')")
    assert [one["orderNo"] for one in effects(sandbox, "shipping.cancel")] == [effect["orderNo"]]


def test_goods_are_bought_and_shipped_by_keys_alone(page_for, agent):
    _connection, sandbox = agent
    CartItem.objects.all().delete()
    sandbox.cart.clear()
    page = page_for("fulfilment")
    page.goto("/")
    go_by_keys(page, "g", "s")
    page.wait_for_url("**/sourcing/")
    page.keyboard.press("/")
    page.keyboard.type(sandbox.products[12345]["title"])
    page.keyboard.press("Enter")
    page.wait_for_selector("#results tbody tr")
    rows = page.locator("#results tbody tr a")
    wanted = next(n for n, row in enumerate(rows.all()) if row.get_attribute("href").endswith("/12345/"))
    page.locator("#results .scroll").focus()
    for _n in range(wanted + 1):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/12345/")
    page.locator("#q0").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.wait_for_selector("#commands .state:has-text('Queued')")
    assert drive(Command.objects.get()).state == "done"
    page.goto("/sourcing/cart/")
    page.keyboard.press("j")
    page.keyboard.press("x")  # it came selected
    assert page.locator("[data-selected]").inner_text() == "0 selected"
    page.keyboard.press("x")
    assert page.locator("[data-selected]").inner_text() == "1 selected"
    page.locator("button:has-text('Order what is selected…')").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sourcing/orders/new/?*")
    page.locator("[name=typed]").focus()
    page.keyboard.type("200.00")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/sourcing/orders/")
    assert drive(Command.objects.get(kind="sourcing.place_order")).state == "done"
    [effect] = effects(sandbox, "orders.create")
    assert [quantity for _product, _sku, quantity in effect["items"]] == [2]


def test_a_lost_purchase_is_proven_and_bought_once(page_for, agent, settings):
    _connection, sandbox = agent
    line = CartItem.objects.filter(product_remote_id="12345").first()
    fault(sandbox, "orders.create", "drop_after_apply")
    page = page_for("fulfilment")
    page.goto(f"/sourcing/orders/new/?line={line.pk}")
    page.fill("[name=typed]", f"{line.quantity * 100}.00")
    page.click("main form[method=post] button[type=submit]")
    page.wait_for_url("**/sourcing/orders/")
    command = Command.objects.get(kind="sourcing.place_order")
    perform(command.pk)
    page.wait_for_selector("#commands .state:has-text('Unknown')")
    assert drive(command).state == "done"
    page.wait_for_selector("#commands .state:has-text('Confirmed')")
    page.click("#commands a")
    page.wait_for_url(f"**/activity/commands/{command.pk}/")
    assert "carries the mark" in page.locator("main").inner_text()
    assert len(effects(sandbox, "orders.create")) == 1


def test_money_is_found_saved_and_followed(page_for, agent):
    page = page_for("finance")
    page.goto("/finance/?what=wallet&period=month")
    assert page.locator(".chart-axis").count() == 1
    page.click("a:has-text('Earlier')")
    page.wait_for_url("**until=*")
    page.goto("/finance/?what=wallet&period=month")
    with page.expect_download() as found:
        page.click("a:has-text('Export totals')")
    lines = Path(found.value.path()).read_text().splitlines()
    assert lines[0] == '"connection","currency","from","in","out","left","number"'
    moved = WalletMovement.objects.filter(amount__lt=0).exclude(order_number="").first()
    page.goto(f"/finance/wallet/?q={moved.order_number}")
    page.click(f"tbody a:has-text('{moved.order_number}')")
    page.wait_for_url("**/sourcing/orders/*/")
    assert moved.order_number in page.locator("h1").inner_text()


def test_a_cost_is_stated_beside_the_order(page_for, connect):
    connection, _sandbox = connect("accplanet", "supplier")
    pull(connection, "orders", "payments", "balance")
    order = Order.objects.filter(status="completed").first()
    page = page_for("finance")
    page.goto(f"/finance/for-order/{order.pk}/")
    page.click("summary:has-text('State a cost')")
    page.fill("#id_amount", "1.25")
    page.fill("#id_currency", order.currency)
    page.fill("#id_note", "Goods")
    page.click("button:has-text('Add cost')")
    page.wait_for_selector("#money-of-order dt:has-text('Goods')")
    page.goto("/finance/margins/")
    assert str(order) in page.locator("tbody").inner_text()


def test_the_pages_hold_in_the_dark_on_a_phone(page_for, agent, connect):
    supplier = connect("accplanet", "supplier").connection
    pull(supplier, "orders", "payments", "balance")
    line, package = CartItem.objects.first(), Package.objects.filter(shippable=True).first()
    assert_pages_hold(
        page_for("admin", width=390, theme="dark"),
        "/sourcing/?q=backpack",
        "/sourcing/products/agent/12345/",
        "/sourcing/cart/",
        f"/sourcing/orders/new/?line={line.pk}",
        "/sourcing/orders/?view=all",
        f"/sourcing/orders/{PurchaseOrder.objects.exclude(inspection='').first().pk}/",
        "/sourcing/warehouse/?view=all",
        f"/sourcing/shipments/new/?package={package.pk}",
        "/sourcing/shipments/?view=all",
        f"/sourcing/shipments/{Shipment.objects.first().pk}/",
        "/sourcing/favourites/",
        "/sourcing/addresses/",
        "/sourcing/addresses/new/",
        "/sourcing/profile/",
        "/finance/?what=wallet&period=month",
        "/finance/payments/",
        "/finance/wallet/",
        "/finance/coupons/",
        "/finance/margins/",
        f"/finance/for-order/{Order.objects.first().pk}/",
    )
