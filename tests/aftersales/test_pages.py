"""Pages of after-sales: who may do what, constant queries, and what a form answers."""

from datetime import timedelta
from functools import reduce
from html import unescape
from operator import or_

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard.aftersales.models import Case
from dashboard.core.formatting import exact
from dashboard.orders.models import DeliveryError, DeliveryRecord, Note, Order
from dashboard.staff.models import AuditEvent
from dashboard.sync import approvals
from dashboard.sync.models import Approval, Command, SharedPicture
from tests.aftersales.conftest import on_platform
from tests.connected import drive, effects, fault, pull, step
from tests.factories import make_user
from tests.pages import assert_strict_html
from tests.pictures import png

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def multiply(case, times):
    """More undecided cases like this one."""
    Case.objects.bulk_create(
        Case(
            **{f.attname: getattr(case, f.attname) for f in Case._meta.concrete_fields if f.name != "id"}
            | {"remote_id": f"more-{n}", "number": f"M{n}"}
        )
        for n in range(times)
    )


def queries(client, url, **headers):
    client.get(url, headers=headers)
    with CaptureQueriesContext(
        database,
    ) as caught:
        assert client.get(url, headers=headers).status_code == 200
    mine = ("django_session", "staff_user")
    return [one["sql"] for one in caught if not any(f'FROM "{table}' in one["sql"] for table in mine)]


def test_the_list_costs_the_same_for_ten_and_a_hundred(shop, pending, client_for):
    client, case = client_for("support"), pending(shop)
    multiply(case, 10)
    few = queries(client, "/aftersales/", **HTMX)
    multiply_more = [Case(**{f.attname: getattr(case, f.attname) for f in Case._meta.concrete_fields if f.name != "id"}
                          | {"remote_id": f"again-{n}"}) for n in range(90)]  # fmt: skip
    Case.objects.bulk_create(multiply_more)
    many = queries(client, "/aftersales/?size=100", **HTMX)
    assert len(few) == len(many)
    assert len(few) <= 3
    assert not any('"aftersales_case"."raw"' in sql for sql in many)


def test_a_case_costs_eight_queries_at_most(shop, pending, client_for):
    assert len(queries(client_for("support"), f"/aftersales/{pending(shop).pk}/")) <= 8


def test_the_list_is_by_deadline_and_answers_csv(shop, client_for):
    response = client_for("support").get("/aftersales/")
    dues = list(Case.objects.waiting().order_by("decide_by").values_list("number", flat=True))
    places = [response.content.decode().index(f">{number}</a>") for number in dues]
    assert places == sorted(places)
    body = b"".join(client_for("support").get("/aftersales/?view=all&format=csv").streaming_content).decode()
    assert len(body.splitlines()) == Case.objects.count() + 1
    assert b"format=csv" in client_for("support").get("/aftersales/").content
    assert b"format=csv" not in client_for("viewer").get("/aftersales/").content
    assert client_for("viewer").get("/aftersales/?format=csv").status_code == 403


def test_how_it_stands_is_said_once(shop, pending, client_for):
    page = client_for("support").get(f"/aftersales/{pending(shop).pk}/").content.decode()
    assert page.count("Undecided") == 1


def test_a_viewer_sees_no_form_and_may_not_post(shop, pending, client_for):
    case, client = pending(shop), client_for("viewer")
    assert b"Reject the case" not in client.get(f"/aftersales/{case.pk}/").content
    for verb in ("approve", "reject"):
        assert client.post(f"/aftersales/{case.pk}/{verb}/", {"reason": "x"}).status_code == 403
    assert not Command.objects.exists()


def test_a_foreign_case_is_not_found(shop, pending, client, connect):
    stranger = make_user("stranger", role="support", sees_all_connections=False)
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    case = pending(shop)
    assert client.get(f"/aftersales/{case.pk}/").status_code == 404
    assert client.post(f"/aftersales/{case.pk}/reject/", {"reason": "x"}).status_code == 404
    assert str(case).encode() not in client.get("/aftersales/?view=all").content
    assert not Command.objects.exists()


