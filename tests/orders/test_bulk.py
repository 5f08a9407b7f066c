"""Many orders at once: what cannot take part is said before it starts, and again in the result."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from dashboard.orders import reading
from dashboard.orders.models import Order
from dashboard.sync.models import Batch, Command
from tests.connected import drive, effects
from tests.orders.test_pages import confirm, url
from tests.orders.test_verbs import asked, refused
from tests.pages import assert_strict_html

pytestmark = pytest.mark.django_db
STATUS = "orders:bulk_status"


@pytest.fixture
def admin(client_for):
    return confirm(client_for("admin"))


def named(orders, **more):
    return "&".join([f"pk={order.pk}" for order in orders] + [f"{key}={value}" for key, value in more.items()])


def test_the_result_says_why_each_order_was_skipped(admin, goods, stores, order_of):
    able = order_of(goods, status="to_deliver", quantity=1)
    readonly = order_of(stores, status="to_deliver")
    given = {"pk": [able.pk, readonly.pk], "content": "code-1"}
    assert admin.post(reverse("orders:bulk_deliver"), given).status_code == 302
    batch = Batch.objects.get()
    why = "Orders are read-only at M2E Cloud; shipping is reported on the marketplace."
    assert batch.skipped == [
        {"connection": "stores", "target": readonly.remote_id, "label": str(readonly), "reason": why}
    ]
    assert why in asked(admin, reverse("sync:batch", args=[batch.pk])).content.decode()
    assert drive(batch.commands.get()).state == "done"
    assert [one["orderId"] for one in effects(goods.sandbox)] == [able.remote_id]


def test_who_cannot_take_part_stands_apart_with_the_reason(admin, goods, stores, order_of):
    able, readonly = order_of(goods, status="to_deliver", quantity=1), order_of(stores, status="to_deliver")
    page = asked(admin, f"{reverse('orders:bulk_deliver')}?{named([able, readonly])}")
    assert_strict_html(page)
    part, _head, left_out = page.content.decode().partition('<h2 id="bulk-left-out">Cannot take part</h2>')
    link = '<a class="mono" href="/orders/%s/">'
    assert [link % one.pk in part for one in (able, readonly)] == [True, False]
    assert [link % one.pk in left_out for one in (able, readonly)] == [False, True]
    assert "Orders are read-only at M2E Cloud; shipping is reported on the marketplace.</td>" in left_out
    alone = asked(admin, f"{reverse('orders:bulk_deliver')}?{named([able])}").content.decode()
    assert "bulk-left-out" not in alone
    none = asked(admin, f"{reverse('orders:bulk_deliver')}?{named([readonly])}").content.decode()
    assert "None of these can take part" in none
    assert 'id="bulk-form"' not in none


def test_each_order_is_told_which_lines_are_its_own(admin, goods, order_of):
    one, two = (order_of(goods, status="to_deliver", quantity=n) for n in (1, 2))
    Order.objects.filter(pk=two.pk).update(placed_at=one.placed_at, number="ZZ")
    body = asked(admin, f"{reverse('orders:bulk_deliver')}?{named([one, two])}").content.decode()
    taken = dict(zip(sorted((one.pk, two.pk)), ("1", "2–3") if one.pk < two.pk else ("1–2", "3"), strict=True))
    for order, units in ((one, 1), (two, 2)):
        row = body.split(f'href="/orders/{order.pk}/"')[1].split("</tr>")[0]
        assert f'<td class="num">{units}</td><td class="num">{taken[order.pk]}</td>' in row


def test_a_code_that_an_order_has_been_given_before_goes_out_only_on_purpose(admin, supply, order_of):
    order = order_of(supply, status="in_progress", quantity=3, delivered_units=2)
    given = {"pk": order.pk, "content": order.delivered.split("\n")[0]}
    assert "Line 1 repeats another line" in refused(admin, reverse("orders:bulk_deliver"), given)
    assert admin.post(reverse("orders:bulk_deliver"), given | {"repeated": "on"}).status_code == 302


def test_codes_stay_when_no_order_takes_them_any_more(admin, goods, order_of):
    done, gone = (order_of(goods, status="to_deliver", quantity=n) for n in (1, 2))
    Order.objects.filter(pk=done.pk).update(delivered_units=1, status="completed")
    Order.objects.filter(pk=gone.pk).update(gone_at=timezone.now())
    body = refused(admin, reverse("orders:bulk_deliver"), {"pk": [done.pk, gone.pk], "content": "one\ntwo\nthree"})
    assert ">\none\ntwo\nthree</textarea>" in body
    assert "<strong>1 thing to correct. Nothing was sent.</strong>" in body
    assert "<p>None of these orders takes a code any more. What you typed is kept here.</p>" in body
    left_out = body.partition('id="bulk-left-out"')[2]
    assert [f'href="/orders/{one.pk}/"' in left_out for one in (done, gone)] == [True, True]
    assert '<button type="submit" class="btn btn-primary" disabled>' in body
    assert (Batch.objects.count(), effects(goods.sandbox)) == (0, [])


def test_nothing_is_chosen_for_the_person(admin, supply, order_of):
    order = order_of(supply, status="to_deliver")
    assert '<option value="" selected>' in asked(admin, url("set_status", order)).content.decode()
    assert "This field is required." in refused(admin, url("set_status", order), {"status": ""})
    orders = list(Order.objects.filter(connection=supply.connection, status="to_deliver")[:2])
    assert '<option value="" selected>' in asked(admin, f"{reverse(STATUS)}?{named(orders)}").content.decode()
    refused(admin, reverse(STATUS), {"pk": [one.pk for one in orders], "status": ""})
    assert Batch.objects.count() == 0


def test_choosing_a_status_says_which_orders_have_it_already(admin, supply, order_of):
    waits = list(Order.objects.filter(connection=supply.connection, status="to_deliver")[:2])
    runs = order_of(supply, status="in_progress")
    address = f"{reverse(STATUS)}?{named([*waits, runs])}"
    assert "3 orders take part." in asked(admin, address).content.decode()
    preview = admin.get(f"{address}&status=running_order", headers={"HX-Request": "true"})
    assert_strict_html(preview, fragment=True)
    body = preview.content.decode()
    assert "2 orders take part. 1 cannot." in body
    assert body.count("Already so.") == 1
    assert "Set status of 2 orders" in body
    assert '<option value="running_order" selected>' in body
    admin.post(reverse(STATUS), {"pk": [one.pk for one in [*waits, runs]], "status": "running_order"})
    batch = Batch.objects.get()
    assert [one["reason"] for one in batch.skipped] == ["Already so."]
    assert {drive(one).state for one in batch.commands.all()} == {"done"}
    sent = {one["order_id"] for one in effects(supply.sandbox, "orders.change_status")}
    assert sent == {one.remote_id for one in waits}


def test_an_order_that_moved_since_it_was_shown_is_left_alone(admin, supply):
    first, second = Order.objects.filter(connection=supply.connection, status="to_deliver")[:2]
    seen = [f"{one.pk} {one.remote_status}" for one in (first, second)]
    Order.objects.filter(pk=first.pk).update(remote_status="receipt_confirmed_order", status="completed")
    admin.post(reverse(STATUS), {"pk": [first.pk, second.pk], "seen": seen, "status": "running_order"})
    batch = Batch.objects.get()
    assert [one["reason"] for one in batch.skipped] == ["Now “receipt_confirmed_order”, changed since it was shown."]
    assert [one.target for one in batch.commands.all()] == [second.remote_id]


def test_two_editors_of_one_status_see_each_other(admin, supply, order_of):
    order = order_of(supply, status="to_deliver")
    Order.objects.filter(pk=order.pk).update(remote_status="running_order", status="in_progress")
    body = refused(admin, url("set_status", order), {"status": "completed_order", "seen": "pending_order"})
    assert "You saw “pending_order”; the platform now says “running_order”." in body
    assert '<option value="completed_order" selected>' in body
    assert 'name="seen" value="running_order"' in body
    again = {"status": "completed_order", "seen": "running_order"}
    assert admin.post(url("set_status", order), again).status_code == 302
    assert Command.objects.get().payload == {"status": "completed_order"}


def test_of_too_many_orders_the_first_take_part_and_that_is_said(admin, supply, monkeypatch):
    monkeypatch.setattr(reading, "MOST", 2)
    orders = list(Order.objects.filter(connection=supply.connection, status="to_deliver")[:3])
    body = asked(admin, f"{reverse(STATUS)}?{named([*orders, orders[0]])}").content.decode()
    assert "2 orders take part." in body
    assert "Only the first 2 of the 3 chosen orders take part." in body


def offer(client, query):
    answer = client.get(f"/orders/matching/?{query}", headers={"HX-Request": "true"})
    assert_strict_html(answer, fragment=True)
    return answer.content.decode().strip()


def test_all_that_match_are_offered_counted_no_further_than_it_pays(admin, supply, monkeypatch):
    n = Order.objects.filter(connection=supply.connection, status="to_deliver").count()
    words = f'data-words="All {n} that match">Select all {n} that match</button>'
    assert words in offer(admin, "view=all&status=to_deliver")
    monkeypatch.setattr("dashboard.orders.views.listing.MOST", 2)
    assert f'data-words="All {n} that match, at most 2 at once"' in offer(admin, "view=all&status=to_deliver")
    assert [offer(admin, query) for query in ("view=all&q=zzzzz", "view=all&status=nonsense")] == ["", ""]


def test_all_that_match_become_the_orders_of_the_page(client_for, user_for, supply, stores, order_of):
    person = user_for("fulfilment")
    person.sees_all_connections = False
    person.save()
    person.connections.add(supply.connection)
    client = confirm(client_for("fulfilment"))
    waiting = Order.objects.filter(connection=supply.connection, status="to_deliver")
    page = asked(client, f"{reverse(STATUS)}?all=%3Fview%3Dall%26status%3Dto_deliver&pk={order_of(stores).pk}")
    kept = {row["order"].pk for row in page.context["rows"]}
    assert kept == {one.pk for one in waiting}
    assert all(f'<input type="hidden" name="pk" value="{pk}">' in page.content.decode() for pk in kept)
    everything = asked(client, f"{reverse(STATUS)}?all=?view=all").context["rows"]
    assert {row["order"].connection_id for row in everything} == {supply.connection.pk}
    for nothing in ("?view=all&status=nonsense", "?view=all&q=zzzzz", "view=all", "1"):
        assert client.get(reverse(STATUS), {"all": nothing}).status_code == 404


def test_of_all_that_match_the_first_of_the_list_take_part(admin, supply, monkeypatch):
    monkeypatch.setattr(reading, "MOST", 2)
    page = asked(admin, f"{reverse(STATUS)}?all=%3Fview%3Dall%26sort%3Dtotal")
    first = Order.objects.order_by("total", "pk")[:2]
    assert {row["order"] for row in page.context["rows"]} == set(first)
    assert f"Only the first 2 of the {Order.objects.count()} chosen orders take part." in page.content.decode()


def test_all_that_match_are_tagged_and_given_away(admin, user_for, supply):
    waiting = Order.objects.filter(status="to_deliver")
    rest = Order.objects.exclude(status="to_deliver")
    given = {"all": "?view=all&status=to_deliver", "pk": rest[0].pk}
    admin.post(reverse("orders:bulk_tag"), {**given, "tag": "rush"})
    admin.post(reverse("orders:bulk_assign"), {**given, "person": "me"})
    assert waiting.filter(tags__name="rush", assignee=user_for("admin")).count() == waiting.count() > 1
    assert not rest.exclude(tags=None, assignee=None).exists()


def codes(text, name="codes.txt"):
    return SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())


def test_codes_may_come_from_a_file(admin, goods, order_of):
    order = order_of(goods, status="to_deliver", quantity=2)
    wrong = admin.post(url("deliver", order), {"shape": "rows", "file": codes("a\r\nb\r\nc")})
    assert wrong.status_code == 422
    assert "a\r\nb\r\nc</textarea>" in wrong.content.decode()  # a browser sends no file twice
    assert Command.objects.count() == 0
    given = {"shape": "rows", "content": "typed", "file": codes("\ufefffiled\n")}
    assert admin.post(url("deliver", order), given).status_code == 302
    command = drive(Command.objects.get())
    assert (command.state, command.payload["rows"]) == ("done", ["typed", "filed"])
    assert [one["units"] for one in effects(goods.sandbox, "orders.deliver")] == [2]


def test_a_file_of_codes_for_many_orders(admin, goods):
    orders = list(Order.objects.filter(connection=goods.connection, status="to_deliver", quantity=1)[:2])
    given = {"pk": [one.pk for one in orders], "file": codes("one\ntwo")}
    assert admin.post(reverse("orders:bulk_deliver"), given).status_code == 302
    assert sorted(row for one in Command.objects.all() for row in one.payload["rows"]) == ["one", "two"]
    assert {drive(one).state for one in Command.objects.all()} == {"done"}


@pytest.mark.parametrize(("content", "words"), [(b"\xff\xfe\x00", "not text in UTF-8"), (b"x" * 500_001, "500 kB")])
def test_what_is_no_text_is_refused(admin, goods, order_of, content, words):
    order = order_of(goods, status="to_deliver", quantity=1)
    body = refused(admin, url("deliver", order), {"shape": "rows", "content": "typed", "file": codes(content)})
    assert words in body
    assert "typed</textarea>" in body
