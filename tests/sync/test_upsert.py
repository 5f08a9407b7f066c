"""The mirror's writer against a plain one that goes through the ORM row by row; never backwards, never needlessly."""

import dataclasses
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels.records import Attribute, ProductRecord, VariantRecord
from dashboard.catalog.mirror import CATEGORIES, PRODUCTS, upsert_products
from dashboard.catalog.models import Category, Product, Variant
from dashboard.sync import upsert as upserting
from dashboard.sync import writers
from dashboard.sync.models import Change, UnknownWord
from dashboard.sync.upsert import content_hash, mark_gone, upsert

T0 = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
change = msgspec.structs.replace


def variant(n, **fields):
    return VariantRecord(
        **{"remote_id": f"v{n}", "sku": f"SKU {n}", "price": Decimal("9.90"), "currency": "USD", "quantity": n} | fields
    )


def product(n, **fields):
    given = {
        "remote_id": f"p{n}", "title": f"Product {n} “é” 手办", "status": "on_sale", "remote_status": "active",
        "quantity": n, "updated_at": T0, "raw": b'{"n":%d}' % n, "images": ("https://example.com/1.jpg",),
        "attributes": (Attribute(name="a", value="b"),), "variants": (variant(n), variant(n + 1000)),
    }  # fmt: skip
    return ProductRecord(**given | fields)


def reference(connection, records):
    """The same rows as the mirror must have, written plainly."""
    for record in records:
        row, _ = Product.objects.update_or_create(
            connection=connection,
            remote_id=record.remote_id,
            defaults={
                "status": record.status, "remote_status": record.remote_status, "content_hash": content_hash(record),
                "changed_at": timezone.now(), "gone_at": None, "raw": record.raw.decode(),
                **dict(zip(PRODUCTS.columns, PRODUCTS.values(record), strict=True)),
            },
        )  # fmt: skip
        part = PRODUCTS.parts[0]
        kept = []
        for values in part.rows(record):
            kept.append(values[0])
            Variant.objects.update_or_create(
                product=row,
                remote_id=values[0],
                defaults=dict(zip(part.columns, values[1:], strict=True)) | {"gone_at": None},
            )
        row.variants.exclude(remote_id__in=kept).update(gone_at=timezone.now())


def table(connection):
    found = []
    for row in Product.objects.filter(connection=connection).order_by("remote_id"):
        own = {name: getattr(row, name) for name in ("remote_id", "status", "remote_status", "raw", *PRODUCTS.columns)}
        parts = [
            (one.remote_id, one.gone_at is not None, *(getattr(one, name) for name in PRODUCTS.parts[0].columns))
            for one in row.variants.order_by("remote_id")
        ]
        found.append((own, bytes(row.content_hash), row.gone_at is not None, parts))
    return found


def test_it_writes_the_same_rows_as_a_plain_writer(connect):
    ours, plain = connect("m2e", "ours").connection, connect("m2e", "plain").connection
    first = [product(n) for n in range(30)]
    second = [
        change(first[0], title="x" * 700, quantity=None),  # longer than the column: cut by the mirror alone
        change(first[1], variants=(variant(1, price=Decimal("1.0005")),)),
        change(first[2], updated_at=None, category="a\x00b"),
        *first[3:20],
        product(99, variants=()),
    ]
    upsert_products(ours, first)
    upsert_products(ours, second)
    reference(plain, first)
    reference(
        plain, [change(second[0], title="x" * 499 + "…"), second[1], change(second[2], category="ab"), *second[3:]]
    )
    Product.objects.filter(connection=plain, remote_id="p0").update(content_hash=content_hash(second[0]))
    Product.objects.filter(connection=plain, remote_id="p2").update(content_hash=content_hash(second[2]))
    assert table(ours) == table(plain)


