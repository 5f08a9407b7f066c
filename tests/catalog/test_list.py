"""The list: what it shows, how it narrows, what it costs."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard.catalog import words
from dashboard.catalog.models import Product, Variant
from dashboard.sync.kinds import kinds_of
from dashboard.sync.models import Command, Connection
from tests.connected import fault, queue, step
from tests.pages import assert_strict_html, flat

HTMX = {"HX-Request": "true"}


def titles(response):
    return [row["name"] for row in response.context["rows"]]


def test_all_connections_stand_in_one_list(client_for, digital, retail, listed, looked_at):
    response = client_for("admin").get("/catalog/?size=100")
    assert_strict_html(response)
    assert len(response.context["rows"]) == min(100, Product.objects.present().count())
    for made in (digital, retail, listed, looked_at):
        found = client_for("admin").get(f"/catalog/?connection={made.connection.slug}").context["rows"]
        assert {made.connection.title in str(row["connection"]) for row in found} == {True}


def test_tabs_leave_out_a_connection_that_is_not_understood_as_the_rows_do(client_for, digital):
    listing = client_for("admin").get("/catalog/?connection=nowhere").context["listing"]
    assert listing.errors == ["Connection: Select a valid choice. nowhere is not one of the available choices."]
    assert [tab["url"] for tab in listing.tabs][:2] == ["?view=all", "?view=on-sale"]
    assert listing.tabs[0]["count"] == str(Product.objects.present().count()) != "0"


def test_only_visible_connections_are_listed(client_for, user_for, digital, retail):
    user = user_for("fulfilment")
    user.sees_all_connections = False
    user.save()
    client = client_for("fulfilment")
    assert client.get("/catalog/").context["rows"] == []
    user.connections.add(digital.connection)
    found = client.get("/catalog/?size=100").context["rows"]
    assert len(found) == Product.objects.filter(connection=digital.connection).count()
    other = Product.objects.filter(connection=retail.connection).first()
    for path in ("", "edit/", "history/", "raw/"):
        assert client.get(f"/catalog/{other.pk}/{path}").status_code == 404
    variant = other.variants.first()
    assert client.post(f"/catalog/variants/{variant.pk}/price/", {"price": "1"}).status_code == 404
    assert client.post(f"/catalog/{other.pk}/delete/").status_code == 404
    assert client.get(f"/catalog/new/{retail.connection.slug}/").status_code == 404


def test_filters(client_for, digital, retail):
    client = client_for("viewer")
    slug = digital.connection.slug
    everything = Product.objects.filter(connection=digital.connection)
    assert len(titles(client.get(f"/catalog/?connection={slug}&size=100"))) == everything.count()
    empty = everything.filter(variants__quantity=0).count()
    assert len(titles(client.get(f"/catalog/?connection={slug}&stock_max=0&size=100"))) == empty
    assert (
        len(titles(client.get("/catalog/?status=in_review&size=100")))
        == Product.objects.filter(status="in_review").count()
    )
    low = [one.price for one in Variant.objects.present() if one.price is not None and 10 <= one.price <= 20]
    found = client.get("/catalog/?price_min=10&price_max=20&size=100").context["rows"]
    assert 0 < len(found) <= len(low)


@pytest.mark.parametrize("field", ["title", "sku", "barcode", "remote_id"])
def test_search_finds_by(client_for, retail, field):
    variants = Variant.objects.present()
    if field == "title":
        wanted = Product.objects.first()
        text = wanted.title[:60]
    else:
        variant = variants.exclude(**{field: ""}).select_related("product").first()
        wanted, text = variant.product, getattr(variant, field)
    response = client_for("viewer").get("/catalog/", {"q": text, "size": 100})
    assert wanted.pk in [row["pk"] for row in response.context["rows"]]


def test_tabs(client_for, digital):
    client = client_for("viewer")
    Product.objects.filter(pk=Product.objects.first().pk).update(gone_at="2026-01-01T00:00:00Z")
    for tab, rows in {
        "all": Product.objects.present(),
        "on-sale": Product.objects.on_sale(),
        "sold-out": Product.objects.sold_out(),
        "off-sale": Product.objects.off_sale(),
        "problem": Product.objects.problem(),
        "gone": Product.objects.gone(),
    }.items():
        response = client.get(f"/catalog/?view={tab}&size=100")
        assert len(response.context["rows"]) == rows.count() > 0, tab


def test_no_query_reads_what_no_row_shows(client_for, digital):
    client = client_for("admin")
    with CaptureQueriesContext(database) as queries:
        assert client.get("/catalog/", headers=HTMX).context["rows"]
    catalog = [one["sql"] for one in queries if "catalog_" in one["sql"]]
    assert not any('"raw"' in sql or '"description"' in sql for sql in catalog)


def test_fragment_and_page(client_for, digital):
    client = client_for("admin")
    fragment = client.get("/catalog/", headers=HTMX)
    assert fragment.content.lstrip().startswith(b'<section class="sheet list" id="catalog-list"')
    assert_strict_html(fragment, fragment=True)


@pytest.mark.usefixtures("stopped_clock")
def test_the_freshness_line_offers_new_products_and_rests_when_nothing_is_new(client_for, digital):
    client = client_for("viewer")
    url = client.get("/catalog/").context["fresh"]["url"]
    response = client.get(url, headers=HTMX)
    assert_strict_html(response, fragment=True)
    assert "new: show" not in response.content.decode()
    assert client.get(url, headers=HTMX | {"If-None-Match": response["ETag"]}).status_code == 304
    Product.objects.create(
        connection=digital.connection, remote_id="fresh", content_hash=b"", changed_at=timezone.now()
    )
    assert "1 new: show" in client.get(url, headers=HTMX | {"If-None-Match": response["ETag"]}).content.decode()


def test_a_viewer_sees_no_controls(client_for, digital):
    page = client_for("viewer").get("/catalog/").content.decode()
    assert "catalog-bulk" not in page
    assert "/price/" not in page
    assert "New product" not in page


def test_what_a_channel_cannot_do_is_disabled_with_its_reason(client_for, looked_at):
    page = flat(client_for("admin").get("/catalog/"))
    assert 'aria-disabled="true" title="Shoppo' in page
    assert 'class="edits"' not in page


def test_empty_lists_say_why(client_for, connect, digital):
    client = client_for("admin")
    assert "Nothing matches" in client.get("/catalog/?q=zzzzzzzz").content.decode()
    Product.objects.all().delete()
    assert "No products yet" in client.get("/catalog/").content.decode()
    Connection.objects.update(state="paused")
    assert "may be incomplete" in client.get("/catalog/").content.decode()


def test_a_command_shows_in_the_row(client_for, digital):
    row = Product.objects.on_sale().first()
    fault(digital.sandbox, "products.update", "drop_after_apply")
    step(queue(digital.connection, "catalog.set_price", row.remote_id, price="3.33"))
    page = client_for("viewer").get("/catalog/?size=100").content.decode()
    assert "Unknown</span></a>" in page
    assert set(kinds_of("catalog")) >= {"catalog.set_price", "catalog.create_product"}


LISTING, UPDATE = "catalog.set_listing", "catalog.update_product"


@pytest.mark.parametrize(
    ("earlier", "later", "kind", "shown"),
    [
        ("rejected", "done", LISTING, "In step"),
        ("failed", "done", LISTING, "In step"),
        ("rejected", "done", UPDATE, "Refused"),
        ("rejected", "superseded", LISTING, "Refused"),
        ("done", "rejected", LISTING, "Refused"),
        ("needs_review", "done", LISTING, "Needs review"),
    ],
)
def test_a_refusal_shows_until_a_later_command_of_its_kind_is_done(client_for, digital, earlier, later, kind, shown):
    row = Product.objects.first()
    now = timezone.now()
    given = {"connection": digital.connection, "target": row.remote_id, "created_at": now, "not_before": now}
    Command.objects.create(**given, kind=LISTING, state=earlier, payload_digest="1")
    Command.objects.create(**given, kind=kind, state=later, payload_digest="2")
    rows = client_for("fulfilment").get("/catalog/?size=100").context["rows"]
    assert shown in next(one["sync"] for one in rows if one["pk"] == row.pk)


def test_export_gives_what_the_filter_shows(client_for, digital, retail):
    client = client_for("support")
    slug = digital.connection.slug
    text = b"".join(client.get(f"/catalog/?connection={slug}&format=csv&size=25").streaming_content).decode()
    assert len(text.splitlines()) == 1 + Product.objects.filter(connection=digital.connection).count()
    text = b"".join(client.get(f"/catalog/?connection={slug}&format=csv&of=variants").streaming_content).decode()
    assert text.splitlines()[0].startswith('"connection","platform","remote_id"')
    assert len(text.splitlines()) == 1 + Variant.objects.filter(product__connection=digital.connection).count()
    assert client_for("viewer").get("/catalog/?format=csv").status_code == 403


def test_categories(client_for, digital):
    response = client_for("viewer").get("/catalog/categories/?size=100")
    assert_strict_html(response)
    row = next(one for one in response.context["rows"] if one["n"])
    url = f"/catalog/?connection={row['slug']}&category_id={row['remote_id']}"
    assert url.replace("&", "&amp;") in response.content.decode()
    assert len(client_for("viewer").get(url).context["rows"]) == row["n"]


def test_a_range_is_one_line_with_a_name_for_each_end(client_for, digital):
    html = flat(client_for("viewer").get("/catalog/"))
    for name in ("stock", "price"):
        assert f'<span class="range"><input type="text" name="{name}_min"' in html
    assert html.count('aria-label="from"') == html.count('aria-label="to"') == 2
    panel = html.split('id="catalog-list-filters"')[1].split("</details>")[0]
    assert "optional" not in panel  # every filter is
    assert panel.count('<input type="checkbox" name="status"') == len(words.STATUS)
    assert "<select" not in panel


def test_several_statuses_are_one_chip_that_goes_at_once(client_for, digital):
    response = client_for("viewer").get("/catalog/?status=off_sale&status=draft")
    assert {one.status for one in response.context["listing"].page.rows} <= {"off_sale", "draft"}
    (chip,) = response.context["listing"].chips
    assert (str(chip["label"]), chip["value"], chip["url"]) == ("Status", "Off sale, Draft", "?")
    assert response.content.decode().count(" checked") == 2


def test_categories_say_how_old_they_are(client_for, digital):
    assert 'id="categories-list-fresh"' in client_for("viewer").get("/catalog/categories/").content.decode()
