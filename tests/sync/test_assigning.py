"""Giving many rows to somebody at once: orders, cases, threads and tickets alike."""

import json

import pytest
from django.apps import apps
from django.core.cache import cache

from dashboard.staff.models import AuditEvent
from dashboard.sync import assigning
from tests.connected import pull
from tests.factories import make_user
from tests.pages import assert_strict_html

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
# Room, model, platform, feed, what the trail says.
ROOMS = [
    ("orders", "orders.Order", "accplanet", "orders", "orders.assigned"),
    ("aftersales", "aftersales.Case", "imetastore", None, "aftersales.assigned"),
    ("messages", "messaging.Thread", "imetastore", "threads", "messages.assigned"),
    ("tickets", "tickets.Ticket", "accplanet", "tickets", "tickets.assigned"),
]


@pytest.fixture(params=ROOMS, ids=[room for room, *_rest in ROOMS])
def room(request, connect):
    """The address of bulk assignment, one row on each of two connections, and what the trail says of it."""
    name, label, platform, feed, verb = request.param
    model = apps.get_model(label)
    rows = []
    for slug in ("one", "two"):
        connection = connect(platform, slug).connection
        pull(connection, *([feed] if feed else []))
        rows.append(model.objects.filter(connection=connection).order_by("pk").first())
    return f"/{name}/bulk/assign/", rows, verb


def whose(rows):
    return [type(row).objects.get(pk=row.pk).assignee for row in rows]


def given(rows, person):
    return {"pk": [row.pk for row in rows], "person": person}


def test_rows_are_given_to_oneself_to_a_colleague_and_to_nobody(room, client_for, user_for):
    address, rows, verb = room
    client, me, colleague = client_for("support"), user_for("support"), user_for("admin")
    told = []
    for person, name in (("me", me), (colleague.pk, colleague), ("", None)):
        answer = client.post(address, given(rows, person), headers=HTMX)
        assert whose(rows) == [name, name]
        told.append(json.loads(answer["HX-Trigger"])["toast"]["text"])
    assert told == ["2 are yours now.", f"2 are given to {colleague.label}.", "2 are nobody's now."]
    events = AuditEvent.objects.filter(verb=verb).order_by("pk").values_list("target_label", "detail")
    names = [me.username, colleague.username, ""]
    assert list(events) == [(str(row), {"to": name}) for name in names for row in rows]
    assert client.post(address, given(rows, "me")).status_code == 302  # without a script


def test_a_row_stays_where_the_colleague_may_not_work(room, client_for):
    address, rows, _verb = room
    member = make_user("member", role="support", sees_all_connections=False)
    rows[0].connection.people.add(member)
    answer = client_for("support").post(address, given(rows, member.pk), headers=HTMX)
    assert whose(rows) == [member, None]
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert (toast["text"], toast["tone"]) == ("1 is given to member.", "wait")
    assert toast["note"] == "1 stays as it was: member may not work on its connection."


def test_what_is_too_many_at_once_stays_and_is_told(room, client_for, user_for, monkeypatch):
    monkeypatch.setattr(assigning, "MOST", 1)
    address, rows, _verb = room
    answer = client_for("support").post(address, given(rows, "me"), headers=HTMX)
    assert whose(rows) == [user_for("support"), None]
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert (toast["text"], toast["tone"]) == ("1 is yours now.", "wait")
    assert toast["note"] == "1 more stays as it was: at most 1 are given away at once."


def test_nothing_is_given_to_who_lacks_the_permission_or_left_or_is_not_named(room, client_for, user_for):
    address, rows, verb = room
    client, gone = client_for("support"), make_user("gone", role="support", is_active=False)
    toast = json.loads(client.post(address, given(rows, user_for("viewer").pk), headers=HTMX)["HX-Trigger"])["toast"]
    assert (toast["text"], toast["tone"]) == ("Nothing was assigned.", "wait")
    for person in (gone.pk, "0", "x"):
        assert client.post(address, given(rows, person)).status_code == 404
    assert client.post(address, {"pk": [row.pk for row in rows]}).status_code == 404
    assert client.post(address, {"pk": ["x", "-1"], "person": "me"}).status_code == 404
    assert client_for("viewer").post(address, given(rows, "me")).status_code == 403
    assert whose(rows) == [None, None]
    assert not AuditEvent.objects.filter(verb=verb).exists()


def test_who_sees_one_shop_gives_rows_of_that_shop_alone(room, client):
    address, rows, _verb = room
    member = make_user("member", role="support", sees_all_connections=False)
    rows[0].connection.people.add(member)
    client.force_login(member)
    client.post(address, given(rows, "me"))
    assert whose(rows) == [member, None]


def test_the_bar_of_a_list_names_those_who_may_work_there(room, client_for, user_for):
    address = room[0].replace("bulk/assign/", "?view=all")
    able = make_user("bola", role="support")
    others = [user_for("viewer"), make_user("left", role="support", is_active=False)]
    cache.clear()
    response = client_for("support").get(address)
    assert_strict_html(response)
    bar = response.content.decode().partition('class="bulk"')[2].partition("</details>")[0]
    assert [one for one in (able, *others) if f'{{"person": "{one.pk}"}}' in bar] == [able]
    assert 'type="checkbox" name="pk"' in response.content.decode()
    bare = client_for("viewer").get(address).content.decode()
    assert "bulk/assign/" not in bare
    assert "no-boxes" in bare or 'name="pk"' not in bare


def test_all_that_a_list_matches_are_offered_and_given_away(room, client_for, user_for):
    address, rows, verb = room
    model, listed = type(rows[0]), address.replace("bulk/assign/", "")
    client = client_for("support")
    everything = model.objects.count()
    offer = client.get(f"{listed}matching/?view=all", headers=HTMX)
    assert_strict_html(offer, fragment=True)
    assert f'data-words="All {everything} that match"' in offer.content.decode()
    assert client.get(f"{listed}matching/?view=all&q=zzzzz").content.decode().strip() == ""
    one = rows[1].connection
    client.post(address, {"all": f"?view=all&connection={one.slug}", "pk": rows[0].pk, "person": "me"}, headers=HTMX)
    given_away = model.objects.filter(assignee=user_for("support"))
    assert set(given_away) == set(model.objects.filter(connection=one))
    assert AuditEvent.objects.filter(verb=verb).count() == given_away.count()
    for nothing in ("?view=all&q=zzzzz", "view=all", "1"):
        assert client.post(address, {"all": nothing, "person": "me"}).status_code == 404
    assert client_for("viewer").get(f"{listed}matching/").status_code == (200 if "orders" in listed else 403)


def test_a_list_of_several_pages_carries_the_offer_to_choose_all_that_match(room, client_for):
    address, rows, _verb = room
    listed, client = address.replace("bulk/assign/", ""), client_for("support")
    offer = f'data-hx-get="{listed}matching/?view=all'
    assert offer not in client.get(f"{listed}?view=all&q=zzzzz").content.decode()
    row = type(rows[0])._base_manager.get(pk=rows[0].pk)
    for n in range(100):
        row.pk, row.remote_id = None, f"more-{n}"
        row.save()
    body = client.get(f"{listed}?view=all").content.decode()
    assert offer in body
    assert 'data-matching="?view=all' in body
