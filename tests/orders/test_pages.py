"""The pages of orders: strict markup, constant queries, roles, masking, and what they must not show."""

from datetime import timedelta

import html5lib
import pytest
from django.urls import reverse
from django.utils import timezone

from dashboard.orders.models import Order, OrderLine, Tag
from dashboard.staff.models import AuditEvent
from dashboard.sync.models import Command
from tests.connected import drive, queue
from tests.pages import assert_strict_html

pytestmark = pytest.mark.django_db


def url(name, order, *more):
    return reverse(f"orders:{name}", args=[order.pk, *more])


@pytest.fixture
def admin(client_for):
    return client_for("admin")


def get(client, address, **headers):
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    assert_strict_html(response, fragment="HX-Request" in headers)
    return response


def rows_in(response):
    tree = html5lib.parse(response.content.decode(), namespaceHTMLElements=False)
    return [row.attrib["id"] for row in tree.iter("tr") if row.attrib.get("id", "").startswith("order-")]


@pytest.mark.parametrize("view", ["to-deliver", "late", "problem", "awaiting", "unpaid", "all"])
def test_every_view_of_the_list(admin, stores, supply, view):
    response = get(admin, f"/orders/?view={view}")
    shown = {f"order-{order.pk}" for order in views()[view]}
    assert set(rows_in(response)) <= shown
    assert len(rows_in(response)) == min(25, len(shown))


def views():
    rows = Order.objects.all()
    return {
        "to-deliver": rows.to_deliver(),
        "late": rows.late_soon(),
        "problem": rows.problem(),
        "awaiting": rows.awaiting_platform(),
        "unpaid": rows.unpaid(),
        "all": rows,
    }


def test_the_fragment_is_the_sheet_alone(admin, stores):
    response = get(admin, "/orders/?view=all", **{"HX-Request": "true"})
    assert response.content.lstrip().startswith(b'<section class="sheet list" id="orders-list"')


def test_counts_of_the_tabs_and_of_the_navigation(admin, supply):
    response = get(admin, "/orders/")
    assert "23 orders to deliver" in response.content.decode()


def test_what_is_late_already_is_not_called_due(admin, supply, order_of):
    order = order_of(supply, status="to_deliver")
    Order.objects.filter(pk=order.pk).update(ship_by=timezone.now() - timedelta(days=3))
    assert "23 orders to deliver, 1 late or due within 24 hours." in get(admin, "/orders/").content.decode()


def test_a_failed_command_makes_a_problem(admin, supply, order_of):
    order = order_of(supply, status="delivered")
    assert "No order of this view waits for you." in get(admin, "/orders/?view=problem").content.decode()
    command = drive(queue(supply.connection, "orders.set_status", order.remote_id, status="pending_order"))
    assert command.state == "rejected"
    response = get(admin, "/orders/?view=problem")
    assert rows_in(response) == [f"order-{order.pk}"]
    assert "Refused" in response.content.decode()
    later = queue(supply.connection, "orders.set_status", order.remote_id, status="completed_order")
    Command.objects.filter(pk=later.pk).update(state="superseded")
    assert rows_in(get(admin, "/orders/?view=problem")) == [f"order-{order.pk}"]
    Command.objects.filter(pk=later.pk).update(state="done")
    assert "No order of this view waits for you." in get(admin, "/orders/?view=problem").content.decode()


@pytest.mark.parametrize("field", ["number", "source_order_id", "buyer", "line sku", "tracking"])
def test_search(admin, stores, field):
    order = Order.objects.get(connection=stores.connection, source_order_id="0000073")
    words = {
        "line sku": order.lines.first().sku,
        "tracking": order.parcels.first().tracking_number,
    }.get(field) or getattr(order, field)
    assert f"order-{order.pk}" in rows_in(get(admin, f"/orders/?view=all&size=100&q={words}"))


