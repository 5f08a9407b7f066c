"""What the list of orders offers beyond its rows: what came since, a day to open at, the way from order to order."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import html5lib
import pytest
from django.utils import timezone

from dashboard.orders.models import Order
from dashboard.sync.models import Command
from tests.orders.test_pages import confirm, get, rows_in, url
from tests.pages import assert_strict_html

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def admin(client_for):
    return client_for("admin")


def elements(response, tag):
    return html5lib.parse(response.content.decode(), namespaceHTMLElements=False).iter(tag)


def poll_of(page):
    return next(p.attrib["data-hx-get"] for p in elements(page, "p") if p.attrib.get("id") == "orders-list-fresh")


def come(like, **changes):
    """One more order, as the mirror would write it."""
    order = Order.objects.get(pk=like.pk)
    order.pk, order.remote_id = None, f"{like.remote_id}-{Order.objects.count()}"
    for name, value in changes.items():
        setattr(order, name, value)
    order.save(force_insert=True)
    return order


@pytest.mark.usefixtures("stopped_clock")
def test_orders_that_came_since_are_offered_in_their_view_alone(admin, supply, order_of):
    like = order_of(supply, status="to_deliver")
    page = get(admin, "/orders/?view=to-deliver")
    poll = poll_of(page)
    quiet = get(admin, poll, **HTMX)
    assert "new: show" not in quiet.content.decode()
    known = HTMX | {"If-None-Match": quiet["ETag"]}
    assert admin.get(poll, headers=known).status_code == 304
    come(like, status="completed")
    assert admin.get(poll, headers=known).status_code == 304
    old = come(like, placed_at=timezone.now() - timedelta(days=900))
    new = come(like, placed_at=timezone.now())
    offered = admin.get(poll, headers=known)
    assert "2 new: show" in offered.content.decode()
    assert_strict_html(offered, fragment=True)
    link = next(a for a in elements(offered, "a") if "new: show" in "".join(a.itertext()))
    shown = get(admin, link.attrib["href"], **HTMX)
    assert rows_in(shown)[0] == f"order-{new.pk}"
    assert "new: show" not in get(admin, poll_of(shown), **HTMX).content.decode()
    assert rows_in(shown)[-1] == f"order-{old.pk}"


def test_an_empty_view_offers_what_comes_too(admin, supply, order_of):
    like = order_of(supply)
    poll = poll_of(get(admin, "/orders/?view=all&buyer=nobody-yet"))
    come(like)
    assert "new: show" not in get(admin, poll, **HTMX).content.decode()
    come(like, buyer_remote_id="nobody-yet")
    assert "1 new: show" in get(admin, poll, **HTMX).content.decode()


@pytest.mark.parametrize("newest", ["", "x", "-1", "9" * 30, "1 OR 1=1"])
def test_a_bent_address_of_the_freshness_line_offers_nothing(admin, supply, newest):
    assert "new: show" not in get(admin, f"/orders/fresh/?newest={newest}", **HTMX).content.decode()


def test_the_list_opens_at_a_day(admin, supply, order_of):
    like = order_of(supply)
    day = timezone.now().date() - timedelta(days=400)
    there = come(like, placed_at=timezone.now() - timedelta(days=400))
    page = get(admin, f"/orders/?view=all&on={day.isoformat()}")
    assert rows_in(page)[0] == f"order-{there.pk}"
    assert f'value="{day.isoformat()}"' in page.content.decode()
    assert "To the start" in page.content.decode()
    assert "this is no date" in get(admin, "/orders/?view=all&on=soon").content.decode()
    assert 'name="on"' not in get(admin, "/orders/?view=all&sort=total").content.decode()


def link_to(page, rel):
    return next((a.attrib["href"] for a in elements(page, "a") if a.attrib.get("rel") == rel), "")


@pytest.mark.parametrize("query", ["view=to-deliver", "view=all&sort=due", "view=all&sort=total", "view=all&q=TK"])
def test_from_order_to_order_as_the_list_had_them(admin, supply, goods, query):
    page = get(admin, f"/orders/?{query}")
    rows = [row.attrib for row in elements(page, "tr") if "data-href" in row.attrib]
    here = rows[0]["data-href"]
    assert link_to(get(admin, here), "prev") == ""
    for row in rows[:6]:
        assert urlsplit(here).path == urlsplit(row["data-href"]).path
        last, here = here, link_to(get(admin, here), "next")
    assert link_to(get(admin, here), "prev") == last
    crumb = next(a.attrib["href"] for a in elements(get(admin, here), "a") if a.attrib["href"].startswith("/orders/?"))
    assert parse_qs(urlsplit(crumb).query) == parse_qs(query)


def test_an_order_keeps_its_place_when_it_leaves_the_list(client_for, goods):
    client = confirm(client_for("fulfilment"))
    rows = [
        row.attrib["data-href"]
        for row in elements(get(client, "/orders/?view=to-deliver"), "tr")
        if "data-href" in row.attrib
    ]
    order = Order.objects.get(pk=urlsplit(rows[1]).path.split("/")[2])
    form = get(client, url("deliver", order) + "?" + urlsplit(rows[1]).query)
    action = next(f.attrib["action"] for f in elements(form, "form") if "deliver" in f.attrib["action"])
    given = client.post(action, {"shape": "rows", "content": "one"})
    assert given.url == f"{rows[1]}#history"
    assert Command.objects.count() == 1
    Order.objects.filter(pk=order.pk).update(status="completed")
    page = get(client, given.url)
    assert (link_to(page, "prev"), link_to(page, "next")) == (rows[0], rows[2])


def test_who_comes_from_no_list_walks_none(admin, supply, order_of):
    page = get(admin, url("detail", order_of(supply)))
    assert (link_to(page, "prev"), link_to(page, "next")) == ("", "")


@pytest.mark.parametrize("bent", ["%00", "view=nothing&sort=-password&after=x", "x" * 3000, "connection=%27&q=%25"])
def test_a_bent_list_in_the_address_is_harmless(admin, supply, order_of, bent):
    get(admin, url("detail", order_of(supply)) + "?list=" + bent)