def test_a_wrong_form_is_answered_422_with_what_was_typed(shop, pending, client_for):
    case, client = pending(shop), client_for("support")
    response = client.post(f"/aftersales/{case.pk}/reject/", {"reason": " ", "image_urls": "https://a.example/1.png"})
    assert response.status_code == 422
    assert b"Nothing was sent" in response.content
    assert b"https://a.example/1.png" in response.content
    assert_strict_html(response)
    response = client.post(f"/aftersales/{case.pk}/reject/", {"reason": "No", "image_urls": "not an address"})
    assert response.status_code == 422
    assert b"begin with https" in response.content
    response = client.post(f"/aftersales/{case.pk}/approve/", {"typed": "0"})
    assert response.status_code == 422
    assert not Command.objects.exists()
    assert effects(shop.sandbox) == []


def test_a_picture_from_the_desk_is_given_as_an_address(shop, pending, client_for):
    case, client = pending(shop), client_for("support")
    files = [SimpleUploadedFile(name, png(shade)) for name, shade in (("a.png", 10), ("b.png", 90))]
    given = {"reason": "Redeemed", "image_urls": "https://a.example/1.png", "pictures": files}
    assert client.post(f"/aftersales/{case.pk}/reject/", given).status_code == 302
    payload = Command.objects.get().payload
    names = SharedPicture.objects.order_by("pk").values_list("name", flat=True)
    ours = [f"http://testserver/pictures/shared/{name}.jpg" for name in names]
    assert payload["image_urls"] == ["https://a.example/1.png", *ours]
    assert len(ours) == 2


def test_a_refused_form_keeps_the_pictures_that_came_with_it(shop, pending, client_for):
    case, client = pending(shop), client_for("support")
    files = [SimpleUploadedFile("a.png", png(10)), SimpleUploadedFile("b.pdf", b"%PDF-1.7")]
    response = client.post(f"/aftersales/{case.pk}/reject/", {"reason": "No", "pictures": files})
    assert response.status_code == 422
    assert_strict_html(response)
    page, (kept,) = response.content.decode(), SharedPicture.objects.all()
    assert f">\nhttp://testserver/pictures/shared/{kept.name}.jpg</textarea>" in page
    assert "“b.pdf” is no picture: give PNG, JPEG, GIF or WebP." in page
    assert not Command.objects.exists()
    assert effects(shop.sandbox) == []


def test_the_same_form_twice_is_one_command(shop, pending, client_for):
    case, client = pending(shop), client_for("support")
    for _ in range(2):
        response = client.post(f"/aftersales/{case.pk}/reject/", {"reason": "No", "form_key": "one"})
        assert (response.status_code, response.url) == (302, f"/aftersales/{case.pk}/")
    assert Command.objects.count() == 1


def test_a_decided_case_says_so_instead_of_a_form(shop, client_for):
    case = Case.objects.filter(decision="rejected").first()
    page = client_for("support").get(f"/aftersales/{case.pk}/").content.decode()
    assert "the platform says “103”" in page
    assert "Reject the case" not in page
    response = client_for("support").post(f"/aftersales/{case.pk}/reject/", {"reason": "No"})
    assert response.status_code == 422


