"""What staff write to each other beside a conversation never goes to whom they talk about."""

import pytest

from dashboard.messaging.models import Thread, ThreadNote
from dashboard.sync.models import Command
from dashboard.tickets.models import Ticket
from tests.connected import effects

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_private_note_stays_in_the_house_even_with_the_send_key(page_for, goods):
    thread = Thread.objects.waiting().order_by("waiting_since").first()
    page = page_for("support")
    page.goto(f"/messages/{thread.pk}/")
    page.click("button[data-mode=note]")
    page.fill("#message-text", "Do not believe this one")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".msg-note:has-text('Do not believe this one')")
    assert ThreadNote.objects.get().text == "Do not believe this one"
    assert Command.objects.count() == 0
    assert effects(goods.sandbox) == []


def test_a_private_note_that_was_begun_is_still_one_after_a_reload(page_for, goods, desk):
    thread = Thread.objects.waiting().order_by("waiting_since").first()
    ticket = Ticket.objects.filter(connection=desk.connection, status="open").first()
    page = page_for("support")
    page.goto(f"/messages/{thread.pk}/")
    page.locator("#message-text").fill("Do not believe this one")
    page.wait_for_selector("#draft:has-text('Draft kept')")
    with page.expect_response(
        lambda answer: "/draft/" in answer.url and "mode=note" in (answer.request.post_data or "")
    ):
        page.click("button[data-mode=note]")
    page.reload()
    assert page.input_value("#message-text") == "Do not believe this one"
    assert page.locator("#composer button[type=submit]:visible").inner_text() == "Keep note"
    page.goto(f"/tickets/{ticket.pk}/")
    page.click("button[data-mode=note]")
    page.fill("#composer textarea", "They cheat")
    page.reload()
    assert page.input_value("#composer textarea") == "They cheat"
    assert page.locator("#composer button[type=submit]:visible").inner_text() == "Keep note"
    page.click("#composer button[type=submit]:visible")
    page.wait_for_selector(".msg-note:has-text('They cheat')")
    assert Command.objects.count() == 0
