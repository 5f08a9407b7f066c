"""Bulk changes: the rule, the exact dry run, the batch, what is skipped and why."""

from __future__ import annotations

import html
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from dashboard.catalog import bulk
from dashboard.catalog.bulk import Rule, rounded
from dashboard.catalog.models import Product, Variant
from dashboard.staff.models import AuditEvent
from dashboard.sync import engine
from dashboard.sync.kinds import kind_of
from dashboard.sync.models import Batch, Command, Connection
from dashboard.sync.reach import reason
from tests.connected import drive, effects, queue
from tests.pages import assert_strict_html


def dry_run(client, query):
    response = client.get(f"/catalog/bulk/?{query}&run=1")
    assert response.status_code == 200, response.context["form"].errors
    assert_strict_html(response)
    return response


def send(client, response, **more):
    changes = response.context["changes"]
    data = {"plan": response.context["sealed"], "form_key": response.context["form_key"], "typed": str(changes)}
    return client.post("/catalog/bulk/send/", data | more)


@pytest.mark.parametrize(
    ("price", "step", "expected"),
    [
        ("10.004", "0.01", "10.00"), ("10.005", "0.01", "10.01"),
        ("10.03", "0.05", "10.05"), ("10.024", "0.05", "10.00"),
        ("10.04", "0.10", "10.00"), ("10.05", "0.10", "10.10"), ("10.49", "1.00", "10"), ("10.50", "1.00", "11"),
        ("10.49", ".99", "10.99"), ("10.20", ".99", "9.99"), ("0.10", ".99", "0.99"),
    ],
)  # fmt: skip
def test_rounding(price, step, expected):
    assert rounded(Decimal(price), step) == Decimal(expected)


@pytest.mark.parametrize(
    ("rule", "now", "new"),
    [
        (Rule("price", "percent", Decimal(-5)), Decimal("189"), Decimal("179.55")),
        (Rule("price", "percent", Decimal(-5), "0.10"), Decimal("189"), Decimal("179.6")),
        (Rule("price", "amount", Decimal("0.5")), Decimal("1"), Decimal("1.5")),
        (Rule("price", "set", Decimal("3")), None, Decimal("3")),
        (Rule("price", "percent", Decimal("3")), None, None),
        (Rule("stock", "amount", Decimal(-7)), 5, 0),
        (Rule("stock", "percent", Decimal(50)), 5, 8),
        (Rule("stock", "set", Decimal(12)), 5, 12),
    ],
)
def test_rules(rule, now, new):
    assert rule.new(now) == new


def test_the_dry_run_says_exactly_what_would_happen(client_for, digital, looked_at):
    variants = list(Variant.objects.filter(product__connection=digital.connection).order_by("pk")[:6])
    Variant.objects.filter(pk=variants[0].pk).update(price=Decimal("10"))
    Variant.objects.filter(pk=variants[1].pk).update(price=Decimal("12"))
    Variant.objects.filter(pk=variants[2].pk).update(price=None)
    for one in variants[3:]:
        Variant.objects.filter(pk=one.pk).update(price=Decimal("11"))
    other = Product.objects.filter(connection=looked_at.connection).first()
    pks = "&".join(f"pk={one.product_id}" for one in variants) + f"&pk={other.pk}"
    response = dry_run(client_for("fulfilment"), f"{pks}&what=price&how=set&value=12")
    context = response.context
    n = other.variants.count()
    assert (context["changes"], context["same"], context["refused"], context["beyond"]) == (5, 1, n, 0)
    groups = {group["slug"]: group for group in context["groups"]}
    assert groups["digital"]["calls"] == 5
    assert groups["looked-at"]["why"].startswith("Shoppo")
    lines = {(row["now"], row["new"], row["percent"], row["remark"]) for row in groups["digital"]["rows"]}
    assert lines == {
        ("10.00", "12.00", "+20.0 %", ""),
        ("12.00", "12.00", "", "already so"),
        ("–", "12.00", "", ""),
        ("11.00", "12.00", "+9.1 %", ""),
    }
    assert context["sums"] == [{"before": "USD\u00a043.00", "after": "USD\u00a060.00"}]
    assert not Command.objects.exists()
    assert not Batch.objects.exists()
    assert effects(digital.sandbox) == []


