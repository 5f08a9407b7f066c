"""What happened to a product: commands, changes, and which command brought a change about."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.catalog.models import Product
from dashboard.core import formatting
from dashboard.sync.models import Change, Command
from tests.catalog.test_product_commands import draft
from tests.connected import drive, pull, queue
from tests.pages import assert_strict_html, flat

HTMX = {"HX-Request": "true"}
ENTRY = re.compile(r"<strong>(.*?)</strong>(.*?)</div></li>", re.DOTALL)


def page(product, path=""):
    return f"/catalog/{product.pk}/{path}"


def told(client, product):
    """Of each entry of the history, newest first: its title, its text, and the links below it."""
    body = flat(client.get(page(product, "history/"), headers=HTMX))
    return [
        (title, "".join(re.findall(r'<p class="soft">(.*?)</p>', rest)), re.findall(r'href="(.*?)">(.*?)</a>', rest))
        for title, rest in ENTRY.findall(body)
    ]


def link(command, words):
    return f"/activity/commands/{command.pk}/", words


@pytest.mark.usefixtures("stopped_clock")
def test_history_tells_commands_and_changes_and_is_not_sent_twice(client_for, user_for, digital, free):
    client = client_for("admin")
    command = queue(digital.connection, "catalog.set_price", free.remote_id, user_for("admin"), price="66.60")
    assert "every 2s" in client.get(page(free)).content.decode()
    drive(command)
    pull(digital.connection, "products")
    response = client.get(page(free, "history/"), headers=HTMX)
    assert_strict_html(response, fragment=True)
    html = response.content.decode()
    assert "every 2s" not in html
    assert "Price → 66.60" in html
    again = client.get(page(free, "history/"), headers=HTMX | {"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_one_reading_is_one_line_of_history_and_says_nothing_twice(client_for, digital, free):
    digital.sandbox.products[free.remote_id] |= {"stock": 77, "title": "Anew"}
    before = free.quantity
    pull(digital.connection, "products", full=True)
    free.refresh_from_db()
    assert (free.quantity, free.title) == (77, "Anew")
    body = client_for("viewer").get(page(free, "history/"), headers=HTMX).content.decode()
    assert body.count("Changed on the platform") == 1
    assert body.count(f"Stock: {before} → 77") == 1
    assert body.count("→ Anew") == 1


def test_a_change_names_the_command_that_brought_it_about(client_for, digital, free):
    client, variant = client_for("viewer"), free.variants.get()
    before = formatting.number(variant.price)
    command = drive(queue(digital.connection, "catalog.set_price", free.remote_id, price="66.60"))
    changed, given = told(client, free)
    assert changed == (
        "Changed on the platform",
        f"Price: {before} → 66.60",
        [link(command, "Set price: Price → 66.60")],
    )
    assert given[2] == [link(command, "Open command")]


@pytest.mark.parametrize(
    ("fate", "new"),
    [
        ({}, "66.61"),  # another value than was asked for
        ({"state": "rejected"}, "66.60"),
        ({"sent_at": timedelta(seconds=5)}, "66.60"),  # it was so before
        ({"sent_at": -timedelta(hours=1), "finished_at": -timedelta(minutes=11)}, "66.60"),  # long after
        ({"target": "another"}, "66.60"),
        ({"kind": "catalog.set_stock"}, "66.60"),
    ],
    ids=["value", "refused", "before", "after", "elsewhere", "field"],
)
def test_what_did_not_come_from_a_command_names_none(client_for, digital, free, fate, new):
    drive(queue(digital.connection, "catalog.set_price", free.remote_id, price="66.60"))
    Change.objects.update(fields={free.remote_id: {"price": ["1.00", new]}})
    at = Change.objects.get().at
    Command.objects.update(**{k: at + v if isinstance(v, timedelta) else v for k, v in fate.items()})
    assert told(client_for("viewer"), free)[0][1:] == (f"Price: 1.00 → {new}", [])


def test_one_reading_may_come_from_several_commands(client_for, digital, free):
    price = drive(queue(digital.connection, "catalog.set_price", free.remote_id, price="66.60"))
    stock = drive(queue(digital.connection, "catalog.set_stock", free.remote_id, quantity=7))
    named = drive(queue(digital.connection, "catalog.update_product", free.remote_id, title="Anew"))
    now = timezone.now()
    Change.objects.all().delete()
    for domain, fields in (
        ("products", {"title": ["Old", "Anew"], "category": ["a", "b"]}),
        ("variants", {free.remote_id: {"price": ["1", "66.6"], "quantity": [3, 7]}}),
    ):
        Change.objects.create(
            connection=digital.connection, domain=domain, remote_id=free.remote_id, at=now, fields=fields
        )
    (links,) = [links for title, _text, links in told(client_for("viewer"), free) if title == "Changed on the platform"]
    assert sorted(links) == sorted(
        [
            link(price, "Set price: Price → 66.60"),
            link(stock, "Set stock: Stock → 7"),
            link(named, "Change product: title"),
        ]
    )


def test_a_listing_names_its_command(client_for, listed):
    product = Product.objects.filter(status="on_sale").first()
    command = drive(queue(listed.connection, "catalog.set_listing", product.remote_id, listed=False))
    changed = told(client_for("viewer"), product)[0]
    assert changed[0] == "Changed on the platform"
    assert changed[2] == [link(command, "Set listing: Take off sale")]


def test_a_product_that_was_made_here_begins_with_its_command(client_for, digital, free):
    given = draft(digital.sandbox)
    command = drive(queue(digital.connection, "catalog.create_product", "-", **given))
    made = Product.objects.get(remote_id=command.receipt["remote_id"])
    first = told(client_for("viewer"), made)[-1]
    assert (first[0], first[2]) == (f"Create product: {given['title']}", [link(command, "Open command")])
    assert told(client_for("viewer"), free) == []