def test_tags_stand_in_the_row_and_the_rest_is_counted(admin, supply, order_of):
    order_of(supply).tags.set(
        Tag.objects.create(name=name) for name in ("zebra", "<b>", "gift", "VIP", "a tag of many letters")
    )
    body = get(admin, "/orders/?view=all&tag=vip").content.decode()
    assert (
        '<td class="grow"><span class="tag" title="&lt;b&gt;">&lt;b&gt;</span> '
        '<span class="tag" title="a tag of many letters, gift, VIP, zebra">+4'
        '<span class="vh">: a tag of many letters, gift, VIP, zebra</span></span> <bdi>'
    ) in body
    Tag.objects.filter(name__startswith="a tag").delete()
    body = get(admin, "/orders/?view=all&tag=vip").content.decode()
    shown = [f'<span class="tag" title="{name}">{name}</span> ' for name in ("&lt;b&gt;", "gift", "VIP")]
    assert "".join(shown) + '<span class="tag" title="zebra">+1' in body


def test_filters_narrow_and_bad_ones_are_said(admin, stores, supply):
    only = rows_in(get(admin, f"/orders/?view=all&size=100&connection={supply.connection.slug}"))
    assert len(only) == Order.objects.filter(connection=supply.connection).count()
    assert "left out" in get(admin, "/orders/?view=all&since=yesterday").content.decode()
    assert rows_in(get(admin, "/orders/?view=all&status=refunded&payment=unpaid")) == []


def test_the_list_as_a_file(admin, stores):
    response = admin.get("/orders/?view=unpaid&format=csv")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 1 + Order.objects.unpaid().count()
    assert lines[0].startswith('"connection","platform","remote_id","number","status"')


@pytest.mark.parametrize("name", ["goods", "supply", "partner", "stores"])
def test_the_page_of_every_kind_of_order(request, admin, name, order_of):
    connected = request.getfixturevalue(name)
    for status in ("to_deliver", "unknown", "delivered", "completed", "cancelled", "unpaid"):
        order = Order.objects.filter(connection=connected.connection, status=status).first()
        if order:
            body = get(admin, url("detail", order)).content.decode()
            assert str(order) in body
            get(admin, url("history", order), **{"HX-Request": "true"})


