"""The day's work with orders in a real browser, to the platform's ledger and back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.orders.models import Note, Order, Tag
from dashboard.sync.models import Command
from tests.connected import drive, effects, pull
from tests.pages import assert_axe_clean, assert_pages_hold

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def supply(connect):
    made = connect("accplanet", "supply")
    pull(made.connection, "orders")
    return made


@pytest.fixture
def goods(connect):
    found = connect("imetastore", "goods")
    pull(found.connection, "orders")
    return found


def test_from_the_list_to_a_confirmed_delivery(page_for, goods):
    order = Order.objects.filter(connection=goods.connection, status="to_deliver", quantity=2).first()
    page = page_for("fulfilment")
    page.goto("/orders/")
    page.fill("#orders-list-q", order.number)
    page.wait_for_url(f"**q={order.number}*")
    page.click(f"#order-{order.pk} th a")
    page.wait_for_url(f"**/orders/{order.pk}/?list=*")
    page.click("text=Deliver…")
    page.wait_for_selector("[name=content]:focus")
    assert page.inner_text(".codes") == "Lines: 0 of 2"
    page.fill("[name=content]", "only-one-code\n\n only-one-code")
    assert page.inner_text(".codes") == "Lines: 2 of 2 repeated: 1"
    page.click("main button[type=submit]")
    assert "Nothing was sent" in page.locator("[role=alert]").inner_text()
    assert Command.objects.count() == 0
    page.fill("[name=content]", "first-code\nsecond-code")
    page.click("main button[type=submit]")
    page.wait_for_selector("#history .badge:has-text('Queued')")
    assert drive(Command.objects.get()).state == "done"
    page.wait_for_selector("#history .badge:has-text('Confirmed')")
    assert [effect["units"] for effect in effects(goods.sandbox, "orders.deliver")] == [2]
    assert "first-code" not in page.content()


def test_an_order_is_noted_and_taken_by_keys(page_for, goods, user_for):
    order = Order.objects.filter(connection=goods.connection).first()
    page = page_for("fulfilment")
    page.goto(f"/orders/{order.pk}/")
    page.keyboard.press("n")
    page.keyboard.type("Gift wrap")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#history .event:has-text('Gift wrap')")
    page.keyboard.press("a")
    page.wait_for_selector("#assign:has-text('You')")
    assert Order.objects.get(pk=order.pk).assignee == user_for("fulfilment")
    assert_axe_clean(page)


def test_chosen_orders_are_delivered_together(page_for, goods):
    orders = list(Order.objects.filter(connection=goods.connection, status="to_deliver", quantity=1)[:2])
    page = page_for("fulfilment")
    page.goto("/orders/?size=100")
    for order in orders:
        page.check(f"#order-{order.pk} .box")
    page.click(".bulk button:has-text('Deliver…')")
    page.wait_for_url("**/orders/bulk/deliver/?pk=*")
    page.wait_for_selector("[name=content]:focus")
    page.fill("[name=content]", "code-1\ncode-2")
    with page.expect_navigation():
        page.click("button:has-text('Deliver 2 units')")
    for command in Command.objects.all():
        assert drive(command).state == "done"
    assert len(effects(goods.sandbox, "orders.deliver")) == 2


def test_what_is_chosen_on_one_page_stays_chosen_on_the_next(page_for, goods):
    rows = Order.objects.filter(connection=goods.connection)
    first, second = rows.filter(status="to_deliver", quantity=1).order_by("-placed_at")[:2]
    rows.filter(pk=first.pk).update(placed_at=timezone.now())
    rows.filter(pk=second.pk).update(placed_at=timezone.now() - timedelta(days=900))  # the last of all
    page = page_for("fulfilment")
    page.goto("/orders/?view=all", wait_until="networkidle")
    page.check(f"#order-{first.pk} .box")
    while not page.locator(f"#order-{second.pk}").count():
        before = page.url
        page.click("#orders-list-on")
        page.wait_for_url(lambda url, before=before: url != before)
        page.wait_for_selector("#orders-list:not(.htmx-swapping) #orders-list-back")
    page.check(f"#order-{second.pk} .box")
    assert page.inner_text(".bulk [data-selected]") == "2 selected"
    assert page.inner_text(".bulk [data-elsewhere]") == "1 on other pages"
    page.click("#orders-list-start")
    page.wait_for_selector(f"#order-{first.pk} .box:checked")
    page.click(".bulk button:has-text('Deliver…')")
    page.fill("[name=content]", "code-1\ncode-2")
    with page.expect_navigation():
        page.click("button:has-text('Deliver 2 units')")
    assert {drive(one).state for one in Command.objects.all()} == {"done"}
    sent = [one["orderId"] for one in effects(goods.sandbox, "orders.deliver")]
    assert sorted(sent) == sorted([first.remote_id, second.remote_id])
    page.goto("/orders/?view=all", wait_until="networkidle")
    page.check(".list tbody tr .box >> nth=0")
    page.click("#orders-list-tab-1")
    page.wait_for_url("**view=to-deliver**")
    assert page.locator("[data-picked]").count() == 0  # another view begins anew


def test_all_that_match_are_chosen_behind_a_whole_page(page_for, supply):
    every = set(Order.objects.values_list("pk", flat=True))
    page = page_for("admin")
    page.goto("/orders/?view=all&size=25", wait_until="networkidle")
    page.focus("thead .box")
    page.keyboard.press("Space")
    page.wait_for_selector(f".bulk button:has-text('Select all {len(every)} that match'):visible")
    assert page.inner_text(".bulk [data-selected]") == "25 selected"
    page.focus(".bulk [data-act=all]")
    page.keyboard.press("Enter")
    assert page.inner_text(".bulk [data-selected]") == f"All {len(every)} that match"
    assert page.evaluate("document.activeElement.dataset.act") == "clear"
    assert_axe_clean(page)
    page.click("#orders-list-on")
    page.wait_for_selector("#orders-list-back:is(a)")
    page.wait_for_selector("tbody .box:checked")
    assert page.locator("tbody .box:not(:checked)").count() == 0
    assert page.inner_text(".bulk [data-selected]") == f"All {len(every)} that match"
    page.click("#orders-tag summary")
    page.fill("#bulk-tag", "rush")
    page.click("#orders-tag button")
    page.wait_for_selector("tbody .tag:has-text('rush')")
    assert set(Order.objects.filter(tags__name="rush").values_list("pk", flat=True)) == every
    page.click(".bulk button:has-text('Set status…')")
    page.wait_for_url("**/orders/bulk/status/?all=*")
    assert "pk=" not in page.url
    assert page.locator("#bulk-chosen input").count() == len(every)
    page.goto("/orders/?view=all&size=25", wait_until="networkidle")
    page.check("thead .box")
    page.click(".bulk [data-act=all]")
    page.click("#orders-list-filters summary")
    page.click("#filter_tag")
    page.wait_for_selector("#orders-list #filter_tag-names option[value=rush]", state="attached")
    page.uncheck("tbody tr .box >> nth=0")  # then only rows that were seen are meant
    assert page.inner_text(".bulk [data-selected]") == "24 selected"


def test_the_pages_hold_in_the_dark_on_a_phone(page_for, goods):
    order = Order.objects.filter(connection=goods.connection, status="to_deliver").first()
    assert_pages_hold(
        page_for("admin", width=390, theme="dark"),
        "/orders/?view=all",
        f"/orders/{order.pk}/",
        f"/orders/{order.pk}/deliver/",
        f"/orders/bulk/deliver/?pk={order.pk}",
        f"/orders/packing-slips/?pk={order.pk}",
    )


def test_on_a_phone_a_long_row_stays_one_line_high(page_for, goods):
    order = Order.objects.filter(connection=goods.connection, status="to_deliver").first()
    Order.objects.filter(pk=order.pk).update(items="WoW Gold · EU · Обмен в игре, 原神 6480 创世结晶 代充")
    page = page_for("admin", width=390, language="zh-hans")
    page.goto(f"/orders/bulk/deliver/?pk={order.pk}")
    assert page.locator("#bulk tbody tr").bounding_box()["height"] <= 48
    page.goto("/staff/")
    assert max(row.bounding_box()["height"] for row in page.locator("tbody tr").all()) <= 48


@pytest.mark.parametrize("width", [1440, 390])
def test_words_without_an_end_stay_on_the_page(page_for, goods, width):
    order = Order.objects.filter(connection=goods.connection, status="to_deliver").first()
    Order.objects.filter(pk=order.pk).update(number="N" * 120, buyer="Wolfeschlegelstein" * 11)
    order.tags.add(Tag.objects.create(name="T" * 40))
    Note.objects.create(order=order, text="see " + "x" * 400)
    page = page_for("fulfilment", width=width)
    for address in (f"/orders/{order.pk}/", f"/orders/{order.pk}/deliver/", f"/orders/packing-slips/?pk={order.pk}"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    page.goto("/orders/")
    assert page.evaluate("document.querySelector('th.pin-2').offsetWidth") < 360


def test_lines_of_a_new_order_come_and_go_and_enter_never_sends_it(page_for, connect):
    partner = connect("shoppo", "partner")
    pull(partner.connection, "products")
    page = page_for("fulfilment")
    page.goto("/orders/new/")
    page.fill("[name=partner_code]", "OUR-7")
    page.locator("#new-variant").press_sequentially("tea set")
    page.click("#variant-hits button >> nth=0")
    page.wait_for_selector("#quantity-1")
    page.fill("#quantity-1", "5")
    page.fill("#new-variant", "tea set")
    page.keyboard.press("Enter")
    page.click("#variant-hits button >> nth=1")
    page.wait_for_selector("#quantity-2")
    assert page.input_value("#quantity-1") == "5"
    assert_axe_clean(page)
    page.click("button[name=without] >> nth=0")
    page.wait_for_selector("#quantity-2", state="detached")
    assert page.locator("form#new-order").count() == 1
    assert page.input_value("[name=partner_code]") == "OUR-7"
    assert Command.objects.count() == 0


def test_keys_walk_from_order_to_order_and_back(page_for, goods):
    page = page_for("fulfilment")
    page.goto("/orders/?view=all")
    rows = page.eval_on_selector_all("tr[data-href]", "rows => rows.map(row => row.dataset.href)")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{rows[0]}")
    page.keyboard.press("j")
    page.wait_for_url(f"**{rows[1]}")
    page.keyboard.press("k")
    page.wait_for_url(f"**{rows[0]}")
    page.click("nav[aria-label=Breadcrumb] a")
    page.wait_for_url("**/orders/?view=all")


def test_a_delivery_by_keys_alone(page_for, goods):
    page = page_for("fulfilment")
    page.goto("/orders/?view=to-deliver", wait_until="networkidle")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/*/?list=*")
    order = Order.objects.get(pk=int(page.url.split("/orders/")[1].split("/")[0]))
    page.keyboard.press("d")
    page.wait_for_url("**/deliver/**")
    page.focus("[name=content]")
    page.keyboard.type("\n".join(f"code-{n}" for n in range(order.quantity)))
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#history .badge:has-text('Queued')")
    assert drive(Command.objects.get()).state == "done"
    page.wait_for_selector("h2:has-text('Parcels and deliveries')")  # the whole page follows, not the history alone
    assert [one["units"] for one in effects(goods.sandbox, "orders.deliver")] == [order.quantity]


def test_codes_for_many_orders_are_counted_as_they_are_typed_and_no_reason_is_cut(page_for, goods, connect):
    stores = connect("m2e", "stores")
    pull(stores.connection, "orders")
    able = Order.objects.filter(connection=goods.connection, status="to_deliver", quantity=2).first()
    readonly = Order.objects.filter(connection=stores.connection, status="to_deliver").first()
    page = page_for("fulfilment")
    page.goto(f"/orders/bulk/deliver/?pk={able.pk}&pk={readonly.pk}", wait_until="networkidle")
    is_cut = "all => all.map(one => one.scrollWidth > one.clientWidth)"
    assert page.locator(".scroll").evaluate_all(is_cut) == [False] * 2
    assert page.inner_text(".codes") == "Lines: 0 of 2"
    page.fill("[name=content]", "a\nb\nb")
    assert page.inner_text(".codes") == "Lines: 3 of 2 repeated: 1"
    page.click("button:has-text('Deliver 2 units')")
    page.wait_for_selector("text=2 lines are needed, 3 are given.")
    assert page.inner_text(".codes") == "Lines: 3 of 2 repeated: 1"
    assert Command.objects.count() == 0


def test_an_order_is_tagged_with_what_others_have_and_the_field_shows_where_it_is(page_for, goods):
    first, second = Order.objects.filter(connection=goods.connection).order_by("-placed_at")[:2]
    second.tags.create(name="gift")
    page = page_for("fulfilment")
    page.goto("/orders/?view=all", wait_until="networkidle")
    page.check(f"#order-{first.pk} .box")
    page.click("#orders-tag summary")
    page.focus("#bulk-tag")
    page.wait_for_selector("#bulk-tag-names option[value=gift]", state="attached")
    outline = "el => getComputedStyle(el).outlineColor"
    accent = page.locator("#orders-list-q").evaluate(f"el => {{ el.focus(); return ({outline})(el) }}")
    page.focus("#bulk-tag")
    assert page.locator("#bulk-tag").evaluate(outline) == accent
    page.fill("#bulk-tag", "gift")
    page.click("#orders-tag button:has-text('Add tag')")
    page.wait_for_selector(f"#order-{first.pk} .tag:has-text('gift')")
    assert [tag.name for tag in first.tags.all()] == ["gift"]


def test_a_status_is_set_for_those_that_do_not_have_it(page_for, connect):
    supply = connect("accplanet", "supply")
    pull(supply.connection, "orders")
    waits = Order.objects.filter(status="to_deliver").first()
    runs = Order.objects.filter(status="in_progress").first()
    page = page_for("fulfilment")
    page.goto(f"/orders/bulk/status/?pk={waits.pk}&pk={runs.pk}", wait_until="networkidle")
    page.focus("[name=status]")
    page.select_option("[name=status]", "running_order")
    page.wait_for_selector("#bulk:has-text('1 order takes part. 1 cannot.')")
    page.wait_for_selector("[name=status]:focus")
    page.click("button:has-text('Set status of 1 order')")
    page.wait_for_url("**/activity/batches/*/")
    assert "Already so." in page.inner_text("main")
    assert drive(Command.objects.get()).state == "done"
    assert [one["order_id"] for one in effects(supply.sandbox)] == [waits.remote_id]


def test_an_order_from_its_making_to_a_cancelled_line(page_for, connect):
    partner = connect("shoppo", "partner")
    pull(partner.connection, "products")
    page = page_for("fulfilment")
    page.goto("/orders/new/", wait_until="networkidle")
    page.fill("[name=partner_code]", "OUR-1")
    for n in (1, 2):
        page.fill("#new-variant", "tea set")
        page.keyboard.press("Enter")
        page.click(f"#variant-hits button >> nth={n}")
        page.wait_for_selector(f"#quantity-{n}")
    address = {"first_name": "Ada", "street1": "1 Folsom", "postcode": "94106", "city": "SF", "phone": "335"}
    for name, typed in address.items():
        page.fill(f"[name={name}]", typed)
    page.select_option("[name=country]", "US")
    page.click("button:has-text('Create order')")
    page.wait_for_url("**/orders/new/*/")
    assert drive(Command.objects.get()).state == "done"
    page.click("a:has-text('Mark as paid…')")
    page.wait_for_url("**/mark-paid/")
    page.click("main button[type=submit]")
    page.wait_for_url("**#history")
    assert drive(Command.objects.get(kind="orders.mark_paid")).state == "done"
    page.wait_for_selector(".head-line:has-text('To deliver')")
    page.click("main a:has-text('Cancel…') >> nth=0")
    page.wait_for_url("**/cancel/")
    page.click("main button[type=submit]")
    page.wait_for_url("**#history")
    assert drive(Command.objects.get(kind="orders.cancel_item")).state == "done"
    page.wait_for_selector("[aria-labelledby=lines]:has-text('Cancelled')")
    order = Order.objects.get()
    assert [(one.endpoint, one.effect["order_id"]) for one in partner.sandbox.ledger] == [
        ("createOrder", order.remote_id), ("setOrderAsPaid", order.remote_id), ("cancelOrderItem", order.remote_id),
    ]  # fmt: skip


def test_the_connection_chosen_above_is_kept_to_until_it_is_left(page_for, connect, goods):
    other = connect("accplanet", "supply").connection
    pull(other, "orders")
    page = page_for("fulfilment")
    page.goto("/orders/?view=all")
    page.click(".top-scope summary")
    page.click(f".top-scope a:has-text('{other.title}')")
    page.wait_for_url("**/orders/?view=all&connection=supply")
    page.click(".nav-link[data-go=t]")
    page.wait_for_url("**/tickets/?connection=supply")
    assert_axe_clean(page)
    page.goto(f"/orders/{Order.objects.filter(connection=other).first().pk}/")
    assert other.title in page.inner_text(".top-scope summary")
    page.click(".nav-link[data-go=o]")
    page.wait_for_url("**/orders/?connection=supply")
    page.click(".chips .chip-x")
    page.wait_for_url("**/orders/?")
    assert "All connections" in page.inner_text(".top-scope summary")
    page.click(".nav-link[data-go=t]")
    page.wait_for_url("**/tickets/")