def test_unchanged_records_write_nothing(connection):
    records = [product(n) for n in range(20)]
    counts = upsert_products(connection, records)
    assert (counts.seen, counts.created, counts.changed, counts.unchanged) == (20, 20, 0, 0)
    before = table(connection), list(Product.objects.values_list("pk", "changed_at"))
    with CaptureQueriesContext(database) as queries:
        counts = upsert_products(connection, [change(record, raw=b"{}") for record in records])
    assert (counts.created, counts.changed, counts.unchanged, counts.touched) == (0, 0, 20, [])
    assert [q["sql"].split()[0] for q in queries if "SAVEPOINT" not in q["sql"]] == ["SELECT"]
    assert (table(connection), list(Product.objects.values_list("pk", "changed_at"))) == before


def test_a_change_touches_its_row_alone_and_keeps_old_and_new(connection):
    records = [product(n) for n in range(5)]
    upsert_products(connection, records)
    counts = upsert_products(connection, [*records[:4], change(records[4], title="New", quantity=77)])
    assert (counts.changed, counts.touched) == (1, ["p4"])
    noted = Change.objects.get()
    assert (noted.domain, noted.remote_id) == ("products", "p4")
    assert noted.fields == {"title": [records[4].title, "New"]}  # a quantity is told of its variants


def test_the_last_of_two_with_one_id_counts(connection):
    counts = upsert_products(connection, [product(1, title="first"), product(1, title="second")])
    assert (counts.seen, counts.created, Product.objects.get().title) == (1, 1, "second")


def test_older_by_the_platforms_clock_never_overwrites(connection):
    upsert_products(connection, [product(1, title="new", updated_at=T0)])
    counts = upsert_products(connection, [product(1, title="old", updated_at=T0 - timedelta(seconds=1))])
    assert (counts.changed, Product.objects.get().title) == (0, "new")


def test_read_before_the_row_changed_never_overwrites(connection):
    asked = timezone.now()
    upsert_products(connection, [product(1, title="new", updated_at=None)])
    counts = upsert_products(connection, [product(1, title="old", updated_at=None)], asked)
    assert (counts.changed, Product.objects.get().title) == (0, "new")
    assert upsert_products(connection, [product(1, title="newest", updated_at=None)]).changed == 1


def test_parts_that_vanish_are_gone_and_come_back(connection):
    record = product(1)
    upsert_products(connection, [record])
    upsert_products(connection, [change(record, variants=record.variants[:1])])
    assert [(v.remote_id, v.gone_at is None) for v in Variant.objects.order_by("pk")] == [
        ("v1", True),
        ("v1001", False),
    ]
    upsert_products(connection, [record])
    assert not Variant.objects.exclude(gone_at=None).exists()


def test_unseen_rows_are_gone_after_a_sweep_and_come_back_unchanged(connect):
    mine, other = connect("m2e", "mine").connection, connect("m2e", "other").connection
    for one in (mine, other):
        upsert_products(one, [product(n) for n in range(3)])
    assert mark_gone(PRODUCTS, mine, {"p0", "p2"}, timezone.now()) == 1
    assert mark_gone(PRODUCTS, mine, {"p0", "p2"}, timezone.now()) == 0
    assert list(Product.objects.exclude(gone_at=None).values_list("connection__slug", "remote_id")) == [("mine", "p1")]
    assert upsert_products(mine, [product(1)]).changed == 1
    assert not Product.objects.exclude(gone_at=None).exists()


def test_a_partial_record_never_overwrites_but_revives(connection):
    mirror = dataclasses.replace(PRODUCTS, is_partial=lambda record: not record.title)
    upsert(mirror, connection, [product(1)])
    bare = product(1, title="", quantity=None, variants=(), updated_at=None)
    assert upsert(mirror, connection, [bare]).unchanged == 1
    mark_gone(mirror, connection, set(), timezone.now())
    counts = upsert(mirror, connection, [bare])
    assert (counts.created, counts.changed, counts.touched) == (0, 1, ["p1"])
    row = Product.objects.get()
    assert (row.title, row.gone_at, row.variants.count()) == (product(1).title, None, 2)


