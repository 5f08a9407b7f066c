"""The cart and ordering from it: what is shown before money is spent, and what is refused before it is queued."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from dashboard.sourcing import models as m
from dashboard.sync.models import Command
from tests.connected import drive, effects, fault
from tests.pages import assert_strict_html


def url(name, *args):
    return reverse(f"sourcing:{name}", args=args)


def text(response):
    return response.content.decode()


@pytest.fixture
def client(client_for, mirrored):
    return client_for("fulfilment")


def test_from_the_product_to_the_cart(client, mirrored, sandbox, goods):
    given = {"sku": [goods["sku"]], "quantity": ["3"], "form_key": "k"}
    response = client.post(url("cart_add", mirrored.slug, "12345"), given, headers={"HX-Request": "true"})
    assert response.status_code == 202
    assert_strict_html(response, fragment=True)
    drive(Command.objects.get())
    assert len(effects(sandbox, "cart.add")) == 1
    again = client.post(url("cart_add", mirrored.slug, "12345"), given, headers={"HX-Request": "true"})
    assert (again.status_code, Command.objects.count()) == (202, 1)


def test_nothing_chosen_is_refused(client, mirrored, sandbox):
    response = client.post(url("cart_add", mirrored.slug, "12345"), {"sku": ["a"], "quantity": ["0"]})
    assert response.status_code == 422
    assert not Command.objects.exists()


def test_the_cart_is_changed_by_its_own_verbs(client, sandbox):
    line = m.CartItem.objects.order_by("pk").first()
    m_stock = sandbox.product_and_sku(line.product_remote_id, line.sku)[1]
    m_stock["stock"] = 50
    assert client.post(url("cart_update", line.pk), {"quantity": "7"}).status_code == 302
    drive(Command.objects.get(kind="sourcing.cart_update"))
    assert sandbox.cart[int(line.remote_id)]["quantity"] == 7
    assert client.post(url("cart_update", line.pk), {"quantity": "0"}).status_code == 422
    client.post(url("cart_remove", line.pk))
    drive(Command.objects.get(kind="sourcing.cart_remove"))
    assert int(line.remote_id) not in sandbox.cart
    client.post(url("cart_clear"))
    drive(Command.objects.get(kind="sourcing.cart_clear"))
    assert sandbox.cart == {}


@pytest.fixture
def line(mirrored, sandbox, goods):
    """The cart's line of product 12345: two pieces at CNY 100."""
    from tests.connected import pull

    pull(mirrored, "cart", full=True)
    return m.CartItem.objects.get(product_remote_id="12345")


def test_an_order_shows_wallet_and_fee_and_wants_the_amount_typed(client, sandbox, line):
    page = client.get(url("order_new"), {"line": line.pk})
    assert_strict_html(page)
    assert "CNY\u00a0200.00" in text(page)
    assert "100,000.00" in text(page)
    wrong = client.post(url("order_new"), {"line": line.pk, "typed": "199", "form_key": "k"})
    assert wrong.status_code == 422
    assert_strict_html(wrong)
    assert not Command.objects.exists()
    done = client.post(url("order_new"), {"line": line.pk, "typed": "200.00", "remark": "SO1", "form_key": "k"})
    assert (done.status_code, done.url) == (302, url("purchases"))
    drive(Command.objects.get())
    [effect] = effects(sandbox, "orders.create")
    assert (effect["items"], effect["remark"][:4]) == ([["12345", line.sku, 2]], "SO1 ")


def test_amounts_keep_their_currency_while_the_wallet_cannot_be_asked(client, sandbox, line):
    fault(sandbox, "wallet.balance", "status", code=500, times=20)
    page = client.get(url("order_new"), {"line": line.pk})
    assert_strict_html(page)
    assert (page.context["total"], page.context["available"]) == ("CNY\u00a0200.00", "")
    assert "The wallet could not be asked" in text(page)
    assert "Order for CNY\u00a0200.00" in text(page)


def test_an_empty_wallet_is_refused_before_anything_is_queued(client, sandbox, line):
    sandbox.balance = sandbox.frozen + Decimal(10)
    assert "The wallet does not have enough" in text(client.get(url("order_new"), {"line": line.pk}))
    refused = client.post(url("order_new"), {"line": line.pk, "typed": "200.00", "form_key": "k"})
    assert refused.status_code == 422
    assert_strict_html(refused)
    words = "The wallet has CNY\u00a010.00; these goods cost CNY\u00a0200.00 before fees."
    assert refused.context["form"].non_field_errors() == [words]
    assert not Command.objects.exists()
    assert effects(sandbox) == []


