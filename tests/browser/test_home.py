"""The day's work in a real browser: from a tile to its list, what moves and what never does, finding and acting."""

from __future__ import annotations

import pytest
from django.utils import timezone

from dashboard.orders.models import Order
from tests.connected import pull
from tests.pages import assert_axe_clean, assert_pages_hold, go_by_keys

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def goods(connect):
    found = connect("imetastore", "goods")
    pull(found.connection)
    return found


@pytest.mark.parametrize(("width", "language"), [(1440, "en"), (390, "zh-hans")])
def test_the_pages_hold_in_the_dark(page_for, goods, width, language):
    page = page_for("admin", width=width, theme="dark", language=language)
    assert_pages_hold(page, "/", "/?whose=me", "/search/?q=SO", "/search/")


def test_a_tile_leads_to_the_list_of_its_number(page_for, goods):
    page = page_for("admin")
    page.goto("/")
    number = page.locator("#tile-orders .tile-value").inner_text()
    assert page.locator("#count-orders").inner_text() == number
    page.click("#tile-orders")
    page.wait_for_url("**/orders/?view=to-deliver")
    assert page.locator(".tabs [aria-current] .count").inner_text() == number


def test_numbers_move_by_themselves_and_deadlines_never(page_for, goods):
    Order.objects.update(status="completed")
    page = page_for("admin")
    page.goto("/")
    rows = page.locator("#due tbody tr").count()
    order = Order.objects.order_by("pk").first()
    Order.objects.filter(pk=order.pk).update(status="to_deliver", ship_by=timezone.now())
    page.evaluate("htmx.trigger('#queues', 'visibilitychange'); document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_selector("#tile-orders .tile-value:text-is('1')")
    foot = "document.querySelector('#due-foot').dataset.hxGet"
    page.evaluate(f"htmx.ajax('GET', {foot}, {{target: '#due-foot', swap: 'outerHTML'}})")
    page.wait_for_selector("#due-foot .is-wait")
    assert page.locator("#due tbody tr").count() == rows
    page.click("#due-foot a")
    page.wait_for_selector(f"#order-{order.pk}")


def test_a_pasted_number_and_enter_open_the_record_at_once(page_for, goods):
    order = Order.objects.order_by("pk").first()
    page = page_for("viewer")
    page.goto("/")
    page.route("**/search/palette?q=SO*", lambda route: None)  # the answer never comes
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette-list .is-active")
    page.fill("#palette-input", order.number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{order.pk}/")


def test_the_palette_acts(page_for, goods):
    page = page_for("admin")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("refresh")
    page.wait_for_selector("#palette-input[data-answered=refresh]")
    page.wait_for_selector("#palette-list button.is-active")
    assert_axe_clean(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/connections/goods/**")


def test_signing_out_from_the_palette(page_for, goods):
    page = page_for("viewer")
    page.goto("/")
    page.evaluate("sessionStorage.setItem('draft:x:y', 'z')")
    page.keyboard.press("Control+k")
    page.keyboard.type("sign out")
    page.wait_for_selector("#palette-input[data-answered='sign out']")
    page.wait_for_selector("#palette-list button.is-active")
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/sign-in/**")
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('draft:'))") == []


def test_every_entry_of_the_navigation_has_its_key(page_for, goods):
    page = page_for("admin")
    page.goto("/")
    links = page.eval_on_selector_all(".nav-link", "all => all.map(a => [a.dataset.go, a.getAttribute('href')])")
    assert [key for key, _url in links] == list("hoamtcsfynp")
    for key, url in links:
        page.goto("/staff/profile/")
        go_by_keys(page, "g", key)
        page.wait_for_url(f"**{url}")
        assert page.locator(".nav-link[aria-current=page]").get_attribute("data-go") == key
