"""Connections and activity in a real browser: axe on every page, and a lost answer proven by a click."""

import pytest

from dashboard.catalog.models import Variant
from dashboard.sync import conformance, engine
from dashboard.sync.models import Command
from dashboard.sync.models.commands import DONE, UNKNOWN
from tests.connected import effects, fault, pull, queue
from tests.pages import assert_axe_clean
from tests.sync.test_pages import details, fill

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def at_once(monkeypatch):
    """What a worker would do is done at once."""
    for place in ("views.commands", "views.managing", "reading"):
        monkeypatch.setattr(f"dashboard.sync.{place}.tell", lambda task, *args: task(*args))


@pytest.fixture
def shop(connect):
    return connect("m2e", "shop")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_are_clean_for_axe(page_for, shop, width):
    pull(shop.connection, "products")
    fill(shop.connection, 3)
    conformance.probe(shop.connection)
    page = page_for("superuser", width=width, theme="dark" if width == 390 else "light")
    parts = ("", "conformance/", "feeds/", "routes/", "callbacks/", "exchanges/", "settings/")
    lists = ("", "batches/", "runs/", "callbacks/", "quarantine/")
    route = shop.connection.declared.routes[0].name
    pages = ["/connections/", "/connections/add/", f"/connections/shop/routes/?change={route}"]
    pages += [f"/connections/shop/{part}" for part in parts] + [f"/activity/{part}" for part in lists] + list(details())
    for url in pages:
        page.goto(url)
        assert_axe_clean(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), url


def test_a_lost_answer_is_proven_by_a_click_and_written_once(page_for, shop, at_once, settings):
    pull(shop.connection, "products")
    variant = Variant.objects.exclude(sku="").exclude(quantity=77).earliest("pk")
    fault(shop.sandbox, "catalogProductsVariantsUpdate", "drop_after_apply")
    command = queue(shop.connection, "catalog.set_stock", variant.remote_id, quantity=77)
    engine.perform(command.pk)
    assert Command.objects.get().state == UNKNOWN
    page = page_for("fulfilment")
    page.goto("/activity/?view=unknown")
    page.click(f"#command-{command.pk} a")
    page.wait_for_url(f"**/activity/commands/{command.pk}/")
    page.click("text=Prove it")
    page.wait_for_selector("h1 ~ .badge:has-text('Confirmed')")
    assert page.locator(".witness dd").first.inner_text().startswith("Read product")
    assert Command.objects.get().state == DONE
    assert effects(shop.sandbox) == [{"sku": variant.sku, "quantity": 77}]


def test_a_connection_is_added_checked_and_removed(page_for, shop, at_once, settings):
    settings.CHANNEL_ALLOWED_HOSTS = ["second.sandbox.test"]
    page = page_for("superuser")
    page.goto("/connections/add/")
    page.click(f"main >> text={shop.connection.declared.label}")
    page.fill("[name=title]", "Second shop")
    page.fill("[name=slug]", "second")
    page.fill("[name=access_token]", shop.sandbox.credentials["access_token"])
    page.fill("[name=base_url]", "http://not-allowed.test")
    page.click("text=Connect and check")
    page.wait_for_selector("[role=alert]")
    assert_axe_clean(page)
    page.fill("[name=access_token]", shop.sandbox.credentials["access_token"])
    page.fill("[name=base_url]", shop.connection.base_url.replace("shop.", "second."))
    from dashboard.sync.opening import TRANSPORTS

    TRANSPORTS["http://second.sandbox.test"] = TRANSPORTS[shop.connection.base_url]
    page.click("text=Connect and check")
    page.wait_for_url("**/connections/second/conformance/")
    page.wait_for_selector("text=First page of products")
    page.wait_for_selector("h1 ~ .badge:has-text('Connected')")
    page.click("main >> text=Settings")
    page.click("text=Remove…")
    page.fill("#remove-connection-typed", "second")
    page.click("#remove-connection button[type=submit]")
    page.wait_for_url("**/connections/")
    assert page.locator("#connection-second").count() == 0
    del TRANSPORTS["http://second.sandbox.test"]
