"""Price, stock and listing: done, lost answer, lost before it was applied, refused; bounds and currencies."""

from __future__ import annotations

import pytest

from dashboard.catalog.models import Product, Variant
from dashboard.catalog.targets import label_of
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command
from dashboard.sync.models.commands import DONE, REJECTED, SUPERSEDED
from tests.connected import drive, effects, fault, queue

CASES = [
    ("digital", "catalog.set_price", {"price": "7.25"}, "products.update"),
    ("digital", "catalog.set_stock", {"quantity": 31}, "products.update"),
    ("digital", "catalog.set_listing", {"listed": False}, "products.update"),
    ("listed", "catalog.set_price", {"price": "7.25"}, "products.price"),
    ("listed", "catalog.set_stock", {"quantity": 31, "alert": 4}, "products.stock"),
    ("listed", "catalog.set_listing", {"listed": False}, "products.listing"),
    ("retail", "catalog.set_price", {"price": "7.25"}, "catalogProductsVariantsUpdate"),
    ("retail", "catalog.set_stock", {"quantity": 31}, "catalogProductsVariantsUpdate"),
]


def aim(connection, kind):
    """The remote id of something on sale that is not yet as wanted."""
    product = Product.objects.filter(connection=connection).on_sale().filter(variants__price__gt=0).first()
    return (
        product.remote_id if kind == "catalog.set_listing" else product.variants.exclude(price=None).first().remote_id
    )


@pytest.mark.parametrize(("shop", "kind", "payload", "endpoint"), CASES)
@pytest.mark.parametrize(("trouble", "attempts"), [("", 1), ("drop_after_apply", 1), ("status", 2)])
def test_one_effect_and_a_mirror_in_step(request, shop, kind, payload, endpoint, trouble, attempts):
    connection, sandbox = request.getfixturevalue(shop)
    target = aim(connection, kind)
    if trouble:
        fault(sandbox, endpoint, trouble)
    command = drive(queue(connection, kind, target, **payload))
    assert (command.state, command.attempts) == (DONE, attempts)
    assert len(effects(sandbox, endpoint)) == 1
    if kind == "catalog.set_listing":
        assert Product.objects.get(connection=connection, remote_id=target).status == "off_sale"
        return
    row = Variant.objects.get(product__connection=connection, remote_id=target)
    assert str(row.price).startswith("7.25") if "price" in payload else row.quantity == 31


@pytest.mark.parametrize(("shop", "kind", "payload", "endpoint"), CASES)
def test_a_refusal_changes_nothing(request, shop, kind, payload, endpoint):
    connection, sandbox = request.getfixturevalue(shop)
    target = aim(connection, kind)
    fault(sandbox, endpoint, "status", code=400)
    assert drive(queue(connection, kind, target, **payload)).state == REJECTED
    assert effects(sandbox) == []


@pytest.mark.parametrize(
    ("shop", "kind", "payload", "field"),
    [
        ("digital", "catalog.set_price", {"price": "-1"}, "price"),
        ("digital", "catalog.set_price", {"price": "1.005"}, "price"),
        ("digital", "catalog.set_price", {"price": "5", "currency": "EUR"}, "currency"),
        ("listed", "catalog.set_price", {"price": "5", "currency": "GBP"}, "currency"),
        ("digital", "catalog.set_stock", {"quantity": -1}, "quantity"),
        ("digital", "catalog.set_stock", {"quantity": 1, "alert": 2}, "alert"),
        ("retail", "catalog.set_stock", {"quantity": 1_000_001}, "quantity"),
        ("retail", "catalog.set_listing", {"listed": True}, ""),
        ("digital", "catalog.set_listing", {"listed": "perhaps"}, "listed"),
    ],
)
def test_refused_before_it_is_queued(request, shop, kind, payload, field):
    connection, sandbox = request.getfixturevalue(shop)
    target = aim(connection, kind)
    with pytest.raises(Refused) as refused:
        queue(connection, kind, target, **payload)
    assert refused.value.field == field
    assert not Command.objects.exists()
    assert effects(sandbox) == []


def test_a_newer_value_takes_over(digital):
    target = aim(digital.connection, "catalog.set_stock")
    first = queue(digital.connection, "catalog.set_stock", target, quantity=3)
    second = queue(digital.connection, "catalog.set_stock", target, quantity=4)
    first.refresh_from_db()
    assert first.state == SUPERSEDED
    assert drive(second).state == DONE
    assert [one["changes"] for one in effects(digital.sandbox)] == [{"stock": 4}]


def test_a_variant_is_named_by_its_sku(retail):
    variant = Variant.objects.filter(product__connection=retail.connection).exclude(sku="").first()
    assert queue(retail.connection, "catalog.set_stock", variant.sku, quantity=3).target == variant.remote_id
    with pytest.raises(Refused):
        queue(retail.connection, "catalog.set_stock", "no-such-sku", quantity=3)


def test_a_variant_called_like_its_product_is_named_once(retail):
    variant = Variant.objects.select_related("product").first()
    variant.title = "Blue"
    assert label_of(variant) == f"{variant.product} · Blue"
    variant.title = str(variant.product)
    assert label_of(variant) == str(variant.product)
