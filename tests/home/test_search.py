"""The search over everything: what it finds, for whom, and where Enter leads."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection as database
from django.db.migrations.loader import MigrationLoader
from django.utils import translation

from dashboard.core.search_index import SearchIndex
from dashboard.core.searching import has_index
from dashboard.finance.searched import MOVEMENTS
from dashboard.home import search
from dashboard.home.kinds import KINDS_OF_RECORDS
from dashboard.home.places import Reach
from dashboard.messaging.models import Message
from dashboard.orders.models import Order
from tests.pages import assert_strict_html

HTMX = {"HX-Request": "true"}


def searched():
    """Every table with an index of words: those of the search over everything, and one that only its list searches."""
    yield MOVEMENTS
    for kind in KINDS_OF_RECORDS:
        yield kind.about
        yield from (part for part, _whole in kind.about.parts)


def groups_of(reach, q):
    return {group.key: group for group in search.find(reach, q)}


@pytest.mark.django_db
def test_every_searched_table_has_its_index_after_all_migrations():
    """On SQLite a later migration that alters a column drops the triggers: it must make the index anew."""
    made = {
        operation.model: operation.columns
        for _key, migration in sorted(MigrationLoader(database).disk_migrations.items())
        for operation in migration.operations
        if isinstance(operation, SearchIndex)
    }
    assert made == {about.model: about.indexed for about in searched()}
    tables = [apps.get_model(about.model)._meta.db_table for about in searched()]
    if database.vendor == "sqlite":
        assert [table for table in tables if not has_index("default", table)] == []
    else:
        with database.cursor() as cursor:
            cursor.execute("SELECT indexname FROM pg_indexes")
            names = {row[0] for row in cursor.fetchall()}
        assert [table for table in tables if f"{table}_search_words" not in names] == []
        assert [table for table in tables if f"{table}_words" in names] == []


@pytest.mark.parametrize("about", list(searched()), ids=lambda about: about.model)
def test_searched_columns_are_text_that_is_never_null(about):
    model = apps.get_model(about.model)
    for name in about.indexed:
        field = model._meta.get_field(name)
        assert (field.get_internal_type() in ("CharField", "TextField"), field.null) == (True, False), name
    assert set(about.numbers) <= {*about.columns, "remote_id"}


def test_a_number_finds_its_order_and_enter_opens_it(goods, reach, client_for):
    order = Order.objects.order_by("pk").first()
    hit = groups_of(reach(), order.number)["orders"].hits[0]
    assert (hit.label, hit.exact, hit.url) == (order.number, True, f"/orders/{order.pk}/")
    client = client_for("viewer")
    response = client.get("/search/", {"q": f" {order.number.lower()} "})
    assert (response.status_code, response["Location"]) == (302, f"/orders/{order.pk}/")
    assert client.get("/search/", {"q": order.number, "stay": "1"}).status_code == 200
    assert client.get("/search/", {"q": order.number}, headers=HTMX).status_code == 200


def test_part_of_a_number_stays_on_the_page(goods, client_for):
    order = Order.objects.order_by("pk").first()
    response = client_for("viewer").get("/search/", {"q": order.number[:-1]})
    assert response.status_code == 200
    assert order.number in response.content.decode()


def test_two_characters_say_where_they_are_looked_for(goods, client_for):
    said = "Two characters are looked for at the beginning of numbers only"
    pages = {q: client_for("viewer").get("/search/", {"q": q}).content.decode() for q in ("a", "an", "ann")}
    assert [said in page for page in pages.values()] == [False, True, False]
    chinese = client_for("viewer").get("/search/", {"q": "王伟"}).content.decode()
    assert "Two characters that are not Latin are looked for where a name or word begins" in chinese
    assert said not in chinese


def test_words_of_messages_lead_to_their_thread(goods, reach):
    message = Message.objects.filter(message_type__icontains="text").exclude(body="").order_by("pk").first()
    hits = groups_of(reach(), message.body[:20])["messages"].hits
    assert hits[0].url.startswith("/messages/")


def test_what_is_no_text_is_named_in_the_readers_language(goods, reach):
    message = Message.objects.order_by("pk").first()
    Message.objects.filter(pk=message.pk).update(body="[file] the-only-receipt.pdf")
    with translation.override("zh-hans"):
        assert groups_of(reach(), "the-only-receipt")["messages"].hits[0].label == "文件 · the-only-receipt.pdf"


def test_only_what_the_role_may_see(goods, supply, reach):
    assert {kind.permission for kind in KINDS_OF_RECORDS} >= {"finance.view", "orders.view"}
    admin, viewer = (groups_of(reach(role), "0") | groups_of(reach(role), "00") for role in ("admin", "viewer"))
    assert "payments" not in viewer
    assert set(viewer) <= set(admin)


def test_a_buyers_address_is_found_by_those_who_may_see_it(supply, reach):
    order = Order.objects.order_by("pk").first()
    Order.objects.filter(pk=order.pk).update(buyer_email="only-here@secret.example")
    assert [hit.label for hit in groups_of(reach("support"), "only-here@secret")["orders"].hits] == [str(order)]
    assert groups_of(reach("viewer"), "only-here@secret") == {}


def test_rows_of_other_connections_are_never_found(goods, confined, client_for):
    foreign = Order.objects.filter(connection=goods.connection).first()
    assert search.find(Reach(confined), foreign.number) == []
    assert search.find(Reach(confined), goods.connection.title) == []
    assert search.find(Reach(confined, goods.connection.slug), foreign.number) == []


def test_the_scope_of_the_top_bar_narrows(goods, supply, reach):
    order = Order.objects.filter(connection=goods.connection).first()
    assert "orders" in groups_of(reach(slug=goods.connection.slug), order.number)
    assert groups_of(reach(slug=supply.connection.slug), order.number) == {}


def test_more_hits_than_shown_lead_to_the_list(goods, reach):
    Order.objects.update(buyer="Everybody")
    group = groups_of(reach(), "everybody")["orders"]
    assert len(group.hits) == search.SHOWN
    assert group.more == "/orders/?q=everybody&view=all"


def test_the_number_of_queries_does_not_grow(goods, reach, django_assert_max_num_queries):
    for pairs in range(2):
        if pairs:
            Order.objects.update(buyer="Everybody")
            Message.objects.update(body="Everybody")
        fresh = reach()
        with django_assert_max_num_queries(2 * len(list(searched())) + len(KINDS_OF_RECORDS) + 2):
            search.find(fresh, "everybody")


@pytest.mark.parametrize("q", ["", "x", "zzzzzz", "<script>alert(1)</script>", "Everybody"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_is_strict_html(goods, client_for, settings, q, language):
    Order.objects.filter(pk=Order.objects.first().pk).update(buyer="Everybody <img src=x onerror=alert(1)>")
    client = client_for("admin")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    assert_strict_html(client.get("/search/", {"q": q}))
    assert_strict_html(client.get("/search/", {"q": q}, headers=HTMX), fragment=True)