def test_what_becomes_of_a_decision_reaches_the_head_and_the_facts_with_the_poll(shop, pending, client_for, user_for):
    case, client = pending(shop), client_for("support")
    url = f"/aftersales/{case.pk}/"
    given = {"reason": "Redeemed on 12 November", "image_urls": "https://a.example/1.png"}
    client.post(f"{url}reject/", given)
    moving = client.get(url, headers=HTMX)
    assert_strict_html(moving, fragment=True)
    assert 'data-hx-trigger="every 2s"' in moving.content.decode()
    assert drive(Command.objects.get()).state == "done"
    told = client.get(url, headers=HTMX).content.decode()
    sign = told.partition('id="case-sign" data-hx-swap-oob="true">')[2].partition("</span>")[0]
    assert sign.endswith("Rejected")
    line = told.partition('id="case-line" data-hx-swap-oob="true">')[2].partition("</p>")[0]
    assert "If nobody decides" not in line
    assert f"{user_for('support').label} gave the reason: Redeemed on 12 November" in told
    assert "What the platform keeps as the reason: 9" in told
    assert "every 2s" not in told
    assert "<dt>Decided</dt>" in told
    page = client.get(url).content.decode()
    assert page.count('id="case-sign"') == page.count('id="case-line"') == 1
    assert len(effects(shop.sandbox)) == 1


def test_a_form_for_a_case_that_was_decided_meanwhile_is_answered_with_what_the_platform_says_now(
    shop, pending, client_for
):
    case, client = pending(shop), client_for("support")
    assert b"Reject the case" in client.get(f"/aftersales/{case.pk}/").content
    row = next(order for order in shop.sandbox.orders if order["orderId"] == int(case.order_remote_id))
    shop.sandbox._decide(row, on_platform(shop, case), approved=False, images=[])
    pull(shop.connection, "cases")
    typed = client.get(f"/aftersales/{case.pk}/").context["approve"].wanted
    response = client.post(f"/aftersales/{case.pk}/approve/", {"typed": typed})
    assert response.status_code == 422
    banner = response.content.decode().partition('class="banner is-act" role="alert"')[2].partition("</div></div>")[0]
    assert "Nothing was sent." in banner
    assert "This case was rejected already; the platform says “103”." in banner
    assert not Command.objects.exists()
    assert effects(shop.sandbox) == []


def test_a_try_that_the_platform_refused_stands_at_the_form_with_what_was_typed(shop, pending, client_for):
    case, client = pending(shop), client_for("support")
    fault(shop.sandbox, "aftersales.audit", "status", code=400)
    given = {"reason": "Redeemed", "image_urls": "https://a.example/1.png"}
    client.post(f"/aftersales/{case.pk}/reject/", given)
    assert drive(Command.objects.get()).state == "rejected"
    page = client.get(f"/aftersales/{case.pk}/")
    panel = page.content.decode().partition('id="decide-title"')[2].partition("</section>")[0]
    assert "Refused by" in panel
    assert "Redeemed</textarea>" in panel
    assert "https://a.example/1.png</textarea>" in panel
    assert "Prove it" not in panel
    assert effects(shop.sandbox) == []


def test_a_try_without_an_answer_is_proven_from_the_case(shop, pending, client_for):
    case, client = pending(shop), client_for("support")
    fault(shop.sandbox, "aftersales.audit", "drop_after_apply")
    client.post(f"/aftersales/{case.pk}/reject/", {"reason": "Redeemed"})
    command = step(Command.objects.get())
    assert command.state == "unknown"
    page = client.get(f"/aftersales/{case.pk}/").content.decode()
    assert f'action="/activity/commands/{command.pk}/prove/"' in page
    assert "Reject the case" not in page
    assert drive(command).state == "done"
    assert "Prove it" not in client.get(f"/aftersales/{case.pk}/").content.decode()
    assert len(effects(shop.sandbox)) == 1


def test_what_lapses_by_itself_and_when(shop, pending, client_for):
    case, client = pending(shop), client_for("support")
    lapse = f"If nobody decides by {exact(case.decide_by, seconds=False)}, the platform refunds the buyer by itself."
    assert lapse in client.get(f"/aftersales/{case.pk}/").content.decode()
    assert lapse in client.get("/aftersales/").content.decode()
    Case.objects.filter(pk=case.pk).update(decide_by=timezone.now() - timedelta(minutes=1))
    late = client.get(f"/aftersales/{case.pk}/").content.decode()
    assert "The time to decide is over: the platform refunds the buyer by itself." in late


