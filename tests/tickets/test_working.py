"""Working on tickets: what a page shows by itself, private notes, who it is given to, opening to the end."""

import re

import pytest
from django.core.cache import cache

from channels.shoppo.sandbox_tickets import desk_replies
from dashboard.orders.models import Order
from dashboard.sync.models import Command
from dashboard.tickets.models import Ticket, TicketNote
from tests.connected import drive, effects, fault, pull, queue, step
from tests.factories import make_user
from tests.pages import assert_strict_html, flat
from tests.tickets.conftest import open_ticket, refund

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def bubble_with(page, text):
    """The bubble that holds a text, with what stands under it."""
    (found,) = [part for part in re.split(r'<div class="msg(?: msg-\w+)*">', page)[1:] if f">{text}<" in part]
    return found


def test_a_poll_brings_the_head_the_history_and_the_facts_and_at_the_end_the_form(supply, ticket_of, client_for):
    client, ticket = client_for("support"), ticket_of(supply, remote_status="open")
    url = f"/tickets/{ticket.pk}/"
    client.post(f"{url}update/", {"status": "in_progress", "subject": ticket.subject, "text": ticket.body or "x"})
    moving = client.get(f"{url}?moved=1", headers=HTMX)
    assert_strict_html(moving, fragment=True)
    assert f'data-hx-get="{url}?moved=1" data-hx-trigger="every 2s"' in flat(moving)
    assert 'id="change"' not in flat(moving)
    assert drive(Command.objects.get()).state == "done"
    told = flat(client.get(f"{url}?moved=1", headers=HTMX))
    sign = told.partition('id="ticket-sign" data-hx-swap-oob="true">')[2].partition("</span>")[0]
    assert sign.endswith("Pending")
    assert "Confirmed" in told.partition('id="history"')[2].partition("</section>")[0]
    assert "<dd>in_progress</dd>" in told.partition('id="facts"')[2].partition("</section>")[0]
    assert '<option value="in_progress" selected>' in told.partition('id="change"')[2].partition("</section>")[0]
    assert f'data-hx-get="{url}" data-hx-trigger="every 20s"' in told
    assert 'id="change"' not in flat(client.get(url, headers=HTMX))


def test_a_page_that_rests_is_304_until_the_desk_writes(desk, ticket_of, client_for):
    client, ticket = client_for("support"), ticket_of(desk, status="open")
    url = f"/tickets/{ticket.pk}/"
    tag = client.get(url, headers=HTMX)["ETag"]
    assert client.get(url, headers=HTMX | {"If-None-Match": tag}).status_code == 304
    desk_replies(desk.sandbox.shop, desk.sandbox.shop.tickets[ticket.remote_id], "Send us a picture")
    pull(desk.connection, "tickets", full=True)
    response = client.get(url, headers=HTMX | {"If-None-Match": tag})
    assert response.status_code == 200
    assert "Desk" in bubble_with(flat(response), "Send us a picture")


def test_our_replies_carry_the_name_of_who_wrote_them(desk, ticket_of, client_for, user_for):
    ticket = ticket_of(desk, status="open")
    reply = queue(desk.connection, "tickets.reply", ticket.remote_id, user_for("support"), text="We look into it")
    assert drive(reply).state == "done"
    page = flat(client_for("viewer").get(f"/tickets/{ticket.pk}/"))
    assert f'<div class="msg-meta">{user_for("support").label}' in bubble_with(page, "We look into it")


def test_a_private_note_stays_in_the_house(desk, ticket_of, client_for, user_for):
    client, ticket = client_for("support"), ticket_of(desk, status="open")
    response = client.post(f"/tickets/{ticket.pk}/note/", {"text": "Do not <b>refund</b>"})
    assert (response.status_code, response.url) == (302, f"/tickets/{ticket.pk}/")
    note = TicketNote.objects.get()
    assert (note.ticket, note.author, note.text) == (ticket, user_for("support"), "Do not <b>refund</b>")
    page = flat(client_for("viewer").get(f"/tickets/{ticket.pk}/"))
    assert "Private note" in bubble_with(page, "Do not &lt;b&gt;refund&lt;/b&gt;")
    assert client_for("viewer").post(f"/tickets/{ticket.pk}/note/", {"text": "x"}).status_code == 403
    long = client.post(f"/tickets/{ticket.pk}/note/", {"text": "x" * 4001})
    assert (long.status_code, b"x" * 4001 in long.content) == (422, True)
    empty = client.post(f"/tickets/{ticket.pk}/note/", {"text": " "})
    assert (empty.status_code, b"<strong>The note was not kept.</strong>" in empty.content) == (422, True)
    assert TicketNote.objects.count() == 1
    assert not Command.objects.exists()
    assert effects(desk.sandbox) == []


