import csv
import io
import json

import pytest
from django.utils import translation

from dashboard.core.exports import discover
from dashboard.staff.audit import Target, audit
from dashboard.staff.models import AuditEvent
from tests.factories import make_user
from tests.pages import assert_strict_html

URL = "/staff/audit/"


@pytest.fixture
def admin(client_for):
    return client_for("admin")


def sequences(response):
    return [row["sequence"] for row in response.context["listing"].page.rows]


def test_newest_first_page_by_page(admin):
    for n in range(60):
        audit(None, "test.event", Target("order", str(n)))
    first = admin.get(URL)
    assert sequences(first) == list(range(60, 35, -1))
    second = admin.get(URL, {"after": first.context["listing"].page.after})
    assert sequences(second) == list(range(35, 10, -1))
    assert sequences(admin.get(URL, {"before": second.context["listing"].page.before})) == list(range(60, 35, -1))


def test_filters_narrow(admin):
    li = make_user("li")
    audit(li, "orders.refunded", Target("order", "1", "A-1"), connection="shop")
    audit(None, "staff.signed_in", Target("user", "2", "mei"))
    for query, expected in (
        ({"actor": li.pk}, [1]),
        ({"verb": "orders."}, [1]),
        ({"q": "a-1"}, [1]),
        ({"connection": "shop"}, [1]),
        ({"since": "2000-01-01"}, [2, 1]),
        ({"until": "2000-01-01"}, []),
        ({"nonsense": "1"}, [2, 1]),
    ):
        assert sequences(admin.get(URL, query)) == expected


@pytest.mark.parametrize("query", [{"since": "yesterday"}, {"actor": "x"}, {"actor": "999999"}, {"after": "forged"}])
def test_bad_values_are_no_error(admin, query):
    assert admin.get(URL, query).status_code == 200


def test_the_page_costs_the_same_for_one_and_many(admin, django_assert_max_num_queries):
    for n in range(30):
        audit(None, "test.event", Target("order", str(n)), {"n": n})
    admin.get(URL)  # the first request of a session writes its clocks
    with django_assert_max_num_queries(4):
        admin.get(URL)


def test_what_people_typed_is_escaped(admin):
    audit(
        None, "test.event", Target("order", "1", "<script>alert(1)</script>"), {"text": "<img src=x onerror=alert(1)>"}
    )
    page = admin.get(URL).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def lines(response):
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_the_trail_is_saved_as_a_file_under_the_same_filters(admin):
    li = make_user("li")
    audit(li, "orders.refunded", Target("order", "1", "A-1"), {"amount": "3.00"}, connection="shop")
    audit(None, "staff.signed_in", Target("user", "2", "mei"))
    response = admin.get(URL, {"format": "csv", "verb": "orders."})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="audit-' in response["Content-Disposition"]
    [row] = lines(response)
    event = AuditEvent.objects.get(verb="orders.refunded")
    assert row.pop("at").startswith(f"{event.at:%Y-%m-%dT%H:%M:%S}")
    assert json.loads(row.pop("detail")) == {"amount": "3.00"}
    assert row == {
        "sequence": "1", "actor": "li", "verb": "orders.refunded", "target_kind": "order", "target_id": "1",
        "target_label": "A-1", "connection": "shop", "ip": "", "previous": "", "digest": event.digest,
    }  # fmt: skip
    assert 'href="?format=csv"' in admin.get(URL).content.decode()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_formula_lives_in_the_file(admin, start):
    formula = f"{start}HYPERLINK(1)"
    audit(None, "test.event", Target("order", formula, formula), connection=formula)
    [row] = lines(admin.get(URL, {"format": "csv"}))
    assert [row[name] for name in ("target_id", "target_label", "connection")] == ["'" + formula] * 3


@pytest.mark.parametrize("role", ["viewer", "support", "fulfilment", "finance"])
def test_the_file_is_for_those_who_manage_the_staff(client_for, user_for, role):
    response = client_for(role).get(URL, {"format": "csv"})
    assert (response.status_code, response.streaming) == (403, False)
    assert not discover()["audit"].queryset(user_for(role)).exists()
    assert AuditEvent.objects.get().verb == "staff.access_denied"


def test_a_filter_without_hits_says_so_and_lists_are_words(admin, user_for):
    audit(user_for("admin"), "connection.added", None, {"set": ["email", "password_hint"], "empty": []})
    text = admin.get("/staff/audit/").content.decode()
    assert '<td class="detail soft">Set: email, password_hint</td>' in text
    nothing = admin.get("/staff/audit/?verb=no.such")
    assert_strict_html(nothing)
    assert "<h2>Nothing matches</h2>" in nothing.content.decode()
    assert "1 filter is on." in nothing.content.decode()


@pytest.mark.parametrize(
    ("language", "about", "told"),
    [
        ("en", "Refund in full A-1", "Amount: 3.00; Kind: Refund in full; Listed: no; Target: 77"),
        ("zh-hans", "全额退款 A-1", "金额: 3.00; 类型: 全额退款; Listed: 否; 对象: 77"),
    ],
)
def test_commands_are_named_in_words_and_payloads_are_no_code(client_for, user_for, language, about, told):
    person = user_for("admin")
    person.language = language
    person.save()
    payload = {"listed": False, "note": "", "total": None, "amount": "3.00"}
    detail = {"kind": "orders.refund", "target": "77", "payload": payload}
    audit(person, "command.submitted", Target("command", "1", "orders.refund A-1"), detail, connection="shop")
    with translation.override(language):
        page = client_for("admin").get(URL).content.decode()
    assert f"</span> {about}</td>" in page
    assert f'<td class="detail soft">{told}</td>' in page


def test_kinds_of_a_batch_and_kinds_that_no_version_knows(admin):
    audit(None, "batch.submitted", Target("batch", "1", "Prices"), {"kind": "catalog.set_price catalog.set_stock"})
    detail = {"kind": "old.kind", "rows": [{"sku": "a"}]}
    audit(None, "command.submitted", Target("command", "2", "old.kind A-1"), detail)
    page = admin.get(URL).content.decode()
    assert '<td class="detail soft">Kind: Set price, Set stock</td>' in page
    assert '<td class="detail soft">Kind: old.kind; Rows: sku a</td>' in page
    assert "old.kind A-1</td>" in page