def test_what_speaks_for_or_against_it_stands_on_one_page(shop, pending, client_for):
    pull(shop.connection, "deliveries")
    case, client = pending(shop), client_for("support")
    Case.objects.filter(pk=case.pk).update(image_urls=["https://a.example/broken.png"], description="Code <b>used</b>")
    order = Order.objects.get(connection=shop.connection, remote_id=case.order_remote_id)
    its = {"connection": shop.connection, "order_remote_id": order.remote_id}
    DeliveryRecord.objects.filter(**its).delete()
    its["changed_at"] = timezone.now()
    DeliveryRecord.objects.create(remote_id="d:1", quantity=3, content="SECRET-1", **its)
    DeliveryError.objects.create(remote_id="e:1", remark="The code was used", **its)
    Note.objects.create(order=order, text="Second claim of this buyer")
    page = client.get(f"/aftersales/{case.pk}/").content.decode()
    assert "Second claim of this buyer" in page
    assert "Code &lt;b&gt;used&lt;/b&gt;" in page
    assert 'alt="Picture 1"' in page
    assert "3 units delivered" in page
    assert "The code was used" in page
    assert "SECRET-1" not in page
    assert f'data-hx-get="/messages/for-order/{order.pk}/"' in page
    assert str(order.items) in unescape(page)


def test_decided_cases_come_newest_first(shop, client_for):
    Case.objects.filter(decision="pending").update(decision="approved")
    rows = client_for("support").get("/aftersales/?view=decided&size=100").context["rows"]
    wanted = Case.objects.decided().order_by("-placed_at", "-pk").values_list("pk", flat=True)
    assert [row["pk"] for row in rows] == list(wanted)


def test_from_case_to_case_of_the_list(shop, client_for):
    client = client_for("support")
    first, second, third = client.get("/aftersales/").context["rows"][:3]
    assert client.get(second["url"]).context["steps"]["back"] == first["url"]
    page = client.get(second["url"])
    assert f'href="{third["url"]}" rel="next" data-key="j"' in page.content.decode()
    response = client.post(second["url"].replace("/?", "/reject/?"), {"reason": "Redeemed"})
    assert response.url == second["url"]
    assert client.get(f"/aftersales/{second['pk']}/").context["steps"] is None


def test_an_empty_list_of_a_feed_that_was_not_read_says_that_nobody_can_know(connect, client_for):
    connect("imetastore", "unread")
    page = client_for("support").get("/aftersales/").content.decode()
    assert "None seen, but the list may be incomplete" in page
    assert 'href="/connections/"' in page
    assert "Every case is decided" not in page


def test_the_panel_beside_an_order(shop, pending, client_for):
    case = pending(shop)
    order = Order.objects.get(remote_id=case.order_remote_id)
    assert str(case) in client_for("viewer").get(f"/aftersales/for-order/{order.pk}/").content.decode()
    other = Order.objects.exclude(remote_id__in=Case.objects.values("order_remote_id")).first()
    assert "no case" in client_for("viewer").get(f"/aftersales/for-order/{other.pk}/").content.decode()


def test_new_cases_are_offered(shop, pending, client_for):
    client, case = client_for("support"), pending(shop)
    url = client.get("/aftersales/?view=all").context["fresh"]["url"]
    assert client.get(url, headers=HTMX).context["fresh"]["new"] == 0
    multiply(case, 3)
    assert client.get(url, headers=HTMX).context["fresh"]["new"] == 3


@pytest.mark.parametrize("q", ["账号", "logins", "CASE-1", "zzzz", "DAMAGED", "two logins", "wei"])
def test_the_search_finds_what_a_plain_comparison_finds(shop, pending, client_for, q):
    words = {"reason": "账号被封了", "number": "CASE-1", "description": "Two logins, both damaged", "buyer": "Wei"}
    Case.objects.filter(pk=pending(shop).pk).update(**words)
    page = client_for("support").get("/aftersales/", {"view": "all", "q": q, "size": 100})
    names = ("number", "remote_id", "order_remote_id", "buyer", "reason", "description")
    wanted = Case.objects.filter(reduce(or_, [Q(**{f"{name}__icontains": q}) for name in names]))
    assert wanted.exists() is (q != "zzzz")
    assert {row["pk"] for row in page.context["rows"]} == set(wanted.values_list("pk", flat=True))


