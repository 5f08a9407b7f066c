"""Prices and stocks from a file: each row's verdict, what is refused whole, and the way to the platform."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from dashboard.catalog.models import Product, Variant
from dashboard.sync.models import Batch, Command
from tests.catalog.test_bulk import send
from tests.connected import drive, effects
from tests.core.test_tables import workbook
from tests.pages import assert_strict_html


def upload(client, content, what="price", status=200):
    content = content if isinstance(content, bytes) else "\r\n".join(content).encode()
    data = {"what": what, "file": SimpleUploadedFile("changes.csv", content)}
    response = client.post("/catalog/bulk/file/", data)
    assert response.status_code == status, response.context["form"].errors
    assert_strict_html(response)
    return response


def unusable(response):
    return [(row.number, row.key, row.why) for row in response.context["unusable"]]


def named(made, *skus):
    """Variants of a connection with these SKUs, at 10.00 each."""
    rows = list(Variant.objects.filter(product__connection=made.connection).order_by("pk")[: len(skus)])
    for row, sku in zip(rows, skus, strict=True):
        Variant.objects.filter(pk=row.pk).update(sku=sku, price=Decimal(10))
    return rows


def test_every_row_has_its_verdict(client_for, digital, retail):
    _own, _same, cheap, _twin = named(digital, "own", "same", "cheap", "twin")
    named(retail, "other", "twin")
    Variant.objects.filter(pk=cheap.pk).update(barcode="4006381333931")
    lines = [
        "sku;barcode;connection;price",
        "own;;;11.50",
        "same;;;10",
        ";4006381333931;;5",
        "nobody;;;1",
        "twin;;;1",
        "twin;;digital;10.5",
        "own;;;12",
        ";;;3",
        "other;;;",
        "other;;;12,50",
        "other;;;-1",
        "other;;;=1+1",
        "other;;;NaN",
        "other;;;1_000",
        "other;;digital;1",
    ]
    response = upload(client_for("fulfilment"), lines)
    assert unusable(response) == [
        (5, "nobody", "Nothing with this name is in the catalog."),
        (6, "twin", "More than one connection has it: name one in a column “connection”."),
        (8, "own", "Row 2 names it already."),
        (9, "", "No SKU, barcode or remote id."),
        (10, "other", "The cell is empty."),
        (11, "other", "“12,50” is not a number like 1234.50."),
        (12, "other", "This cannot be less than nothing."),
        (13, "other", "A formula is not worked out: put its value there."),
        (14, "other", "“NaN” is not a number like 1234.50."),
        (15, "other", "“1_000” is not a number like 1234.50."),
        (16, "other", "Nothing with this name is in the catalog."),
    ]
    context = response.context
    assert (context["chosen"], context["changes"], context["same"], context["refused"]) == (15, 3, 1, 11)
    (group,) = context["groups"]
    assert {(row["sku"], row["now"], row["new"], row["remark"]) for row in group["rows"]} == {
        ("own", "10.00", "11.50", ""),
        ("same", "10.00", "10.00", "already so"),
        ("cheap", "10.00", "5.00", "beyond ±20 %, confirm"),
        ("twin", "10.00", "10.50", ""),
    }
    assert not Batch.objects.exists()
    assert not Command.objects.exists()
    assert effects(digital.sandbox) == []


def test_a_file_reaches_the_platform_row_by_row(client_for, retail):
    first, second = Variant.objects.filter(product__connection=retail.connection).exclude(sku="").order_by("pk")[:2]
    content = workbook(["sku", "quantity", "note"], [first.sku, 41, "x"], [second.sku, 42.0, None], ["gone", "=A1", 0])
    client = client_for("fulfilment")
    response = upload(client, content, "stock")
    assert unusable(response) == [(4, "gone", "Nothing with this name is in the catalog.")]
    refused = send(client, response, typed="7")
    assert refused.status_code == 422
    assert_strict_html(refused)
    assert not Command.objects.exists()
    assert send(client, response).status_code == 302
    batch = Batch.objects.get()
    assert (batch.kind, batch.title) == ("catalog.set_stock", "Stock from a file")
    assert {drive(one).state for one in batch.commands.all()} == {"done"}
    sent = [(one["sku"], one["quantity"]) for one in effects(retail.sandbox)]
    assert sorted(sent) == sorted([(first.sku, 41), (second.sku, 42)])


def test_an_export_can_be_edited_and_taken_back(client_for, digital, listed):
    client = client_for("admin")
    exported = client.get("/catalog/?format=csv&of=variants")
    content = b"".join(exported.streaming_content) if exported.streaming else exported.content
    response = upload(client, content)
    priced = Variant.objects.present().exclude(price=None)
    assert response.context["same"] + response.context["refused"] == Variant.objects.present().count()
    assert response.context["changes"] == 0
    assert response.context["same"] <= priced.count()
    assert {why for _n, _key, why in unusable(response)} <= {"The cell is empty."}


def test_what_the_platform_does_not_take_is_said(client_for, digital, looked_at):
    named(digital, "fine", "euro")
    named(looked_at, "read-only")
    Variant.objects.filter(sku="euro").update(currency="EUR")
    lines = ["sku,currency,price", "fine,,10.12345", "euro,USD,11", "read-only,,11"]
    response = upload(client_for("fulfilment"), lines)
    assert unusable(response) == [(3, "euro", "This variant is priced in EUR.")]
    groups = {group["slug"]: group for group in response.context["groups"]}
    assert [row["remark"] for row in groups["digital"]["rows"]] == ["At most 2 decimals."]
    assert groups["looked-at"]["why"].startswith("Shoppo")
    assert response.context["changes"] == 0


@pytest.mark.parametrize(
    ("lines", "what", "words"),
    [
        (["name,price", "a,1"], "price", "There is no column sku, barcode or remote_id"),
        (["sku,price", "a,1"], "stock", "There is no column quantity."),
        (["sku,price"], "price", "The file has no rows below its head."),
        (b"PK\x03\x04", "price", "The workbook cannot be read."),
        (b"\xff\xff", "price", "The file is neither CSV in UTF-8 nor XLSX."),
        (b"", "price", "The submitted file is empty."),
        (["sku,price", "a,1"], "listing", "Select a valid choice."),
    ],
)
def test_a_bad_file_is_refused_whole(client_for, digital, lines, what, words):
    response = upload(client_for("fulfilment"), lines, what, status=422)
    assert words in response.content.decode()
    assert not Command.objects.exists()
    assert not Batch.objects.exists()
    assert effects(digital.sandbox) == []


def test_a_stock_is_whole_and_a_file_is_needed(client_for, digital):
    client = client_for("fulfilment")
    named(digital, "one")
    response = upload(client, ["sku,quantity", "one,1.5"], "stock")
    assert unusable(response) == [(2, "one", "Stocks are whole numbers.")]
    assert client.post("/catalog/bulk/file/", {"what": "stock"}).status_code == 422
    assert_strict_html(client.get("/catalog/bulk/file/?what=stock"))


def test_a_file_finds_only_what_its_sender_may_see(client_for, user_for, digital):
    named(digital, "one")
    user = user_for("fulfilment")
    user.sees_all_connections = False
    user.save()
    response = upload(client_for("fulfilment"), ["sku,price", "one,11"])
    assert unusable(response) == [(2, "one", "Nothing with this name is in the catalog.")]


def test_the_same_sku_twice_on_one_connection_needs_the_product(client_for, digital):
    one, _other = named(digital, "twin", "twin")
    client = client_for("fulfilment")
    words = "More than one variant has it: name its remote_id and its product_remote_id."
    assert unusable(upload(client, ["sku,price", "twin,11"])) == [(2, "twin", words)]
    product = Product.objects.get(pk=one.product_id)
    lines = ["sku,product_remote_id,price", f"twin,{product.remote_id},11"]
    assert upload(client, lines).context["changes"] == 1


def test_the_cost_does_not_grow_with_the_file(client_for, digital):
    client = client_for("fulfilment")
    ids = list(Variant.objects.values_list("remote_id", flat=True))
    client.get("/catalog/bulk/file/")
    counts = []
    for n in (5, 40):
        with CaptureQueriesContext(database) as asked:
            upload(client, ["remote_id,quantity", *(f"{each},77" for each in ids[:n])], "stock")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_one_file_changes_prices_and_stocks_in_one_batch(client_for, retail):
    first, second, third, fourth = (
        Variant.objects.filter(product__connection=retail.connection).exclude(sku="").order_by("pk")[:4]
    )
    Variant.objects.filter(pk__in=[first.pk, second.pk, third.pk, fourth.pk]).update(price=Decimal(10), quantity=5)
    lines = [
        "sku;price;quantity",
        f"{first.sku};10.50;41",
        f"{second.sku};;42",  # the price is left alone
        f"{third.sku};10.75;",  # the stock is
        f"{fourth.sku};11;many",  # half a row is none
    ]
    client = client_for("fulfilment")
    response = upload(client, lines, "both")
    assert unusable(response) == [(5, fourth.sku, "“many” is not a number like 1234.50.")]
    context = response.context
    assert (context["title"], context["changes"], context["chosen"]) == ("Prices and stocks from a file", 4, 5)
    shown = {(group["what"], row["sku"], row["new"]) for group in context["groups"] for row in group["rows"]}
    assert shown == {
        ("Price", first.sku, "10.50"),
        ("Price", third.sku, "10.75"),
        ("Stock", first.sku, "41"),
        ("Stock", second.sku, "42"),
    }
    assert send(client, response, typed="2").status_code == 422
    assert not Batch.objects.exists()
    sent_to = send(client, response).url
    batch = Batch.objects.get()
    assert sent_to == f"/activity/batches/{batch.pk}/"
    assert send(client, response).url == sent_to  # the same form again is the same batch
    assert (batch.kind, batch.title, batch.commands.count()) == (
        "catalog.set_price catalog.set_stock", "Prices and stocks from a file", 4,
    )  # fmt: skip
    page = client.get(sent_to)
    assert (page.context["label"], page.context["progress"].to_go) == ("Set price, Set stock", 4)
    assert "Set price, Set stock" in client.get("/activity/batches/").content.decode()
    assert {drive(one).state for one in Command.objects.all()} == {"done"}
    sent = [(one["sku"], one.get("price"), one.get("quantity")) for one in effects(retail.sandbox)]
    assert sorted(sent, key=repr) == sorted(
        [(first.sku, 10.5, None), (third.sku, 10.75, None), (first.sku, None, 41), (second.sku, None, 42)], key=repr
    )


def test_a_file_of_one_column_needs_no_other(client_for, retail):
    named(retail, "only")
    response = upload(client_for("fulfilment"), ["sku;quantity", "only;7"], "both")
    assert [group["what"] for group in response.context["groups"]] == [""]
    assert (response.context["title"], response.context["changes"]) == ("Stock from a file", 1)
    assert (
        "There is no column price."
        in upload(client_for("fulfilment"), ["sku;colour", "only;red"], "both", status=422).content.decode()
    )


def test_the_result_names_what_could_not_be_sent(client_for, digital, retail):
    named(digital, "able")
    (unable,) = named(retail, "unable")
    lines = ["sku;price;currency", "able;10.5;", "unable;10.123456;"]
    client = client_for("fulfilment")
    response = upload(client, lines)
    assert (response.context["changes"], response.context["refused"]) == (1, 1)
    assert send(client, response).status_code == 302
    (skipped,) = Batch.objects.get().skipped
    assert (skipped["connection"], skipped["target"]) == ("retail", unable.remote_id)
    assert skipped["reason"].startswith("At most ")


def test_the_file_to_begin_with_is_one_click_away_for_who_may_export(client_for, retail):
    link = 'href="/catalog/?format=csv&amp;of=variants"'
    client = client_for("fulfilment")
    assert link in client.get("/catalog/bulk/file/").content.decode()
    head = b"".join(client.get("/catalog/?format=csv&of=variants").streaming_content).decode().splitlines()[0]
    assert {"sku", "barcode", "remote_id", "price", "quantity", "connection"} <= set(head.replace('"', "").split(","))


def test_a_first_row_that_leaves_cells_out_hides_no_column(client_for, digital):
    first, second = named(digital, "first", "second")
    response = upload(client_for("fulfilment"), ["sku,price,quantity", "first,11", "second,12,7"], what="both")
    sent = send(client_for("fulfilment"), response, typed="3")
    assert sent.status_code == 302
    told = {(one.kind, one.target): one.payload for one in Command.objects.all()}
    assert {key: one.get("price") or one.get("quantity") for key, one in told.items()} == {
        ("catalog.set_price", first.remote_id): "11.00",
        ("catalog.set_price", second.remote_id): "12.00",
        ("catalog.set_stock", second.remote_id): 7,
    }


def test_a_price_that_a_comma_cuts_in_two_changes_nothing(client_for, digital):
    named(digital, "own")
    response = upload(client_for("fulfilment"), ["sku,price", "own,10,50"], status=422)
    words = "Row 2 has more cells than the first row has names: put a value with a comma into quotes."
    assert response.context["form"].errors["file"] == [words]
    assert not Batch.objects.exists()
    assert not Command.objects.exists()