def test_unknown_words_are_counted(connection):
    upsert_products(connection, [product(n, status="unknown", remote_status="paused") for n in range(3)])
    upsert_products(connection, [product(0, status="unknown", remote_status="paused", title="again")])
    word = UnknownWord.objects.get()
    assert (word.feed, word.word, word.times) == ("products", "paused", 4)


def test_a_failing_part_leaves_nothing(connection):
    with pytest.raises(AttributeError):
        upsert_products(connection, [product(1), product(2, variants=(None,))])
    assert not Product.objects.exists()


def test_many_rows_pass_the_parameter_limit(connection):
    records = [product(n) for n in range(1201)]
    assert upsert_products(connection, records).created == 1201
    assert Variant.objects.count() == 2402
    assert mark_gone(PRODUCTS, connection, {record.remote_id for record in records[:100]}, timezone.now()) == 1101


def test_text_that_no_database_holds_is_made_storable(connection):
    upsert_products(
        connection, [product(1, title="a\x00b" + "x" * 600, attributes=(Attribute(name="a", value="\x00"),))]
    )
    row = Product.objects.get()
    assert (row.title[:3], len(row.title), row.title[-1], row.attributes) == ("abx", 500, "…", [["a", ""]])


def test_rows_that_another_writer_has_just_made_are_updated(connection, monkeypatch):
    reference(connection, [product(2, title="Theirs", variants=(variant(7),))])
    monkeypatch.setattr(upserting, "differing", lambda model, connection, digests, columns: dict.fromkeys(digests))
    counts = upsert(PRODUCTS, connection, [product(1), product(2)])
    assert (counts.created, Product.objects.count()) == (2, 2)
    assert Product.objects.get(remote_id="p2").title == product(2).title
    there = Variant.objects.filter(product__remote_id="p2", gone_at=None).order_by("remote_id")
    assert [one.remote_id for one in there] == ["v1002", "v2"]
    assert Variant.objects.get(remote_id="v7").gone_at is not None


def test_parts_that_stay_the_same_are_not_written(connection, monkeypatch):
    upsert(PRODUCTS, connection, [product(1)])
    written = []

    def write_rows(model, columns, key, rows):
        written.extend((model, row[1]) for row in rows)
        return writers.write_rows(model, columns, key, rows)

    monkeypatch.setattr(upserting, "write_rows", write_rows)
    upsert(PRODUCTS, connection, [change(product(1), variants=(variant(1, quantity=9), variant(1001)))])
    assert written == [(Product, "p1"), (Variant, "v1")]
    assert Variant.objects.get(remote_id="v1").quantity == 9


def test_keys_are_given_in_the_order_of_the_rows(connection):
    upsert(PRODUCTS, connection, [product(n) for n in (3, 1, 2)])
    upsert(PRODUCTS, connection, [product(4)])
    for row in Product.objects.all():
        assert row.title == product(int(row.remote_id[1:])).title
        assert [one.remote_id for one in row.variants.order_by("quantity")] == [
            f"v{row.remote_id[1:]}", f"v{int(row.remote_id[1:]) + 1000}"
        ]  # fmt: skip
    newest = Product.objects.create(
        connection=connection, remote_id="by-hand", content_hash=b"0" * 16, changed_at=timezone.now()
    )
    assert newest.pk > max(Product.objects.exclude(pk=newest.pk).values_list("pk", flat=True))


def test_mirrors_without_parts_or_clock(connection):
    from channels.records import CategoryRecord

    records = [CategoryRecord(remote_id="1", name="Games", path="Games")]
    assert upsert(CATEGORIES, connection, records).created == 1
    assert upsert(CATEGORIES, connection, records).unchanged == 1
    assert Category.objects.get().name == "Games"