def test_a_refund_that_waits_for_a_second_person_stands_on_the_page(shop, pending, client_for, settings):
    case, client = pending(shop), client_for("support")
    settings.REFUND_SECOND_PERSON_ABOVE = {"": case.amount / 2}
    page = f"/aftersales/{case.pk}/"
    assert "second person" not in client.get(page).content.decode()
    typed = client.get(page).context["approve"].wanted
    client.post(f"{page}approve/", {"typed": typed})
    asked = Approval.objects.get()
    response = client.get(page)
    assert_strict_html(response)
    text = response.content.decode()
    assert "This waits for a second person." in text
    assert "support asked for a refund above the limit. Nothing has been sent." in text
    assert f'href="/activity/approvals/{asked.pk}/"' in text
    assert f'action="{page}approve/"' not in text
    assert f'action="{page}reject/"' in text
    approvals.decline(asked, make_user("second", role="admin"), "Not before Monday")
    text = client.get(page).content.decode()
    assert "Declined by second" in text
    assert "Not before Monday" in text
    assert f'action="{page}approve/"' in text
    assert not Command.objects.exists()
    assert effects(shop.sandbox) == []
    assert len(queries(client, page)) <= 8
    Case.objects.filter(pk=case.pk).update(decision="rejected")
    assert "Declined by" not in client.get(page).content.decode()


def test_a_case_is_given_only_to_who_may_decide_and_sees_the_shop(shop, pending, client_for, user_for):
    client, case = client_for("support"), pending(shop)
    stranger = make_user("stranger", role="support", sees_all_connections=False)
    admin, others = user_for("admin"), [stranger, user_for("fulfilment"), user_for("viewer")]
    cache.clear()
    menu = client.get(f"/aftersales/{case.pk}/").content.decode().partition('id="assign"')[2].partition("</details>")[0]
    assert [one for one in (admin, *others) if f'value="{one.pk}"' in menu] == [admin]
    for person in others:
        assert client.post(f"/aftersales/{case.pk}/assign/", {"person": person.pk}).status_code == 422
    case.refresh_from_db()
    assert (case.assignee, AuditEvent.objects.filter(verb="aftersales.assigned").count()) == (None, 0)
    walk = "?list=view%3Dwaiting"
    answer = client.post(f"/aftersales/{case.pk}/assign/{walk}", {"person": admin.pk})
    assert (answer.status_code, answer.url) == (302, f"/aftersales/{case.pk}/{walk}")
    case.refresh_from_db()
    assert case.assignee == admin
    event = AuditEvent.objects.get(verb="aftersales.assigned")
    assert (event.target_label, event.detail, event.connection) == (str(case), {"to": admin.username}, "shop")
    assert f"Looked after by {admin.label}" in client_for("viewer").get(f"/aftersales/{case.pk}/").content.decode()


def test_cases_are_shown_by_who_looks_after_them(shop, pending, client_for, user_for):
    client, case = client_for("support"), pending(shop)
    Case.objects.filter(pk=case.pk).update(assignee=user_for("support"))
    for address, is_there in (
        ("?view=mine", True),
        ("?view=all&assigned=me", True),
        ("?view=all&assigned=nobody", False),
    ):
        assert (f'id="case-{case.pk}"' in client.get(f"/aftersales/{address}").content.decode()) is is_there, address
    row = client.get("/aftersales/?view=mine").content.decode().partition(f'id="case-{case.pk}"')[2]
    assert f'<td class="brief" title="{user_for("support").label}">' in row
