"""The mirror of the catalog: what a second reading writes, what goes and comes back, and what exports hold."""

from __future__ import annotations

import json

import pytest

from dashboard.catalog.models import Category, Product, Variant
from dashboard.core.exports import discover, text
from tests.catalog.conftest import unsold
from tests.connected import pull

PRODUCTS = (
    "connection platform remote_id number status remote_status updated_at gone_at title brand category sku quantity url"
)
VARIANTS = (
    "connection platform remote_id status remote_status currency updated_at gone_at product_remote_id "
    "sku barcode title price quantity"
)


@pytest.mark.parametrize("shop", ["digital", "retail", "listed", "looked_at"])
def test_a_second_reading_writes_nothing(request, shop):
    connection, _sandbox = request.getfixturevalue(shop)
    before = list(Product.objects.order_by("pk").values_list("pk", "changed_at", "content_hash"))
    (run,) = pull(connection, "products", full=True)
    assert (run.created, run.changed, run.gone) == (0, 0, 0)
    assert run.unchanged == run.seen - run.quarantined
    assert list(Product.objects.order_by("pk").values_list("pk", "changed_at", "content_hash")) == before


def test_every_product_of_the_platform_is_there(digital):
    connection, sandbox = digital
    rows = {row.remote_id: row for row in Product.objects.filter(connection=connection)}
    assert set(rows) == set(sandbox.products)
    for key, shown in sandbox.products.items():
        variant = rows[key].variants.get()
        assert (rows[key].title, variant.quantity, variant.remote_id) == (shown["title"], shown["stock"], key)
    assert Category.objects.filter(connection=connection).exists()


def test_what_vanishes_is_gone_and_comes_back(digital):
    connection, sandbox = digital
    product = unsold(sandbox)
    key = product["product_id"]
    del sandbox.products[key]
    (run,) = pull(connection, "products", full=True)
    assert run.gone == 1
    assert Product.objects.get(remote_id=key).gone_at is not None
    sandbox.products[key] = product
    pull(connection, "products", full=True)
    assert Product.objects.get(remote_id=key).gone_at is None


@pytest.mark.parametrize(("domain", "columns"), [("products", PRODUCTS), ("variants", VARIANTS)])
def test_exports_have_the_columns_that_scripts_rely_on(digital, retail, domain, columns):
    export = discover()[domain]
    rows = json.loads("".join(text(export, export.queryset(None).order_by("pk"), "json")))
    assert len(rows) == (Product if domain == "products" else Variant).objects.count()
    assert list(rows[0]) == columns.split()
    assert {row["connection"] for row in rows} == {"digital", "retail"}
