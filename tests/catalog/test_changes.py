"""Prices and stocks of variants leave a trace when they change, one row a product."""

from __future__ import annotations

from dashboard.sync.models import Change
from tests.catalog.conftest import unsold
from tests.connected import pull


def test_a_changed_variant_leaves_old_and_new(digital):
    connection, sandbox = digital
    product = unsold(sandbox)
    was = product["price"]
    product.update(price="77.70", stock=5)
    sandbox.clock.advance(60)
    sandbox.touch(product)
    pull(connection, "products")
    pull(connection, "products")
    (change,) = Change.objects.all()  # the product's own quantity says nothing more
    assert (change.domain, change.connection, change.remote_id) == ("variants", connection, product["product_id"])
    fields = change.fields[product["product_id"]]
    assert [float(each) for each in fields["price"]] == [float(was), 77.7]
    assert fields["quantity"][1] == 5


def test_new_products_leave_none(digital):
    assert not Change.objects.exists()