def test_calls_go_by_batch_and_currency(client_for, listed):
    variants = Variant.objects.filter(product__connection=listed.connection).exclude(price=None)
    currencies = set(variants.values_list("currency", flat=True))
    response = dry_run(client_for("fulfilment"), "all=?&what=price&how=amount&value=1")
    (group,) = response.context["groups"]
    sizes = [variants.filter(currency=each).count() for each in currencies]
    assert group["calls"] == sum(-(-size // 100) for size in sizes)


def test_sending_makes_one_batch_that_the_platform_confirms(client_for, user_for, retail):
    client = client_for("fulfilment")
    product = Product.objects.filter(connection=retail.connection).first()
    variants = list(product.variants.exclude(sku=""))
    response = dry_run(client, f"pk={product.pk}&what=stock&how=set&value=41")
    assert response.context["calls"] == 1
    assert send(client, response).status_code == 302
    batch = Batch.objects.get()
    assert (batch.kind, batch.title, batch.actor) == ("catalog.set_stock", "Stock = 41", user_for("fulfilment"))
    commands = list(batch.commands.order_by("pk"))
    assert {one.target for one in commands} == {one.remote_id for one in variants}
    assert AuditEvent.objects.filter(verb="batch.submitted").count() == 1
    engine.perform(commands[0].pk)
    assert {drive(one).state for one in batch.commands.all()} == {"done"}
    assert len(effects(retail.sandbox, "catalogProductsVariantsUpdate")) == len(variants)


def test_a_double_click_is_one_batch(client_for, retail):
    client = client_for("fulfilment")
    product = Product.objects.filter(connection=retail.connection).first()
    response = dry_run(client, f"pk={product.pk}&what=stock&how=set&value=41")
    send(client, response)
    send(client, response)
    assert Batch.objects.count() == 1
    assert Command.objects.count() == product.variants.count()


@pytest.fixture
def three(digital):
    """Two variants at 10.00 and one at 5.00: at 11.00 the last one goes beyond ±20 %."""
    rows = list(Variant.objects.filter(price__gt=5).order_by("pk")[:3])
    for one, price in zip(rows, ("10", "10", "5"), strict=True):
        Variant.objects.filter(pk=one.pk).update(price=Decimal(price))
    return rows


def picked(rows):
    return "&".join(f"pk={one.product_id}" for one in rows)


def test_what_changed_since_and_what_is_left_out_is_skipped_with_its_reason(client_for, three):
    client = client_for("fulfilment")
    response = dry_run(client, f"{picked(three)}&what=price&how=set&value=11")
    assert (response.context["beyond"], response.context["within"]) == (1, 2)
    assert "Or 2, to leave out those beyond ±20 %." in response.content.decode()
    Variant.objects.filter(pk=three[0].pk).update(price=Decimal("9"))
    send(client, response, typed="2")
    batch = Batch.objects.get()
    assert sorted(one["reason"] for one in batch.skipped) == [
        "Beyond ±20 %, not confirmed.",
        "Now 9.00, changed since the dry run.",
    ]
    assert [one.target for one in batch.commands.all()] == [three[1].remote_id]


@pytest.mark.parametrize(
    ("chosen", "typed", "says"),
    [
        (slice(3), "3", "1 change is beyond ±20 % and not confirmed. Nothing was sent."),
        (slice(2, 3), "1", "1 change is beyond ±20 % and not confirmed. Nothing was sent."),
        (slice(2, 3), "0", "1 change is beyond ±20 % and not confirmed. Nothing was sent."),
        (slice(3), "7", "Type 2 to confirm. Nothing was sent."),
    ],
)
def test_what_is_beyond_is_sent_only_where_it_is_confirmed(client_for, three, chosen, typed, says):
    client = client_for("fulfilment")
    response = dry_run(client, f"{picked(three[chosen])}&what=price&how=set&value=11")
    refused = send(client, response, typed=typed)
    assert (refused.status_code, refused.context["error"]) == (422, says)
    assert f'name="typed" value="{typed}"' in refused.content.decode()
    assert_strict_html(refused)
    assert not Batch.objects.exists()
    assert not Command.objects.exists()
    assert send(client, response, beyond="on").status_code == 302
    assert Command.objects.count() == len(three[chosen])


def test_a_dry_run_has_no_column_that_says_nothing(client_for, digital):
    client = client_for("fulfilment")
    products = Product.objects.on_sale().order_by("pk")[:3]
    query = "&".join(f"pk={one.pk}" for one in products)
    listing = dry_run(client, f"{query}&what=listing&listed=off").content.decode()
    assert "3 changes on 1 connection." in listing
    assert ">Change</th>" not in listing
    assert ">Remark</th>" not in listing
    assert ">Change</th>" in dry_run(client, f"{query}&what=price&how=percent&value=5").content.decode()


def test_the_number_must_be_typed(client_for, digital):
    client = client_for("fulfilment")
    response = dry_run(client, "all=?&what=price&how=amount&value=0.10")
    refused = send(client, response, typed="1")
    assert refused.status_code == 422
    assert_strict_html(refused)
    assert refused.context["changes"] == response.context["changes"]
    assert not Command.objects.exists()


def test_a_plan_cannot_be_altered_or_grow_old(client_for, digital):
    client = client_for("fulfilment")
    response = dry_run(client, "all=?&what=price&how=amount&value=0.10")
    (sealed,) = response.context["sealed"]
    for plan in ("", "x", sealed[:-3] + "abc"):
        assert client.post("/catalog/bulk/send/", {"plan": plan, "typed": "1"}).status_code == 302
    assert bulk.unsealed(sealed, max_age=-1) is None
    assert not Command.objects.exists()


def test_a_plan_reaches_only_what_its_sender_may_see(client_for, user_for, digital):
    response = dry_run(client_for("admin"), "all=?&what=price&how=amount&value=0.10")
    user = user_for("fulfilment")
    user.sees_all_connections = False
    user.save()
    send(client_for("fulfilment"), response)
    assert not Command.objects.exists()


def test_what_is_under_way_is_skipped_and_older_values_give_way(client_for, digital):
    client = client_for("fulfilment")
    first, second = Variant.objects.filter(quantity__gt=0).order_by("pk")[:2]
    same = queue(digital.connection, "catalog.set_stock", first.remote_id, quantity=77)
    other = queue(digital.connection, "catalog.set_stock", second.remote_id, quantity=5)
    query = f"pk={first.product_id}&pk={second.product_id}&what=stock&how=set&value=77"
    send(client, dry_run(client, query), beyond="on")
    batch = Batch.objects.get()
    assert [one["reason"] for one in batch.skipped] == ["Already under way."]
    assert [one.target for one in batch.commands.all()] == [second.remote_id]
    same.refresh_from_db()
    other.refresh_from_db()
    assert (same.state, other.state) == ("queued", "superseded")


def test_listings(client_for, digital):
    client = client_for("fulfilment")
    on_sale = Product.objects.on_sale()[:3]
    query = "&".join(f"pk={one.pk}" for one in on_sale)
    response = dry_run(client, f"{query}&what=listing&listed=off")
    assert response.context["changes"] == 3
    send(client, response)
    assert {drive(one).state for one in Command.objects.all()} == {"done"}
    assert Product.objects.filter(pk__in=[one.pk for one in on_sale], status="off_sale").count() == 3


def test_the_rule_is_asked_and_checked(client_for, digital):
    client = client_for("fulfilment")
    pk = Product.objects.first().pk
    for query in ("", f"pk={pk}", f"pk={pk}&what=price", f"pk={pk}&what=listing", "pk=abc&what=stock", "all=?&q=zzzzz"):
        assert_strict_html(client.get(f"/catalog/bulk/?{query}"))
    for rule in ("what=price&how=set&value=", "what=price&how=set&value=-1", "what=stock&how=set&value=1.5",
                 "what=price&how=set&value=abc", "what=gold&how=set&value=1"):  # fmt: skip
        response = client.get(f"/catalog/bulk/?pk={pk}&{rule}&run=1")
        assert response.status_code == 422, rule
        assert_strict_html(response)


def test_the_rule_stands_beside_what_is_chosen_and_says_what_cannot_take_part(client_for, digital, looked_at):
    able = Product.objects.filter(connection=digital.connection).exclude(variants=None).first()
    unable = Product.objects.filter(connection=looked_at.connection).exclude(variants=None).first()
    response = client_for("fulfilment").get(f"/catalog/bulk/?pk={able.pk}&pk={unable.pk}&what=price")
    assert_strict_html(response)
    mine, other = able.variants.present().count(), unable.variants.present().count()
    assert response.context["chosen"] == f"{mine + other} variants chosen. {other} cannot take part."
    here, there = sorted(response.context["groups"], key=lambda group: bool(group["why"]))
    assert (here["total"], len(here["rows"]), here["why"]) == (mine, min(mine, 10), "")
    variant = able.variants.present().order_by("pk").first()
    assert here["rows"][0]["now"] == bulk.text(variant.price)
    assert (there["total"], there["rows"]) == (other, [])
    assert escape(there["why"]) in response.content.decode()
    assert not Command.objects.exists()


def test_where_nothing_can_take_part_no_dry_run_is_offered_but_the_reason(client_for, digital, looked_at):
    client, unable = client_for("fulfilment"), Product.objects.filter(connection=looked_at.connection)
    able = Product.objects.filter(connection=digital.connection).exclude(variants=None).first()

    def offered(query):
        response = client.get(f"/catalog/bulk/?{query}")
        assert_strict_html(response)
        foot = response.content.decode().partition('id="run-note">')[2]
        return html.unescape(foot.partition("<")[0]), "disabled" in foot.partition("</button>")[0]

    free = ("The next page shows what would be sent where.", False)
    pk = unable.exclude(variants=None).first().pk
    why = reason(looked_at.connection, kind_of("catalog.set_price").capability)
    assert why
    assert offered(f"pk={pk}&what=price") == (why, True)
    assert offered(f"pk={pk}&what=price&run=1&how=set&value=") == (why, True)
    assert offered(f"pk={pk}&pk={able.pk}&what=price") == free
    assert offered(f"pk={pk}") == free  # what is to change is still to be chosen
    Connection.objects.filter(pk=digital.connection.pk).update(state=Connection.DISABLED)
    both = f"pk={pk}&pk={able.pk}&what=price"
    assert offered(both) == ("None of these can take part: each connection says why.", True)


def test_too_many_are_not_taken(client_for, digital, monkeypatch):
    monkeypatch.setattr("dashboard.catalog.bulk.MOST", 3)
    monkeypatch.setattr("dashboard.catalog.views.bulk.MOST", 3)
    response = client_for("fulfilment").get("/catalog/bulk/?all=?&what=stock&how=set&value=1&run=1")
    assert "More than 3 match" in response.content.decode()


def test_all_that_match_are_those_of_the_list(client_for, digital):
    client, on_sale = client_for("fulfilment"), Product.objects.on_sale()
    offered = client.get("/catalog/matching/?view=on-sale").content.decode()
    assert f"Select all {on_sale.count()} that match" in offered
    found = dry_run(client, "all=%3Fview%3Don-sale&what=listing&listed=off")
    assert (found.context["chosen"], found.context["changes"]) == (on_sale.count(), on_sale.count())
    assert (
        '<input type="hidden" name="all" value="?view=on-sale">'
        in client.get("/catalog/bulk/?all=%3Fview%3Don-sale&what=listing").content.decode()
    )
    wrong = client.get("/catalog/bulk/?all=%3Fstatus%3Dnonsense&what=listing&listed=off&run=1")
    assert "Nothing that can change is among them." in wrong.content.decode()


def test_the_cost_does_not_grow_with_the_choice(client_for, digital):
    client = client_for("fulfilment")
    pks = list(Product.objects.values_list("pk", flat=True))
    client.get("/catalog/bulk/")
    counts = []
    for n in (5, 40):
        query = "&".join(f"pk={pk}" for pk in pks[:n])
        with CaptureQueriesContext(database) as asking:
            response = client.get(f"/catalog/bulk/?{query}&what=stock&how=amount&value=3&run=1")
        with CaptureQueriesContext(database) as sending:
            send(client, response, beyond="on")
        assert Batch.objects.order_by("-pk").first().commands.count() > 0
        counts.append((len(asking), len(sending)))
    assert counts[0] == counts[1]