def test_lists_never_read_the_raw_payload(admin, supply, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as queries:
        admin.get("/orders/?view=all")
    assert not [query for query in queries if '"orders_order"."raw"' in query["sql"]]
    assert not [query for query in queries if '"orders_order"."delivered"' in query["sql"]]


def test_a_foreign_order_is_not_found(client_for, user_for, supply, stores, order_of):
    person = user_for("support")
    person.sees_all_connections = False
    person.save()
    person.connections.add(stores.connection)
    client = client_for("support")
    assert client.get(url("detail", order_of(supply))).status_code == 404
    assert client.get(url("detail", order_of(stores))).status_code == 200
    assert client.post(url("note", order_of(supply)), {"text": "x"}).status_code == 404
    assert rows_in(client.get("/orders/?view=all&size=100")) == rows_in(
        client.get(f"/orders/?view=all&size=100&connection={stores.connection.slug}")
    )


def test_contact_data_is_masked_for_viewers(client_for, stores):
    order = Order.objects.get(connection=stores.connection, source_order_id="0000073")
    whole = get(client_for("support"), url("detail", order)).content.decode()
    assert "joerg@example.de" in whole
    assert "7 Summerview Center" in whole
    masked = get(client_for("viewer"), url("detail", order)).content.decode()
    assert "j•••@•••.de" in masked
    for secret in ("joerg@example.de", "7 Summerview Center", "318-395-3207"):
        assert secret not in masked


def test_a_country_has_its_name_in_the_readers_language_and_its_code_beside_it(client_for, stores):
    order = Order.objects.filter(connection=stores.connection, address__country="PL").first()
    poland = 'title="PL">Poland</span>'
    assert f"<br><span {poland}" in get(client_for("support"), url("detail", order)).content.decode()
    viewer = client_for("viewer")
    assert f"•••, {order.address['city']}, <span {poland}" in get(viewer, url("detail", order)).content.decode()
    viewer.cookies["django_language"] = "zh-hans"
    assert '<span title="PL">波兰</span>' in get(viewer, url("detail", order)).content.decode()
    Order.objects.filter(pk=order.pk).update(address={"country": "<Q9"})
    assert "<dd>&lt;Q9</dd>" in get(client_for("support"), url("detail", order)).content.decode()


def test_viewers_get_no_verbs(client_for, supply, order_of):
    body = get(client_for("viewer"), url("detail", order_of(supply))).content.decode()
    for verb in ("/deliver/", "/refund/", "/status/", "/note/", "/reveal/"):
        assert verb not in body


def test_what_a_channel_cannot_do_stays_visible_with_its_reason(admin, supply, order_of):
    body = get(admin, url("detail", order_of(supply, status="to_deliver"))).content.decode()
    assert "AccPlanet has no endpoint to cancel an order" in body


def test_delivered_content_is_hidden_and_revealed_with_a_record(client_for, supply, order_of):
    order = order_of(supply, status="delivered")
    client = client_for("fulfilment")
    assert order.delivered not in client.get(url("detail", order)).content.decode()
    asked = client.post(url("reveal", order), headers={"HX-Request": "true"})
    assert asked.status_code == 403
    assert "/staff/confirm/" in asked["HX-Redirect"]
    assert AuditEvent.objects.filter(verb="orders.content_revealed").count() == 0
    confirm(client)
    shown = client.post(url("reveal", order), headers={"HX-Request": "true"})
    assert order.delivered.splitlines()[0] in shown.content.decode()
    assert_strict_html(shown, fragment=True)
    event = AuditEvent.objects.get(verb="orders.content_revealed")
    assert event.target_label == str(order)
    assert order.delivered not in repr(event.detail)


def test_what_names_no_delivery_reveals_nothing(client_for, supply, order_of):
    client, order = confirm(client_for("fulfilment")), order_of(supply, status="delivered")
    for given in ("²", "9" * 30, "0"):
        assert client.post(url("reveal", order), {"delivery": given}).status_code == 404
    assert AuditEvent.objects.filter(verb="orders.content_revealed").count() == 0


def test_revealing_needs_the_permission(client_for, supply, order_of):
    client = confirm(client_for("support"))
    assert client.post(url("reveal", order_of(supply, status="delivered"))).status_code == 403
    assert client.get(url("reveal", order_of(supply, status="delivered"))).status_code == 405


def confirm(client):
    import time

    session = client.session
    session["confirmed_at"] = int(time.time())
    session.save()
    return client


def test_gone_orders_say_so(admin, supply, order_of):
    order = order_of(supply)
    Order.objects.filter(pk=order.pk).update(gone_at=order.changed_at)
    assert "no longer on the platform" in get(admin, url("detail", order)).content.decode()


def test_text_from_platforms_is_escaped(admin, stores, order_of):
    order = order_of(stores)
    evil = "<img src=x onerror=alert(1)>\"'{{ 7|add:7 }}"
    OrderLine.objects.filter(order=order).update(title=evil, sku=evil)
    Order.objects.filter(pk=order.pk).update(buyer=evil, items=evil, number=evil, requirements=evil, remote_status=evil)
    for address in ("/orders/?view=all&size=100", url("detail", order), f"/orders/packing-slips/?pk={order.pk}"):
        assert "<img src=x" not in get(admin, address).content.decode()


@pytest.mark.usefixtures("stopped_clock")
def test_the_freshness_line_is_cheap_when_nothing_changed(admin, stores):
    first = get(admin, "/orders/fresh/", **{"HX-Request": "true"})
    again = admin.get("/orders/fresh/", headers={"HX-Request": "true", "If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_the_palette_finds_orders(admin, stores):
    order = Order.objects.get(connection=stores.connection, source_order_id="0000073")
    response = admin.get(reverse("core:palette"), {"q": order.number})
    assert url("detail", order) in response.content.decode()


def test_an_empty_list_is_honest(admin, stores):
    body = get(admin, "/orders/?view=all&q=zzzzzzzz").content.decode()
    assert "Nothing matches" in body
