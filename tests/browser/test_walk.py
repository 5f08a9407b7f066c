"""Every page that can be opened by GET, with records of all platforms behind it, in the browser: axe and console."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from channels.registry import PLATFORMS
from dashboard.sync.models import Connection
from tests.addresses import addresses
from tests.connected import pull
from tests.pages import assert_axe_clean

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The record that an address with a key is about, where it is not the main record of its app.
MAIN = {
    "orders": "orders.Order", "catalog": "catalog.Product", "aftersales": "aftersales.Case",
    "messaging": "messaging.Thread", "tickets": "tickets.Ticket", "sourcing": "sourcing.PurchaseOrder",
    "finance": "orders.Order", "staff": "staff.User", "sync": "sync.Command",
}  # fmt: skip
OTHER = {
    "sourcing:shipment": "sourcing.Shipment", "sourcing:address": "sourcing.AddressEntry", "sync:run": "sync.Run",
    "sync:exchange": "sync.Exchange", "sourcing:cart_update": "sourcing.CartItem",
    "aftersales:for_order": "orders.Order", "messaging:for_order": "orders.Order", "tickets:for_order": "orders.Order",
    "sourcing:for_order": "orders.Order", "finance:for_order": "orders.Order",
    "sync:callback_page": "sync.Callback", "sync:quarantined": "sync.Quarantined",
}  # fmt: skip
PARTS = 4  # of the walk: processes share it
NOT_PAGES = {"sync:callback", "healthz", "readyz", "sync:metrics", "staff:sign_out", "core:style"}


@pytest.fixture
def filled(connect: Any) -> Connection:
    """One connection of each platform, read once."""
    for key in PLATFORMS:
        pull(connect(key).connection)
    return Connection.objects.order_by("pk").first()


def urls(connection: Connection) -> list[str]:
    """Every address with arguments that name something."""
    found = []
    for address in addresses():
        if address.name in NOT_PAGES:
            continue
        label = OTHER.get(address.name) or MAIN.get(address.name.partition(":")[0])
        row = apps.get_model(label)._default_manager.order_by("pk").first() if label else None
        known = {"pk": row.pk} if row and any(name == "pk" for name, _value in address.arguments) else {}
        if any(name == "slug" for name, _value in address.arguments):
            known["slug"] = connection.slug
        found.append(address.url(**known))
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_clean_for_axe_in_both_schemes_and_silent(page_for, client_for, filled, part):
    client, page = client_for("superuser"), page_for("superuser", theme="light")
    opened, wrong = 0, []
    for url in urls(filled)[part::PARTS]:
        answer = client.get(url)
        if answer.status_code != 200 or not answer.content[:300].lstrip().lower().startswith(b"<!doctype"):
            continue
        page.goto(url)
        page.wait_for_load_state("networkidle")
        wrong += [f"{url}\n{each}" for each in page.problems]
        page.problems.clear()
        wrong += [f"{url}\n{each}" for each in faults_in_both_schemes(page)]
        wrong += [f"{url}\nruns over the edge"] * page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
        opened += 1
    assert wrong == []
    assert opened > 40 // PARTS


def faults_in_both_schemes(page: Any) -> list[str]:
    """What axe finds as the page stands, and after the switch to dark, which changes colours alone."""
    found = []
    for theme, rules in (("light", ()), ("dark", ("color-contrast",))):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        try:
            assert_axe_clean(page, *rules)
        except AssertionError as error:
            found.append(f"{theme}: {error}")
    return found
