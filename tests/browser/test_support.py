"""After-sales, messages and tickets in a real browser, to the platforms' ledgers and back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.aftersales.models import Case
from dashboard.messaging import conversation
from dashboard.messaging.models import CannedReply, Draft, Thread, ThreadNote
from dashboard.messaging.views import writing
from dashboard.orders.models import Order
from dashboard.sync.models import Command
from dashboard.tickets.models import Ticket
from tests.connected import drive, effects, fault, pull, step
from tests.pages import assert_pages_hold

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_case_is_rejected_with_a_reason_and_the_page_shows_it(page_for, goods):
    case = Case.objects.waiting().order_by("decide_by").first()
    page = page_for("support")
    page.goto("/aftersales/")
    page.click(f"#case-{case.pk} th a")
    page.wait_for_url(f"**/aftersales/{case.pk}/*")
    page.click("button:has-text('Reject the case')")
    assert "Nothing was sent" in page.locator("[role=alert]").inner_text()
    assert Command.objects.count() == 0
    page.fill("#reject_reason", "The code was redeemed")
    page.fill("#reject_image_urls", "https://img.example.com/proof.png")
    page.click("button:has-text('Reject the case')")
    page.wait_for_selector("#decision .badge:has-text('Queued')")
    assert drive(Command.objects.get()).state == "done"
    page.wait_for_selector("#case-sign:has-text('Rejected')")
    assert [effect["rejectDescription"] for effect in effects(goods.sandbox)] == ["The code was redeemed"]


def test_a_refund_needs_the_amount_typed(page_for, goods):
    case = Case.objects.waiting().order_by("decide_by").first()
    page = page_for("support")
    page.goto(f"/aftersales/{case.pk}/")
    page.fill("#approve_typed", "1")
    page.click("button:has-text('Refund')")
    page.wait_for_selector("text=This is not")
    page.fill("#approve_typed", f"{case.amount:,.2f}")
    page.click("button:has-text('Refund')")
    page.wait_for_selector("#decision .badge:has-text('Queued')")
    assert drive(Command.objects.get()).state == "done"
    assert [effect["isApproved"] for effect in effects(goods.sandbox)] == [True]


def test_all_threads_of_a_box_are_chosen_from_one(page_for, goods, user_for):
    row = Thread.objects.waiting().first()
    for n in range(60):
        row.pk, row.remote_id = None, f"more-{n}"
        row.save()
    every = set(Thread.objects.waiting().values_list("pk", flat=True))
    page = page_for("support")
    page.goto("/messages/", wait_until="networkidle")
    page.check(".threads .box >> nth=1")
    page.click(f".bulk button:has-text('Select all {len(every)} that match')")
    assert page.inner_text(".bulk [data-selected]") == f"All {len(every)} that match"
    assert page.locator(".threads .box:not(:checked)").count() == 0
    page.click("#inbox .bulk summary")
    page.click("#inbox .bulk button:has-text('Assign to me')")
    page.wait_for_selector("#inbox:not([data-picked])")
    assert set(Thread.objects.filter(assignee=user_for("support")).values_list("pk", flat=True)) == every


def test_a_thread_that_left_the_list_is_polled_without_its_row(page_for, goods, user_for):
    thread, other = Thread.objects.waiting().order_by("waiting_since")[:2]
    page = page_for("support")
    page.goto("/messages/?view=unassigned", wait_until="networkidle")
    page.click(f"#thread-item-{thread.pk}")
    page.wait_for_selector(f"#thread-item-{thread.pk}[aria-current]")
    with page.expect_response("**/messages/*/messages/**") as polled:
        pass
    assert "listed=1" in polled.value.url
    Thread.objects.filter(pk=thread.pk).update(assignee=user_for("admin"))
    page.check(f".threads .box[value='{other.pk}']")
    page.click("#inbox .bulk summary")
    page.click("#inbox .bulk button:has-text('Assign to me')")
    page.wait_for_selector(f"#thread-item-{thread.pk}", state="detached")
    Thread.objects.filter(pk=thread.pk).update(unread=7)  # the poll has news
    with page.expect_response("**/messages/*/messages/**") as polled:
        pass
    assert "listed" not in polled.value.url


def test_a_reply_is_written_from_a_canned_one_taken_back_and_sent(page_for, goods, monkeypatch):
    for place in (conversation, writing):  # time enough to press “Undo” on the slowest machine
        monkeypatch.setattr(place, "UNDO", timedelta(minutes=10))
    thread = Thread.objects.waiting().order_by("waiting_since").first()
    CannedReply.objects.create(shortcut="thanks", text="Hello {buyer}, thank you.")
    page = page_for("support")
    page.goto("/messages/")
    page.click(f"#thread-item-{thread.pk}")
    page.wait_for_selector(f"#thread-item-{thread.pk}[aria-current]")
    page.locator("#message-text").press_sequentially("/")
    page.click(".canned button")
    wanted = f"Hello {thread.buyer}, thank you."
    assert page.input_value("#message-text") == wanted
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".msg:has-text('Goes out in')")
    assert page.input_value("#message-text") == ""
    page.click("button:has-text('Undo')")
    page.wait_for_selector("#message-text:not(:placeholder-shown)")
    assert Command.objects.get().state == "cancelled"
    assert Draft.objects.get().text == wanted
    page.click("#composer button:has-text('Send')")
    page.wait_for_selector(".msg:has-text('Goes out in')")
    command = Command.objects.get(state="queued")
    assert command.not_before - command.created_at == timedelta(minutes=10)
    assert drive(command).state == "done"
    page.wait_for_selector(".msg-out:has-text('confirmed at')")
    page.wait_for_selector(f"#thread-item-{thread.pk} .last:has-text('We: Hello')")  # the row stays and says so
    assert [effect["text"] for effect in effects(goods.sandbox)] == [wanted]


def test_a_reply_without_an_answer_stays_on_its_message_until_it_is_proven(page_for, goods):
    thread = Thread.objects.waiting().order_by("waiting_since").first()
    page = page_for("support")
    page.goto(f"/messages/{thread.pk}/")
    page.fill("#message-text", "Is it there?")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".msg:has-text('Goes out in')")
    fault(goods.sandbox, "im.send", "drop_after_apply")
    command = step(Command.objects.get())
    assert command.state == "unknown"
    page.wait_for_selector(".msg-out:has-text('Is it there?') .state.is-unknown")
    assert page.locator("button:has-text('Send again')").count() == 0
    page.click("button:has-text('Prove it')")
    page.wait_for_url(f"**/activity/commands/{command.pk}/**")
    assert drive(command).state == "done"
    page.goto(f"/messages/{thread.pk}/")
    page.wait_for_selector(".msg-out:has-text('confirmed at')")
    assert [effect["text"] for effect in effects(goods.sandbox)] == ["Is it there?"]


def test_a_thread_is_given_to_somebody_from_the_menu(page_for, goods, user_for):
    thread, colleague = Thread.objects.waiting().order_by("waiting_since").first(), user_for("fulfilment")
    page = page_for("support")
    page.goto(f"/messages/{thread.pk}/")
    page.click("#assign")
    page.click(f".assign button:has-text('{colleague.label}')")
    page.wait_for_selector(f"#assign:has-text('{colleague.label}')")
    page.wait_for_selector(f"#thread-item-{thread.pk}:has-text('{colleague.label}')")
    page.locator("body").press("a")
    page.wait_for_selector("#assign:has-text('You')")
    assert Thread.objects.get(pk=thread.pk).assignee.role == "support"
    assert effects(goods.sandbox) == []


def test_the_inbox_is_worked_with_keys_alone(page_for, goods):
    first, second = Thread.objects.waiting().order_by("waiting_since")[:2]
    CannedReply.objects.create(shortcut="sorry", text="We are sorry.")
    CannedReply.objects.create(shortcut="thanks", text="Thank you, {buyer}.")
    page = page_for("support")
    page.goto("/messages/")
    for thread in (first, second):
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#thread-item-{thread.pk}[aria-current=true]")
        page.wait_for_selector(f"#composer[action='/messages/{thread.pk}/send/']")
    assert page.title().startswith(str(second))
    page.keyboard.press("r")
    page.keyboard.type("/than")
    page.keyboard.press("Enter")
    assert page.input_value("#message-text") == f"Thank you, {second.buyer}."
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".msg:has-text('Goes out in')")
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    page.wait_for_selector("#message-text:not(:placeholder-shown)")
    assert Command.objects.get().state == "cancelled"
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("Control+A")
    page.keyboard.type("Ask the warehouse")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".msg-note:has-text('Ask the warehouse')")
    page.keyboard.type("Half a ")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.wait_for_selector(f"#thread-item-{first.pk}:focus")
    assert page.input_value("#message-text") == "Half a "
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#composer[action='/messages/{first.pk}/send/']")
    assert effects(goods.sandbox) == []


def test_a_case_is_worked_with_keys_alone_and_the_next_one_follows(page_for, goods):
    first, second = Case.objects.waiting().order_by("decide_by")[:2]
    page = page_for("support")
    page.goto("/aftersales/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/aftersales/{first.pk}/*")
    page.keyboard.press("r")
    page.keyboard.type("The code was redeemed")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#decision .badge:has-text('Queued')")
    assert drive(Command.objects.get()).state == "done"
    page.wait_for_selector("#case-sign:has-text('Rejected')")
    page.keyboard.press("j")
    page.wait_for_url(f"**/aftersales/{second.pk}/*")
    assert [effect["rejectDescription"] for effect in effects(goods.sandbox)] == ["The code was redeemed"]


def test_a_thread_rests_until_its_time_by_keys(page_for, goods):
    thread = Thread.objects.waiting().order_by("waiting_since").first()
    page = page_for("support")
    page.goto(f"/messages/{thread.pk}/")
    page.keyboard.press("z")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the first that is offered: in an hour
    page.wait_for_selector("#thread-left:has-text('Snoozed until')")
    assert Thread.objects.snoozed().get() == thread
    assert effects(goods.sandbox) == []


def test_on_a_phone_a_thread_takes_the_place_of_the_list_and_leads_back(page_for, goods):
    thread = Thread.objects.waiting().order_by("waiting_since").first()
    page = page_for("support", width=390)
    page.goto("/messages/?view=all")
    page.click(f"#thread-item-{thread.pk}")
    page.wait_for_selector("#composer button:has-text('Send')")
    box = page.locator("#composer button:has-text('Send')").bounding_box()
    assert box["y"] + box["height"] <= page.locator(".nav").bounding_box()["y"]
    page.click("[title='Back to the threads']")
    page.wait_for_selector(f"#thread-item-{thread.pk}")
    assert page.url.endswith("/messages/?view=all")


def test_what_is_typed_is_kept(page_for, goods):
    thread = Thread.objects.waiting().order_by("waiting_since").first()
    page = page_for("support")
    page.goto(f"/messages/{thread.pk}/")
    whole = lambda answer: "/draft/" in answer.url and "sent" in (answer.request.post_data or "")  # noqa: E731
    with page.expect_response(whole):  # a slow machine keeps a part of it first
        page.locator("#message-text").press_sequentially("Half a sent")
    page.wait_for_selector("#draft:has-text('Draft kept')")
    page.reload()
    assert page.input_value("#message-text") == "Half a sent"


def test_a_ticket_is_opened_from_an_order_with_a_picture(page_for, desk, tmp_path):
    order = Order.objects.filter(connection=desk.connection, line_count__gt=0).first()
    picture = tmp_path / "box.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    page = page_for("support")
    page.goto(f"/tickets/open/?order={order.pk}&kind=refund")
    page.set_input_files("#picture-file", str(picture))
    page.wait_for_selector("#pictures .command")
    upload = drive(Command.objects.get(kind="tickets.upload_picture"))
    assert upload.state == "done"
    page.wait_for_selector("#pictures .command:has-text('Confirmed')")
    for name, value in {
        "first_name": "Mei",
        "last_name": "Li",
        "email": "mei@example.com",
        "reason": "DAMAGED",
    }.items():
        page.fill(f"[name={name}]", value)
    page.fill("[name=text]", "The box was empty")
    page.click("button:has-text('Open ticket')")
    page.wait_for_selector("[role=alert] a:has-text('Problem')")  # nobody chose: nothing is sent, the picture stays
    assert page.input_value("[name=text]") == "The box was empty"
    page.select_option("[name=problem_type]", "REFUND")
    page.select_option("[name=item_delivery_status]", "RECEIVED")
    page.click("button:has-text('Open ticket')")
    page.wait_for_url("**/tickets/opened/**")
    assert drive(Command.objects.get(kind="tickets.open")).state == "done"
    (opened,) = [effect for effect in effects(desk.sandbox) if "image_ids" in effect]
    assert opened["image_ids"] == [upload.receipt["remote_id"]]
    ticket = Ticket.objects.get(remote_id=opened["ticket_id"])
    assert ticket.opened_for == order.remote_id
    page.wait_for_url(f"**/tickets/{ticket.pk}/")
    page.wait_for_selector("#conversation .msg-out:has-text('The box was empty')")


def test_a_ticket_is_answered_with_keys_noted_and_answered_by_the_desk(page_for, desk):
    ticket = Ticket.objects.filter(status="open").first()
    CannedReply.objects.create(shortcut="look", text="{buyer}: we look into it, {shop}")
    page = page_for("support")
    page.goto(f"/tickets/{ticket.pk}/")
    wanted = f"{ticket.buyer}: we look into it, {desk.connection.title}"
    page.keyboard.press("r")
    page.keyboard.type("/")
    page.wait_for_selector("#composer .canned button.is-active")
    page.keyboard.press("Control+Enter")  # takes it; half a shortcut is never sent
    assert page.input_value("#composer textarea") == wanted
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#conversation .msg-out:has-text('Queued')")
    assert drive(Command.objects.get()).state == "done"
    page.wait_for_selector("#conversation .msg-out:not(:has(.state)):has-text('we look into it')")
    page.wait_for_selector("#history .badge:has-text('Confirmed')")
    page.keyboard.press("n")
    page.keyboard.type("Ask the warehouse")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#conversation .msg-note:has-text('Ask the warehouse')")
    page.keyboard.press("a")
    page.wait_for_selector("#assign:has-text('You')")
    assert [effect["content"] for effect in effects(desk.sandbox)] == [wanted]
    assert Ticket.objects.get(pk=ticket.pk).assignee.role == "support"


def test_a_ticket_is_changed_where_the_desk_allows_it_and_the_page_follows(page_for, connect):
    supply = connect("accplanet", "supply")
    pull(supply.connection, "orders", "tickets")
    ticket = Ticket.objects.filter(remote_status="open").first()
    page = page_for("support")
    page.goto(f"/tickets/{ticket.pk}/")
    page.select_option("[name=status]", "in_progress")
    page.click("button:has-text('Update ticket')")
    page.wait_for_selector("#history .badge:has-text('Queued')")
    assert drive(Command.objects.get()).state == "done"
    page.wait_for_selector("#ticket-sign:has-text('Pending')")
    page.wait_for_selector("#history .badge:has-text('Confirmed')")
    assert page.input_value("[name=status]") == "in_progress"
    assert [effect["changes"] for effect in effects(supply.sandbox)] == [{"status": "in_progress"}]


def test_what_buyers_and_desks_write_never_runs(page_for, goods, desk):
    bad = "<img src=x onerror=alert(1)><script>alert(2)</script><a href='javascript:alert(3)'>proof</a>"
    thread = Thread.objects.waiting().order_by("waiting_since").first()
    case, ticket = Case.objects.waiting().first(), Ticket.objects.filter(status="open").first()
    goods.sandbox.add_message(int(thread.remote_id), "TIMTextElem", {"text": bad})
    goods.sandbox.add_message(int(thread.remote_id), "TIMCustomElem", {"desc": bad, "data": bad})
    pull(goods.connection, "messages")
    Thread.objects.filter(pk=thread.pk).update(buyer=bad)
    Case.objects.filter(pk=case.pk).update(description=bad, reason=bad, buyer=bad, image_urls=["javascript:alert(4)"])
    Ticket.objects.filter(pk=ticket.pk).update(body=f"<p onclick=alert(5)>Dear</p>{bad}", subject=bad, buyer=bad)
    page = page_for("support")
    for address in (
        "/messages/?view=all",
        f"/messages/{thread.pk}/?q=alert",
        "/aftersales/",
        f"/aftersales/{case.pk}/",
        "/tickets/",
        f"/tickets/{ticket.pk}/",
    ):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.locator("main script, main [onerror], main [onclick], main a[href^='javascript']").count() == 0
    page.click("#conversation .bubble p")
    assert page.problems == []


def test_the_pages_hold_in_the_dark_on_a_phone(page_for, goods, desk):
    case = Case.objects.waiting().order_by("decide_by").first()
    thread = Thread.objects.waiting().order_by("waiting_since").first()
    ThreadNote.objects.create(thread=thread, text="Figure passed inspection")
    Thread.objects.filter(pk=thread.pk).update(waiting_since=timezone.now() - timedelta(hours=23))
    order = Order.objects.filter(connection=desk.connection, line_count__gt=0).first()
    ticket = Ticket.objects.filter(status="open", reply_count__gt=0).first() or Ticket.objects.first()
    assert_pages_hold(
        page_for("admin", width=390, theme="dark"),
        "/aftersales/?view=all",
        f"/aftersales/{case.pk}/",
        "/messages/",
        f"/messages/{thread.pk}/",
        "/messages/canned/",
        "/tickets/?view=all",
        f"/tickets/{ticket.pk}/",
        f"/tickets/open/?order={order.pk}&kind=refund",
    )