def test_where_no_reply_can_be_sent_a_note_still_can(supply, ticket_of, client_for):
    ticket = ticket_of(supply)
    page = flat(client_for("support").get(f"/tickets/{ticket.pk}/"))
    composer = page.partition('id="composer"')[2].partition("</form>")[0]
    assert 'data-mode="reply" aria-pressed="false" aria-disabled="true"' in composer
    assert 'data-mode="note" aria-pressed="true"' in composer
    assert "has no endpoint for replies" in composer
    assert "canned" not in composer
    assert client_for("support").post(f"/tickets/{ticket.pk}/note/", {"text": "Ask again"}).status_code == 302
    assert TicketNote.objects.get().text == "Ask again"


def test_a_ticket_is_given_only_to_who_may_work_on_it_and_sees_its_shop(desk, ticket_of, client_for, user_for):
    client, ticket = client_for("support"), ticket_of(desk)
    stranger = make_user("stranger", role="support", sees_all_connections=False)
    admin, others = user_for("admin"), [stranger, user_for("viewer"), user_for("finance")]
    cache.clear()
    menu = client.get(f"/tickets/{ticket.pk}/").content.decode().partition('id="assign"')[2].partition("</details>")[0]
    assert {one for one in (admin, *others) if f'value="{one.pk}"' in menu} == {admin}
    for person in others:
        assert client.post(f"/tickets/{ticket.pk}/assign/", {"person": person.pk}).status_code == 422
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_opening_leads_to_the_ticket_as_soon_as_it_is_there(desk, order_of, client_for):
    order, client = order_of(desk), client_for("support")
    given = refund(order)
    del given["order"], given["kind"]
    response = client.post(f"/tickets/open/?order={order.pk}&kind=refund", given)
    command = Command.objects.get()
    assert response.url == f"/tickets/opened/{command.pk}/"
    page = client.get(response.url)
    assert_strict_html(page)
    assert 'data-hx-trigger="every 2s"' in page.content.decode()
    assert drive(command).state == "done"
    ticket = Ticket.objects.get(remote_id=command.receipt["remote_id"])
    poll = client.get(response.url, headers=HTMX)
    assert (poll.status_code, poll["HX-Redirect"]) == (204, f"/tickets/{ticket.pk}/")
    assert client.get(response.url).url == f"/tickets/{ticket.pk}/"
    assert len(effects(desk.sandbox, "createRefundTicket")) == 1


def test_a_refused_opening_leads_back_to_the_form_with_what_was_typed(desk, order_of, client_for):
    order, client = order_of(desk), client_for("support")
    command = open_ticket(desk, refund(order, text="The box was open"))
    fault(desk.sandbox, "createRefundTicket", "status", code=400)
    assert drive(command).state == "rejected"
    page = client.get(f"/tickets/opened/{command.pk}/").content.decode()
    assert "every 2s" not in page
    address = f"/tickets/open/?order={order.pk}&kind=refund&again={command.pk}"
    assert address.replace("&", "&amp;") in page
    form = client.get(address).content.decode()
    assert "The box was open</textarea>" in form
    assert '<option value="RECEIVED" selected>' in form
    stranger = make_user("stranger", role="support", sees_all_connections=False)
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/tickets/opened/{command.pk}/").status_code == 404
    assert effects(desk.sandbox) == []


def test_a_choice_is_made_by_a_person(desk, order_of, client_for):
    order = order_of(desk)
    given = refund(order)
    for name in ("order", "kind", "problem_type", "item_delivery_status"):
        del given[name]
    page = client_for("support").get(f"/tickets/open/?order={order.pk}&kind=refund").content.decode()
    assert page.count('<option value="" selected>Choose</option>') == 2
    assert client_for("support").post(f"/tickets/open/?order={order.pk}&kind=refund", given).status_code == 422
    assert not Command.objects.exists()


