"""The verbs' pages: GET asks, POST gives; what is wrong comes back with 422 and nothing is queued."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dashboard.orders.models import Invoice, Note, Order, OrderLine, Tag
from dashboard.staff.models import AuditEvent
from dashboard.sync.models import Batch, Command, SharedPicture
from tests.connected import drive, effects, fault
from tests.factories import make_user
from tests.orders.test_pages import confirm, url
from tests.pages import assert_strict_html, flat
from tests.pictures import png

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client_for):
    return confirm(client_for("admin"))


def part(body, name):
    """The sheet of a page with that name."""
    return body.split(f'<section class="sheet no-print" aria-labelledby="{name}"')[1].split("</section>")[0]


def asked(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert_strict_html(response)
    return response


def refused(client, address, given):
    response = client.post(address, given)
    assert response.status_code == 422
    assert_strict_html(response)
    assert Command.objects.count() == 0
    return response.content.decode()


def accepted(client, address, given, order):
    asked(client, address)
    response = client.post(address, given)
    assert response.status_code == 302
    assert response.url == url("detail", order) + "#history"
    return drive(Command.objects.get())


def test_deliver(admin, goods, order_of):
    order = order_of(goods, status="to_deliver", quantity=2)
    command = accepted(admin, url("deliver", order), {"shape": "rows", "content": "one\ntwo\n"}, order)
    assert (command.state, command.payload["rows"]) == ("done", ["one", "two"])
    assert effects(goods.sandbox, "orders.deliver")[0]["units"] == 2
    body = asked(admin, url("detail", order)).content.decode()
    assert "2 units" in body
    assert "Confirmed" in body


def test_deliver_keeps_what_was_typed_when_it_is_too_much(admin, goods, order_of):
    order = order_of(goods, status="to_deliver", quantity=2)
    body = refused(admin, url("deliver", order), {"shape": "rows", "content": "a\nb\nc"})
    assert "a\nb\nc" in body
    assert "Nothing was sent" in body
    assert 'aria-invalid="true"' in body


def test_repeated_lines_are_flagged_and_go_out_only_on_purpose(admin, goods, order_of):
    order = order_of(goods, status="to_deliver", quantity=2)
    assert "Line 2 repeats" in refused(admin, url("deliver", order), {"shape": "rows", "content": "same\nsame"})
    accepted(admin, url("deliver", order), {"shape": "rows", "content": "same\nsame", "repeated": "on"}, order)


def test_the_same_form_twice_is_one_command(admin, goods, order_of):
    order = order_of(goods, status="to_deliver", quantity=2)
    given = {"shape": "rows", "content": "one", "form_key": "k1"}
    for _ in range(3):
        assert admin.post(url("deliver", order), given).status_code == 302
    assert Command.objects.count() == 1


def test_the_same_form_once_more_is_no_second_delivery_though_the_first_is_done(admin, supply, order_of):
    order = order_of(supply, status="to_deliver", quantity=1)
    given = {"shape": "rows", "content": "ann:one", "form_key": "k1"}
    command = accepted(admin, url("deliver", order), given, order)
    assert command.state == "done"
    assert admin.post(url("deliver", order), given).url == url("detail", order) + "#history"
    assert len(effects(supply.sandbox)) == 1


def test_a_form_opened_before_a_colleague_delivered_replaces_nothing(admin, supply, order_of):
    order = order_of(supply, status="to_deliver", quantity=1)
    assert b'name="replace"' not in asked(admin, url("deliver", order)).content
    assert accepted(admin, url("deliver", order), {"shape": "rows", "content": "ann:one"}, order).state == "done"
    Command.objects.all().delete()
    body = refused(admin, url("deliver", order), {"shape": "rows", "content": "bob:two"})
    assert "1 unit is delivered already. Choose whether this is added or takes its place." in body
    assert "bob:two" in body
    refused(admin, url("deliver", order), {"shape": "rows", "content": "bob:two", "append": "on", "replace": "on"})
    assert len(effects(supply.sandbox)) == 1
    given = {"shape": "rows", "content": "bob:two", "replace": "on"}
    assert accepted(admin, url("deliver", order), given, order).payload["append"] is False
    assert len(effects(supply.sandbox)) == 2


def test_htmx_gets_the_commands_own_row(admin, goods, order_of):
    order = order_of(goods, status="to_deliver")
    response = admin.post(url("deliver", order), {"shape": "text", "content": "x"}, headers={"HX-Request": "true"})
    assert response.status_code == 202
    assert "Queued" in response.content.decode()


def test_report_status_and_refund(admin, goods, supply, order_of):
    order = order_of(goods)
    given = {"remark": "账号", "image_urls": "https://a.example/1.png\nhttps://a.example/2.png"}
    assert accepted(admin, url("report_error", order), given, order).payload["image_urls"][1].endswith("2.png")
    Command.objects.all().delete()
    given = {"remark": "screenshot", "pictures": [SimpleUploadedFile("a.png", png())]}
    shown = accepted(admin, url("report_error", order_of(goods)), given, order).payload["image_urls"]
    assert shown == [f"http://testserver/pictures/shared/{SharedPicture.objects.get().name}.jpg"]
    Command.objects.all().delete()
    order = order_of(supply, status="to_deliver")
    assert accepted(admin, url("set_status", order), {"status": "running_order"}, order).state == "done"
    Command.objects.all().delete()
    for word in ("elsewhere", "refunded_order"):
        refused(admin, url("set_status", order), {"status": word})


def test_a_refund_needs_the_amount_and_a_fresh_password(client_for, supply, order_of):
    order = order_of(supply, status="in_progress")
    client = client_for("finance")
    assert client.post(url("refund", order), {"typed": "x"}).status_code == 302
    assert Command.objects.count() == 0
    confirm(client)
    refused(client, url("refund", order), {"typed": "1"})
    typed = f"{order.total:.2f}"
    assert accepted(client, url("refund", order), {"typed": typed}, order).state == "done"
    assert effects(supply.sandbox)[0]["order_id"] == order.remote_id
    assert client_for("fulfilment").post(url("refund", order), {"typed": typed}).status_code == 403


def test_pay_and_cancel(admin, partner, order_of):
    order = order_of(partner, status="unpaid")
    assert accepted(admin, url("mark_paid", order), {}, order).state == "done"
    Command.objects.all().delete()
    assert accepted(admin, url("cancel", order), {}, order).state == "done"
    Command.objects.all().delete()
    assert "Nothing was" in refused(admin, url("cancel", order), {})


def test_cancel_one_line(admin, partner):
    line = OrderLine.objects.filter(order__connection=partner.connection, status="to_deliver").first()
    command = accepted(admin, url("cancel_item", line.order, line.pk), {}, line.order)
    assert (command.state, command.target) == ("done", line.remote_id)


def test_an_invoice_is_made_and_uploaded(admin, stores, order_of):
    order = order_of(stores, status="to_deliver")
    command = accepted(admin, url("invoice", order), {"number": "R-1", "seller": "我们 GmbH", "do": "send"}, order)
    assert command.state == "done"
    kept = Invoice.objects.get()
    assert (kept.number, kept.command, bytes(kept.pdf)[:5]) == ("R-1", command, b"%PDF-")
    response = admin.get(reverse("orders:invoice_pdf", args=[kept.pk]))
    assert (response["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")


def test_a_file_that_is_no_pdf_comes_back(admin, stores, order_of):
    order = order_of(stores)
    file = SimpleUploadedFile("a.pdf", b"<svg onload=alert(1)>", "application/pdf")
    assert "not a PDF" in refused(admin, url("invoice", order), {"number": "R-1", "file": file, "do": "send"})
    assert Invoice.objects.count() == 0


def test_an_invoice_says_what_became_of_sending_it(admin, stores, order_of):
    order = order_of(stores, status="to_deliver")
    fault(stores.sandbox, "UploadOrderInvoice", "status", code=400)
    command = accepted(admin, url("invoice", order), {"number": "R-1", "do": "send"}, order)
    assert command.state == "rejected"
    money = part(admin.get(url("detail", order)).content.decode(), "money")
    assert ("Refused" in money, "Confirmed" in money) == (True, False)
    Command.objects.all().delete()
    assert accepted(admin, url("invoice", order), {"number": "R-1", "do": "send"}, order).state == "done"
    assert "Confirmed" in part(admin.get(url("detail", order)).content.decode(), "money")


def test_a_confirmed_invoice_gets_no_second_one_with_its_number(admin, stores, order_of):
    order = order_of(stores, status="to_deliver")
    number = f"INV-{order}"
    assert admin.post(url("invoice", order), {"number": number, "do": "keep"}).status_code == 302
    assert f'value="{number}"' in asked(admin, url("invoice", order)).content.decode()
    given = {"number": number, "do": "send", "form_key": "k1"}
    command = accepted(admin, url("invoice", order), given, order)
    assert command.state == "done"
    assert admin.post(url("invoice", order), given).status_code == 302
    for do in ("send", "keep"):
        body = admin.post(url("invoice", order), {"number": number, "do": do}).content.decode()
        assert f"This order has an invoice with the number {number} already." in body
    assert f'value="{number}-2"' in asked(admin, url("invoice", order)).content.decode()
    assert (Command.objects.get(), Invoice.objects.count()) == (command, 2)
    assert len(effects(stores.sandbox, "UploadOrderInvoice")) == 1


def test_an_invoice_can_be_kept_where_no_upload_is_offered(admin, goods, order_of):
    order = order_of(goods)
    asked(admin, url("invoice", order))
    assert admin.post(url("invoice", order), {"number": "R-2", "do": "keep"}).status_code == 302
    assert (Invoice.objects.get().command, Command.objects.count()) == (None, 0)
    assert "R-2" in asked(admin, url("detail", order)).content.decode()


def test_packing_slips_hold_the_address_and_no_money(admin, stores):
    order = Order.objects.get(connection=stores.connection, source_order_id="0000073")
    other = Order.objects.filter(connection=stores.connection, status="to_deliver").first()
    address = f"/orders/packing-slips/?pk={order.pk}&pk={other.pk}"
    body = asked(admin, address).content.decode()
    assert "7 Summerview Center" in body
    assert "174.29" not in body
    assert admin.get(f"{address}&as=pdf").content[:5] == b"%PDF-"
    assert admin.get("/orders/packing-slips/").status_code == 404


def test_notes_tags_and_assignment_are_ours(admin, supply, order_of, user_for):
    order = order_of(supply)
    admin.post(url("note", order), {"text": "Call <b>first</b>"})
    admin.post(url("tag", order), {"tag": "VIP"})
    admin.post(url("tag", order), {"tag": "vip"})
    admin.post(url("assign", order), {"person": "me"})
    body = asked(admin, url("detail", order)).content.decode()
    assert "Call &lt;b&gt;first&lt;/b&gt;" in body
    assert "VIP" in body
    assert (Tag.objects.count(), Note.objects.get().author) == (1, user_for("admin"))
    order.refresh_from_db()
    assert order.assignee == user_for("admin")
    assert "order-" in admin.get("/orders/?view=all&assigned=me&tag=vip").content.decode()
    admin.post(url("tag", order), {"remove": "VIP"})
    admin.post(url("assign", order), {"person": ""})
    order.refresh_from_db()
    assert (order.tags.count(), order.assignee) == (0, None)
    assert AuditEvent.objects.filter(verb="orders.assigned").count() == 2
    assert effects(supply.sandbox) == []


def test_an_empty_note_is_refused(admin, supply, order_of):
    refused(admin, url("note", order_of(supply)), {"text": " "})
    assert Note.objects.count() == 0


# -- many at once ----------------------------------------------------------------------------------------------------


def test_bulk_delivery_hands_codes_out_in_order(admin, goods, supply, stores, order_of):
    able = list(
        Order.objects.filter(connection=goods.connection, status="to_deliver", quantity=2).order_by("placed_at")
    )
    orders = [*able, order_of(stores, status="to_deliver"), order_of(supply, status="refunded")]
    pks = [order.pk for order in orders]
    address = reverse("orders:bulk_deliver")
    body = asked(admin, f"{address}?" + "&".join(f"pk={pk}" for pk in pks)).content.decode()
    assert f"{len(able)} orders take part" in body
    assert "2 cannot." in body
    few = admin.post(address, {"pk": pks, "content": "just one"})
    assert few.status_code == 422
    assert "lines are needed" in few.content.decode()
    assert (Command.objects.count(), Batch.objects.count()) == (0, 0)
    codes = [f"code-{n}" for n in range(2 * len(able))]
    assert admin.post(address, {"pk": pks, "content": "\n".join(codes), "form_key": "b1"}).status_code == 302
    batch = Batch.objects.get()
    assert len(batch.skipped) == 2
    sent = {command.target: command.payload["rows"] for command in batch.commands.all()}
    assert sent == {order.remote_id: codes[2 * n : 2 * n + 2] for n, order in enumerate(able)}
    for command in batch.commands.all():
        assert drive(command).state == "done"
    assert len(effects(goods.sandbox, "orders.deliver")) == len(able)
    assert "code-0" not in repr(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_bulk_status(admin, supply, goods, order_of):
    able = list(Order.objects.filter(connection=supply.connection, status="to_deliver")[:3])
    pks = [order.pk for order in [*able, order_of(goods)]]
    address = reverse("orders:bulk_status")
    asked(admin, f"{address}?" + "&".join(f"pk={pk}" for pk in pks))
    assert admin.post(address, {"pk": pks, "status": "running_order"}).status_code == 302
    assert {drive(command).state for command in Command.objects.all()} == {"done"}
    assert len(effects(supply.sandbox, "orders.change_status")) == 3


def test_tags_are_offered_as_they_are_named_to_those_who_see_their_orders(admin, supply, order_of, client_for):
    order = order_of(supply)
    for name in ("rush", "<b>gift</b>"):
        admin.post(url("tag", order), {"tag": name})
    Tag.objects.create(name="of no order")
    offered = admin.get(reverse("orders:tags"))
    assert_strict_html(offered, fragment=True)
    assert re.findall(r'value="(.*?)"', flat(offered)) == ["&lt;b&gt;gift&lt;/b&gt;", "rush"]
    client = Client()
    client.force_login(make_user("blind", "fulfilment", sees_all_connections=False))
    assert flat(client.get(reverse("orders:tags"))).strip() == ""
    assert client_for("viewer").get(reverse("orders:tags")).content == offered.content
    index = reverse("orders:list")
    for page, field in ((url("detail", order), "new-tag"), (index, "bulk-tag"), (index, "filter_tag")):
        body = flat(asked(admin, page))
        assert f'list="{field}-names"' in body
        asks = f'data-hx-get="/orders/tags/" data-hx-trigger="focusin from:#{field} once"'
        assert f'<datalist id="{field}-names" {asks}' in body


def test_bulk_tags(admin, supply):
    pks = list(Order.objects.filter(connection=supply.connection).values_list("pk", flat=True)[:3])
    assert admin.post(reverse("orders:bulk_tag"), {"pk": pks, "tag": "rush"}).status_code == 302
    assert Order.objects.filter(tags__name="rush").count() == 3
    assert admin.get("/orders/?view=all&size=100").content.decode().count('title="rush"') == 3
    toasted = admin.post(reverse("orders:bulk_tag"), {"pk": pks, "tag": "RUSH"}, headers={"HX-Request": "true"})
    assert (toasted.status_code, set(json.loads(toasted["HX-Trigger"]))) == (204, {"toast", "settled"})
    assert admin.post(reverse("orders:bulk_tag"), {"pk": ["x", "-1"], "tag": "a"}).status_code == 404


def test_the_same_bulk_form_twice_is_one_batch(admin, supply):
    pks = list(Order.objects.filter(connection=supply.connection, status="to_deliver").values_list("pk", flat=True)[:2])
    given = {"pk": pks, "status": "running_order", "form_key": "twice"}
    first = admin.post(reverse("orders:bulk_status"), given)
    assert admin.post(reverse("orders:bulk_status"), given).url == first.url
    assert (Batch.objects.count(), Command.objects.count()) == (1, 2)


def test_queries_of_a_bulk_page_do_not_grow_with_orders(admin, goods, django_assert_max_num_queries):
    pks = list(Order.objects.filter(connection=goods.connection).values_list("pk", flat=True)[:40])
    asked(admin, f"{reverse('orders:bulk_deliver')}?pk={pks[0]}")
    with django_assert_max_num_queries(6):
        admin.get(f"{reverse('orders:bulk_deliver')}?" + "&".join(f"pk={pk}" for pk in pks))


def test_a_note_that_was_not_kept_is_not_told_as_something_not_sent(client_for, supply, order_of):
    order = order_of(supply)
    body = refused(client_for("support"), url("note", order), {"text": " "})
    assert "<strong>1 thing to correct. Nothing was kept.</strong>" in body
    assert (Note.objects.count(), Command.objects.count()) == (0, 0)