def test_a_price_that_changed_since_is_shown_and_must_be_typed_anew(client, sandbox, line):
    sandbox.products[12345]["skus"][0]["price"] = Decimal("130.00")
    page = client.get(url("order_new"), {"line": line.pk})
    assert_strict_html(page)
    assert "was CNY\u00a0100.00 in the cart" in text(page)
    assert "CNY\u00a0260.00" in text(page)
    old = client.post(url("order_new"), {"line": line.pk, "typed": "200.00", "form_key": "k"})
    assert (old.status_code, Command.objects.count()) == (422, 0)
    client.post(url("order_new"), {"line": line.pk, "typed": "260.00", "form_key": "k"})
    assert drive(Command.objects.get()).state == "done"
    assert Command.objects.get().payload["total"] == "260.00"


def test_goods_that_became_dearer_after_the_form_are_not_bought(client, sandbox, line):
    client.post(url("order_new"), {"line": line.pk, "typed": "200.00", "form_key": "k"})
    sandbox.products[12345]["skus"][0]["price"] = Decimal("130.00")
    command = drive(Command.objects.get())
    assert (command.state, effects(sandbox)) == ("rejected", [])
    assert command.error == "These goods cost 260.00 now, more than the confirmed 200.00. Nothing was sent."


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda product: product["skus"][0].update(stock=1), "only 1 are left"),
        (lambda product: product["skus"].pop(0), "this kind is not on sale any more"),
    ],
)
def test_what_cannot_be_bought_any_more_is_refused_before_it_is_queued(client, sandbox, line, change, words):
    change(sandbox.products[12345])
    assert words in text(client.get(url("order_new"), {"line": line.pk}))
    refused = client.post(url("order_new"), {"line": line.pk, "typed": "200.00", "form_key": "k"})
    assert refused.status_code == 422
    assert f"{line}: {words}" in refused.context["form"].non_field_errors()
    assert not Command.objects.exists()


def test_a_coupon_says_its_terms_and_must_hold(client, sandbox, line):
    from channels.fulfillbot.sandbox_rules import iso

    mine = next(one for one in sandbox.coupons.values() if one["_mine"])
    for each in sandbox.coupons.values():
        each["_mine"] = each is mine
    mine.update(minOrderAmount=Decimal(150), expiresAt=iso(sandbox.now() + timedelta(days=3)))
    page = client.get(url("order_new"), {"line": line.pk})
    assert f"{mine['name']}, from CNY\u00a0150.00, until " in text(page).replace("&#x27;", "'")
    given = {"line": line.pk, "typed": "200.00", "form_key": "k", "coupon": str(mine["id"])}
    for change, words in (
        ({"minOrderAmount": Decimal(500)}, "This coupon needs goods for at least CNY\u00a0500.00."),
        ({"expiresAt": iso(sandbox.now() - timedelta(days=1))}, "This coupon is not there any more, or has ended."),
    ):
        mine.update(change)
        cache.clear()
        refused = client.post(url("order_new"), given)
        assert (refused.status_code, refused.context["form"].errors["coupon"]) == (422, [words])
    assert not Command.objects.exists()
    assert effects(sandbox) == []


@pytest.mark.usefixtures("stopped_clock")
def test_the_cart_shows_a_confirmed_change_by_itself_and_nothing_moves(client, sandbox, goods):
    rows = list(m.CartItem.objects.order_by("pk"))
    assert len(rows) > 1
    headers = {"HX-Request": "true"}
    assert "settled from:body" in text(client.get(url("cart")))
    assert "every 2s" not in text(client.get(url("cart")))
    row = client.post(url("cart_remove", rows[0].pk), headers=headers)
    assert_strict_html(row, fragment=True)
    command = Command.objects.get()
    poll = reverse("sync:command_row", args=[command.pk])
    assert "HX-Trigger" not in client.get(poll, headers=headers).headers
    under_way = client.get(url("cart"), headers=headers)
    assert_strict_html(under_way, fragment=True)
    assert "every 2s" in text(under_way)
    same = client.get(url("cart"), headers=headers | {"If-None-Match": under_way["ETag"]})
    assert same.status_code == 304
    drive(command)
    assert client.get(poll, headers=headers)["HX-Trigger"] == "settled"
    after = client.get(url("cart"), headers=headers | {"If-None-Match": under_way["ETag"]})
    assert_strict_html(after, fragment=True)
    places = [text(after).index(f'id="line-{one.pk}"') for one in rows]
    assert places == sorted(places)
    assert text(after).count("Not in the cart any more") == 1
    Command.objects.update(finished_at=timezone.now() - timedelta(minutes=1))
    assert "every 2s" not in text(client.get(url("cart"), headers=headers))
    assert f'id="line-{rows[0].pk}"' not in text(client.get(url("cart")))


def test_a_purchase_is_cancelled_from_its_page(client, sandbox):
    row = m.PurchaseOrder.objects.filter(status="pending").first()
    assert client.post(url("purchase_cancel", row.pk), {"reason": "Too late"}).status_code == 302
    drive(Command.objects.get())
    assert [effect["orderNo"] for effect in effects(sandbox, "orders.cancel")] == [row.remote_id]
    over = m.PurchaseOrder.objects.filter(status="completed").first()
    assert client.post(url("purchase_cancel", over.pk)).status_code == 422
    assert Command.objects.count() == 1