def test_a_picture_that_is_left_out_does_not_go_along(desk, order_of, client_for):
    from tests.tickets.test_pages import PNG, SimpleUploadedFile

    order, client = order_of(desk), client_for("support")
    sent = client.post(f"/tickets/pictures/{order.pk}/", {"file": SimpleUploadedFile("a.png", PNG, "image/png")})
    upload = Command.objects.get()
    assert f'type="checkbox" name="pictures" value="{upload.pk}" checked' in sent.content.decode()
    assert drive(upload).state == "done"
    given = refund(order)
    del given["order"], given["kind"]
    client.post(f"/tickets/open/?order={order.pk}&kind=refund", given)
    assert drive(Command.objects.get(kind="tickets.open")).state == "done"
    assert [effect["image_ids"] for effect in effects(desk.sandbox, "createRefundTicket")] == [[]]


@pytest.mark.parametrize(
    ("status", "word", "shown"),
    [("open", "OPEN", "Open"), ("open", "NEW", "Open (NEW)"), ("pending", "HOLD", "Pending (HOLD)")],
)
def test_the_desks_own_word_stands_beside_ours_where_it_says_more(desk, ticket_of, client_for, status, word, shown):
    ticket = ticket_of(desk)
    Ticket.objects.filter(pk=ticket.pk).update(status=status, desk_status=word, subject="NOT_AS_DESCRIBED")
    page = client_for("viewer").get(f"/tickets/{ticket.pk}/").content.decode()
    sign = page.partition('id="ticket-sign">')[2].partition("</span>")[0]
    assert sign.endswith(f">{shown}")
    assert f"<dd>{word}</dd>" in page
    assert "<h1><bdi>Not as described</bdi></h1>" in page
    assert "<bdi>NOT_AS_DESCRIBED</bdi>" in page


def test_what_we_opened_is_not_our_turn(supply, order_of):
    order = order_of(supply)
    given = {"kind": "support", "order": order.number, "subject": "No stock", "text": "Three are missing"}
    command = open_ticket(supply, given)
    assert drive(command).state == "done"
    ticket = Ticket.objects.get(remote_id=command.receipt["remote_id"])
    assert (ticket.opened_for, ticket.order_remote_id) == (order.remote_id, order.remote_id)
    assert not Ticket.objects.waiting().filter(pk=ticket.pk).exists()
    assert list(Ticket.objects.of(order).filter(pk=ticket.pk)) == [ticket]


def test_html_of_a_desk_is_readable_and_dead(supply, ticket_of, client_for):
    ticket = ticket_of(supply)
    bad = '<p onclick="alert(1)">Dear <b>seller</b></p><script>alert(2)</script><img src=x onerror=alert(3)>'
    Ticket.objects.filter(pk=ticket.pk).update(body=bad, subject="<script>alert(4)</script>")
    page = client_for("support").get(f"/tickets/{ticket.pk}/").content.decode()
    said = page.partition('id="conversation"')[2].partition('<form class="composer')[0]
    assert "<p>Dear <b>seller</b></p>" in said
    assert "alert(" not in said
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(4)&lt;/script&gt;" in page


def test_from_ticket_to_ticket_of_the_list(desk, client_for):
    client = client_for("support")
    first, second = client.get("/tickets/").context["rows"][:2]
    page = client.get(first["url"])
    assert f'href="{second["url"]}" rel="next" data-key="j"' in page.content.decode()
    assert client.get(second["url"]).context["steps"]["back"] == first["url"]
    response = client.post(first["url"].replace("/?", "/assign/?"), {"person": "me"})
    assert response.url == first["url"]


def test_an_empty_list_of_a_feed_that_was_not_read_says_that_nobody_can_know(connect, client_for):
    connect("shoppo", "unread")
    page = client_for("support").get("/tickets/").content.decode()
    assert "None seen, but the list may be incomplete" in page
    assert "No ticket is waiting" not in page


def test_a_reply_that_arrived_without_an_answer_stands_once(desk, ticket_of, client_for):
    ticket = ticket_of(desk, status="open")
    fault(desk.sandbox, "replyCustomerServiceTicket", "drop_after_apply")
    command = step(queue(desk.connection, "tickets.reply", ticket.remote_id, text="We look into it"))
    assert command.state == "unknown"
    assert drive(command).state == "done"
    page = flat(client_for("support").get(f"/tickets/{ticket.pk}/"))
    assert "Prove it" not in page
    bubble_with(page, "We look into it")
    assert len(effects(desk.sandbox)) == 1
    assert Order.objects.filter(connection=desk.connection).exists()
