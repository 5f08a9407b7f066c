"""The exports of buying, column by column."""

import io
import json

import pytest
from django.core.management import call_command

HEAD = "connection platform remote_id "
COLUMNS = {
    "source-products": "currency gone_at title price quantity source sku product_remote_id",
    "cart": "currency gone_at title price quantity source sku product_remote_id",
    "purchase-orders": "number status remote_status currency total placed_at updated_at gone_at service_fee carrier "
    "tracking_number inspection remark",
    "packages": "status remote_status gone_at purchase_order weight_grams storage_days",
    "shipments": "number status remote_status currency placed_at updated_at gone_at channel tracking_number fee "
    "weight_grams",
    "addresses": "gone_at name phone country state city address postcode is_default",
    "favourites": "currency gone_at product_remote_id title price",
}


def exported(domain):
    out = io.StringIO()
    call_command("export", domain, format="json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("domain", COLUMNS)
def test_the_columns_are_those_of_the_surface(mirrored, domain):
    rows = exported(domain)
    assert rows
    assert " ".join(rows[0]) == HEAD + COLUMNS[domain]
    assert {(row["connection"], row["platform"]) for row in rows} == {("agent", mirrored.platform)}


def test_a_purchase_order_is_exported_with_exact_values(mirrored, sandbox):
    told = next(order for order in sandbox.orders.values() if order["inspection"])
    row = next(row for row in exported("purchase-orders") if row["remote_id"] == told["orderNo"])
    assert row["total"] == str(told["totalAmount"])
    assert row["service_fee"] == str(told["serviceFee"])
    assert (row["status"], row["inspection"]) == (told["status"], told["inspection"]["result"])
    assert row["placed_at"].endswith("Z")


def test_packages_and_cart_are_exported_with_exact_values(mirrored, sandbox):
    package = next(iter(sandbox.packages.values()))
    row = next(row for row in exported("packages") if row["remote_id"] == str(package["id"]))
    assert (row["purchase_order"], row["weight_grams"]) == (package["orderId"], package["weight"])
    line = exported("cart")[0]
    assert (line["product_remote_id"], line["quantity"]) == ("12345", 2)
