"""What is read of stored rows: what differs alone, each by its key; and an unchanged page leaves no trace at all."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from channels.records import Attribute, ProductRecord, VariantRecord
from dashboard.catalog.mirror import PRODUCTS, upsert_products
from dashboard.catalog.models import Product, Variant
from dashboard.sync.stored import differing, parts_of
from dashboard.sync.upsert import content_hash, mark_gone

HOSTILE = ('a"b', "a\\b", "a'b", "a\nb", "手办\u2028", "a%sb", "{}", "[1]", "null", " ", "a\x1fb")
change = msgspec.structs.replace


def product(remote_id, **fields):
    given = {
        "title": "Figure", "status": "on_sale", "quantity": 3, "updated_at": datetime(2026, 3, 1, 9, tzinfo=UTC),
        "variants": (VariantRecord(remote_id="v", price=Decimal("9.9"), options=(Attribute(name="size", value="L"),)),),
    }  # fmt: skip
    return ProductRecord(remote_id=remote_id, **given | fields)


def hashes(*records):
    return {record.remote_id: content_hash(record) for record in records}


def test_only_what_differs_is_given_back(connect):
    mine, other = connect("m2e", "mine").connection, connect("m2e", "other").connection
    same, changed, gone = (product(n) for n in ("same", "changed", "gone"))
    upsert_products(mine, [same, changed, gone])
    upsert_products(other, [product("new"), change(same, quantity=9)])
    mark_gone(PRODUCTS, mine, {"same", "changed"}, timezone.now())
    pks = dict(Product.objects.filter(connection=mine).values_list("remote_id", "pk"))
    wanted = hashes(same, change(changed, quantity=4), gone, product("new"))
    columns = ("id", "quantity", "updated_at")
    assert differing(Product, mine, wanted, columns) == {
        "changed": (pks["changed"], 3, changed.updated_at),
        "gone": (pks["gone"], 3, gone.updated_at),
        "new": None,
    }
    assert differing(Product, mine, {}, columns) == {}


def test_parts_come_as_their_fields_give_them(connection):
    upsert_products(connection, [product("1"), product("2")])
    first = Product.objects.get(remote_id="1").pk
    columns = ("product_id", "remote_id", "price", "options", "gone_at")
    assert parts_of(Variant, "product_id", [first], columns) == [(first, "v", Decimal("9.9"), [["size", "L"]], None)]
    assert parts_of(Variant, "product_id", [], columns) == []
    assert len(parts_of(Variant, "product_id", list(Product.objects.values_list("pk", flat=True)), columns)) == 2


def test_ids_are_compared_as_they_are(connection):
    records = [product(remote_id) for remote_id in HOSTILE]
    assert upsert_products(connection, records).created == len(HOSTILE)
    assert differing(Product, connection, hashes(*records), ("id",)) == {}
    counts = upsert_products(connection, [change(record, quantity=4) for record in records])
    assert (counts.created, counts.changed, counts.touched) == (0, len(HOSTILE), list(HOSTILE))


@pytest.mark.skipif(database.vendor != "postgresql", reason="only PostgreSQL plans by statistics")
def test_no_more_rows_are_read_than_were_asked_for_on_a_connection_that_statistics_do_not_know(connect):
    known, new = connect("m2e", "known").connection, connect("m2e", "new").connection
    upsert_products(known, [product("x" * 150 + str(n)) for n in range(400)])
    with database.cursor() as cursor:  # as deep as among tens of thousands of rows, where the index by time is not yet
        cursor.execute("ALTER INDEX product_once SET (fillfactor = 10)")
        cursor.execute("REINDEX TABLE catalog_product")
        cursor.execute("ANALYZE catalog_product")
    records = [product(str(n), raw=b"x" * 1500) for n in range(400)]
    upsert_products(new, records)
    before = looked_at()
    assert differing(Product, new, hashes(*records[:10]), ("id",)) == {}
    assert looked_at() == (before[0], before[1] + 10)


def looked_at():
    """Rows of products that this transaction met in whole scans and by an index."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'catalog_product'"
        )
        return cursor.fetchone()


@pytest.mark.django_db(transaction=True)
def test_an_unchanged_page_writes_no_row_and_no_index_entry(connection):
    records = [product(str(n)) for n in range(30)]
    upsert_products(connection, records)
    assert written(lambda: upsert_products(connection, [change(one, raw=b"{}") for one in records])) == (0, False)
    assert written(lambda: upsert_products(connection, [change(records[0], title="New")])) >= (2, True)


def written(action):
    """How many rows a transaction wrote, and whether it wrote anything at all, be it into an index."""
    if database.vendor == "sqlite":
        before = database.connection.total_changes
        action()
        number = database.connection.total_changes - before
        return number, number > 0
    counted = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::int FROM pg_stat_xact_user_tables"
    with transaction.atomic(), database.cursor() as cursor:
        before = cursor.execute(counted).fetchone()[0]
        action()
        after = cursor.execute(counted).fetchone()[0]
        return after - before, cursor.execute("SELECT pg_current_xact_id_if_assigned()").fetchone()[0] is not None
