"""Pages of tickets: who may do what, constant queries, and what a form answers."""

from functools import reduce
from operator import or_

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from dashboard.sync.models import Command
from dashboard.tickets.models import Ticket
from tests.connected import drive, effects, fault, pull, queue, step
from tests.factories import make_user
from tests.pages import assert_strict_html
from tests.tickets.conftest import refund

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


def queries(client, url, **headers):
    client.get(url, headers=headers)
    with CaptureQueriesContext(database) as caught:
        assert client.get(url, headers=headers).status_code == 200
    mine = ("django_session", "staff_user")
    return [one["sql"] for one in caught if not any(f'FROM "{table}' in one["sql"] for table in mine)]


def more(ticket, times, name):
    plain = {f.attname: getattr(ticket, f.attname) for f in Ticket._meta.concrete_fields if f.name != "id"}
    Ticket.objects.bulk_create(Ticket(**plain | {"remote_id": f"{name}-{n}"}) for n in range(times))


def test_the_list_costs_the_same_for_ten_and_a_hundred(desk, ticket_of, client_for):
    client, ticket = client_for("support"), ticket_of(desk, status="open")
    more(ticket, 10, "few")
    few = queries(client, "/tickets/?size=100", **HTMX)
    more(ticket, 80, "many")
    many = queries(client, "/tickets/?size=100", **HTMX)
    assert len(few) == len(many)
    assert len(few) <= 3
    assert not any('"tickets_ticket"."raw"' in sql for sql in many)


def test_a_ticket_costs_eight_queries_at_most(desk, ticket_of, client_for):
    assert len(queries(client_for("support"), f"/tickets/{ticket_of(desk).pk}/")) <= 8


def test_a_viewer_reads_and_does_not_write(desk, ticket_of, client_for):
    client, ticket = client_for("viewer"), ticket_of(desk, status="open")
    assert b"Send reply" not in client.get(f"/tickets/{ticket.pk}/").content
    assert b"format=csv" not in client.get("/tickets/").content
    for verb in ("reply", "update", "assign"):
        assert client.post(f"/tickets/{ticket.pk}/{verb}/", {"text": "x"}).status_code == 403
    assert not Command.objects.exists()


def test_a_foreign_ticket_and_order_are_not_found(desk, ticket_of, order_of, client):
    stranger = make_user("stranger", role="support", sees_all_connections=False)
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    ticket, order = ticket_of(desk), order_of(desk)
    assert client.get(f"/tickets/{ticket.pk}/").status_code == 404
    assert client.post(f"/tickets/{ticket.pk}/reply/", {"text": "x"}).status_code == 404
    assert client.get(f"/tickets/open/?order={order.pk}").status_code == 404
    assert client.post(f"/tickets/pictures/{order.pk}/").status_code == 404
    assert client.get(f"/tickets/for-order/{order.pk}/").status_code == 404
    assert not Command.objects.exists()


def test_what_a_desk_cannot_do_stays_visible_with_its_reason(desk, supply, ticket_of, client_for):
    client = client_for("support")
    one = client.get(f"/tickets/{ticket_of(desk, status='open').pk}/").content.decode()
    assert "disabled>Update ticket" in one
    other = client.get(f"/tickets/{ticket_of(supply).pk}/").content.decode()
    assert "Send reply" in other
    assert client.post(f"/tickets/{ticket_of(supply).pk}/reply/", {"text": "x"}).status_code == 422
    assert client.post(f"/tickets/{ticket_of(desk).pk}/update/", {"status": "closed"}).status_code == 422
    assert not Command.objects.exists()


def test_what_moved_since_the_form_was_shown_is_not_set_back(supply, ticket_of, client_for):
    ticket = ticket_of(supply, remote_status="open")
    text = "first line\nsecond line"
    seen = {"seen_status": "open", "seen_subject": ticket.subject, "seen_text": text}
    Ticket.objects.filter(pk=ticket.pk).update(remote_status="closed", body=text)
    given = {"status": "open", "subject": "Another", "text": text.replace("\n", "\r\n")} | seen
    assert client_for("support").post(f"/tickets/{ticket.pk}/update/", given).status_code == 302
    assert Command.objects.get().payload == {"status": None, "subject": "Another", "text": None}


