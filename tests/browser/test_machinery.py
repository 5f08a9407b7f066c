"""Connections and activity in a real browser: axe on every page, and a lost answer proven by a click."""

import pytest

from dashboard.catalog.models import Variant
from dashboard.sync import conformance, engine
from dashboard.sync.connections import secret_mark
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import DONE, UNKNOWN
from tests.connected import drive, effects, fault, pull, queue
from tests.pages import assert_axe_clean, assert_pages_hold
from tests.sync.test_callbacks import post, signed
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


def test_the_pages_hold_in_the_dark_on_a_phone(page_for, shop):
    pull(shop.connection, "products")
    fill(shop.connection, 3)
    conformance.probe(shop.connection)
    parts = ("", "conformance/", "feeds/", "routes/", "callbacks/", "exchanges/", "settings/")
    lists = ("", "approvals/", "batches/", "runs/", "callbacks/", "quarantine/", "exchanges/")
    route = shop.connection.declared.routes[0].name
    pages = ["/connections/", "/connections/add/", f"/connections/shop/routes/?change={route}"]
    pages += [f"/connections/shop/{part}" for part in parts] + [f"/activity/{part}" for part in lists] + list(details())
    assert_pages_hold(page_for("superuser", width=390, theme="dark"), *pages)


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


def test_refused_credentials_are_replaced_and_what_waited_is_written_once(page_for, shop, at_once, settings):
    settings.CHANNEL_ALLOWED_HOSTS = ["shop.sandbox.test"]
    pull(shop.connection, "products")
    variant = Variant.objects.exclude(sku="").exclude(quantity=78).earliest("pk")
    Connection.objects.update(credentials={"access_token": "wrong-token-0123456789"}, version=2)
    shop.connection.refresh_from_db()
    command = queue(shop.connection, "catalog.set_stock", variant.remote_id, quantity=78)
    engine.perform(command.pk)
    assert effects(shop.sandbox) == []
    page = page_for("superuser")
    page.goto("/connections/")
    page.wait_for_selector("#connection-shop .state:has-text('Sign-in refused')")
    page.click("#connection-shop a")
    page.wait_for_url("**/connections/shop/")
    page.click("a:has-text('Replace…')")
    page.wait_for_url("**/connections/shop/settings/")
    page.fill("[name=access_token]", shop.sandbox.credentials["access_token"])
    page.click("text=Save and check")
    page.wait_for_url("**/connections/shop/conformance/")
    page.wait_for_selector("h1 ~ .badge:has-text('Connected')")
    page.wait_for_selector("details.fold summary")
    assert not page.locator("details.fold li").first.is_visible()
    page.click("details.fold summary")
    assert page.locator("details.fold li").first.is_visible()
    assert drive(command).state == DONE
    assert effects(shop.sandbox) == [{"sku": variant.sku, "quantity": 78}]


def test_a_secret_is_changed_over_in_the_browser(page_for, connect):
    pushing = connect("imetastore", "pushing")
    old = secret_mark(pushing.sandbox.callback_secret)
    page = page_for("admin")
    page.goto("/connections/pushing/callbacks/")
    page.fill("[name=secret]", "the-new-secret-0123456789")
    page.click("form:has([name=secret]) button[type=submit]")
    page.wait_for_selector("li:has-text('Take out of use') >> nth=1")
    assert page.locator("li:has-text('no push carried it yet')").count() == 2
    assert post(pushing.connection, b"{}", signed(pushing, "1", secret="the-new-secret-0123456789")).status_code == 200
    page.reload()
    assert page.locator("li:has-text('last push')").count() == 1
    page.click(f"li:has-text('{old}') button")
    page.wait_for_selector("button:has-text('Take out of use…')")
    assert page.locator(f"li:has-text('{old}')").count() == 0
    assert post(pushing.connection, b"{}", signed(pushing, "2")).status_code == 401


def test_a_row_of_the_activity_changes_where_it_stands(page_for, shop):
    pull(shop.connection, "products")
    variant = Variant.objects.exclude(sku="").exclude(quantity=78).earliest("pk")
    command = queue(shop.connection, "catalog.set_stock", variant.remote_id, quantity=78)
    page = page_for("fulfilment")
    page.goto("/activity/")
    page.wait_for_selector(f"#command-{command.pk} .state:has-text('Queued')")
    page.evaluate("document.querySelector('h1').dataset.kept = '1'")
    engine.perform(command.pk)
    page.wait_for_selector(f"#command-{command.pk} .state.is-good:has-text('Confirmed')")
    assert page.locator("h1[data-kept]").count() == 1
    assert page.locator(".list tbody").count() == 1
    page.wait_for_selector("#commands-list-fresh[data-hx-trigger^='every 20s']")


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