def test_only_what_differs_is_updated(supply, ticket_of, client_for):
    ticket = ticket_of(supply, remote_status="open")
    given = {"status": "closed", "subject": ticket.subject, "text": ticket.body}
    response = client_for("support").post(f"/tickets/{ticket.pk}/update/", given)
    assert response.status_code == 302
    command = drive(Command.objects.get())
    assert (command.state, command.payload["status"], command.payload["subject"]) == ("done", "closed", None)
    assert [effect["changes"] for effect in effects(supply.sandbox)] == [{"status": "closed"}]


def test_a_lost_reply_stands_in_the_conversation(desk, ticket_of, client_for):
    ticket = ticket_of(desk, status="open")
    fault(desk.sandbox, "replyCustomerServiceTicket", "drop_after_apply")
    step(queue(desk.connection, "tickets.reply", ticket.remote_id, text="We look into it"))
    page = client_for("support").get(f"/tickets/{ticket.pk}/").content.decode()
    assert page.count("We look into it") >= 1
    assert "is-unknown" in page


def test_open_from_an_order_with_a_picture(desk, order_of, client_for):
    order, client = order_of(desk), client_for("support")
    page = client.get(f"/tickets/open/?order={order.pk}&kind=refund")
    assert_strict_html(page)
    file = SimpleUploadedFile("box.png", PNG, "image/png")
    sent = client.post(f"/tickets/pictures/{order.pk}/", {"file": file}, headers=HTMX)
    assert (sent.status_code, b'name="pictures"' in sent.content) == (200, True)
    upload = Command.objects.get(kind="tickets.upload_picture")
    given = refund(order, pictures=[upload.pk])
    del given["order"], given["kind"]
    early = client.post(f"/tickets/open/?order={order.pk}&kind=refund", given)
    assert (early.status_code, b"not on the platform yet" in early.content) == (422, True)
    assert drive(upload).state == "done"
    assert client.post(f"/tickets/open/?order={order.pk}&kind=refund", given).status_code == 302
    assert drive(Command.objects.get(kind="tickets.open")).state == "done"
    (effect,) = effects(desk.sandbox, "createRefundTicket")
    assert effect["image_ids"] == [upload.receipt["remote_id"]]
    assert Ticket.objects.get(remote_id=effect["ticket_id"]).opened_for == order.remote_id


def test_a_wrong_form_keeps_what_was_typed(desk, order_of, client_for):
    order = order_of(desk)
    given = refund(order, email="nobody")
    del given["order"], given["kind"]
    response = client_for("support").post(f"/tickets/open/?order={order.pk}&kind=refund", given)
    assert response.status_code == 422
    assert b"The box was empty" in response.content
    assert b"not an e-mail address" in response.content
    assert_strict_html(response)
    assert not Command.objects.exists()


def test_no_picture_and_no_image(desk, order_of, client_for):
    url, client = f"/tickets/pictures/{order_of(desk).pk}/", client_for("support")
    assert client.post(url, headers=HTMX).status_code == 422
    text = SimpleUploadedFile("box.png", b"not an image", "image/png")
    assert client.post(url, {"file": text}, headers=HTMX).status_code == 422
    assert not Command.objects.exists()


def test_an_order_is_found_by_its_number(supply, order_of, client_for):
    order, client = order_of(supply), client_for("support")
    response = client.get("/tickets/open/", {"number": order.number})
    assert (response.status_code, response.url) == (302, f"/tickets/open/?order={order.pk}")
    assert client.get("/tickets/open/", {"number": "nothing"}).status_code == 422
    assert client.get("/tickets/open/").status_code == 200


def test_assignment(desk, ticket_of, client_for, user_for):
    ticket, client = ticket_of(desk), client_for("support")
    client.post(f"/tickets/{ticket.pk}/assign/", {"person": user_for("admin").pk})
    ticket.refresh_from_db()
    assert ticket.assignee == user_for("admin")
    client.post(f"/tickets/{ticket.pk}/assign/", {"person": "me"})
    ticket.refresh_from_db()
    assert ticket.assignee == user_for("support")


def test_a_tab_holds_what_is_mine_and_unsolved(desk, ticket_of, client_for, user_for):
    client, ticket = client_for("support"), ticket_of(desk, status="open")
    more(ticket, 3, "other")
    assert client.get("/tickets/?view=mine").context["rows"] == []
    Ticket.objects.filter(pk=ticket.pk).update(assignee=user_for("support"))
    Ticket.objects.filter(remote_id="other-0").update(assignee=user_for("support"), status="solved")
    Ticket.objects.filter(remote_id="other-1").update(assignee=user_for("admin"))
    cache.clear()
    context = client.get("/tickets/?view=mine").context
    assert [row["pk"] for row in context["rows"]] == [ticket.pk]
    assert {tab["label"]: tab["count"] for tab in context["listing"].tabs}["Mine"] == "1"


def test_the_panel_beside_an_order(supply, ticket_of, client_for):
    ticket = ticket_of(supply)
    from dashboard.orders.models import Order

    order = Order.objects.get(connection=supply.connection, remote_id=ticket.order_remote_id)
    page = client_for("support").get(f"/tickets/for-order/{order.pk}/").content.decode()
    assert str(ticket) in page
    assert f"/tickets/open/?order={order.pk}" in page
    assert "/tickets/open/" not in client_for("viewer").get(f"/tickets/for-order/{order.pk}/").content.decode()


def test_the_panel_of_a_platform_without_tickets_offers_none(connect, client_for):
    from dashboard.orders.models import Order

    stores = connect("m2e", "stores")
    pull(stores.connection, "orders")
    order = Order.objects.filter(connection=stores.connection).first()
    panel = client_for("support").get(f"/tickets/for-order/{order.pk}/")
    assert_strict_html(panel, fragment=True)
    assert "This platform has no tickets." in panel.content.decode()
    assert "Open a ticket" not in panel.content.decode()


def test_a_refused_reply_stays_with_the_way_to_send_it_again_and_an_unknown_one_with_the_way_to_prove_it(
    desk, ticket_of, client_for
):
    client, ticket = client_for("support"), ticket_of(desk, status="open")
    refused = queue(desk.connection, "tickets.reply", ticket.remote_id, text="First try")
    Command.objects.filter(pk=refused.pk).update(state="failed", error="The platform was away.")
    page = client.get(f"/tickets/{ticket.pk}/").content.decode()
    assert f'action="/activity/commands/{refused.pk}/retry/"' in page
    client.post(f"/activity/commands/{refused.pk}/retry/")
    again = Command.objects.exclude(pk=refused.pk).get()
    assert "retry/" not in client.get(f"/tickets/{ticket.pk}/").content.decode()
    fault(desk.sandbox, "replyCustomerServiceTicket", "drop_after_apply")
    assert step(again).state == "unknown"
    page = client.get(f"/tickets/{ticket.pk}/").content.decode()
    assert f'action="/activity/commands/{again.pk}/prove/"' in page
    assert "Send again" not in page


def test_new_tickets_are_offered(desk, ticket_of, client_for):
    client, ticket = client_for("support"), ticket_of(desk, status="open")
    url = client.get("/tickets/?view=all").context["fresh"]["url"]
    assert client.get(url, headers=HTMX).context["fresh"]["new"] == 0
    more(ticket, 3, "new")
    assert client.get(url, headers=HTMX).context["fresh"]["new"] == 3


@pytest.mark.parametrize("q", ["账号", "logins", "TKT-1", "zzzz", "DAMAGED"])
def test_the_search_finds_what_a_plain_comparison_finds(desk, ticket_of, client_for, q):
    Ticket.objects.filter(pk=ticket_of(desk).pk).update(subject="账号被封了，怎么办", number="TKT-1", body="Two logins")
    page = client_for("support").get("/tickets/", {"view": "all", "q": q, "size": 100})
    named = [f"{name}__icontains" for name in ("number", "remote_id", "order_remote_id", "buyer", "subject", "body")]
    wanted = Ticket.objects.filter(reduce(or_, [Q(**{name: q}) for name in [*named, "replies__body__icontains"]]))
    assert {row["pk"] for row in page.context["rows"]} == set(wanted.values_list("pk", flat=True))
