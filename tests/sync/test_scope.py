"""The connection that a person keeps to: put into the address of lists, said in the top bar, left again."""

import pytest

from dashboard.orders.models import Order
from tests.connected import pull
from tests.factories import make_user
from tests.pages import flat

pytestmark = pytest.mark.django_db
ROOMS = [
    "/", "/orders/", "/aftersales/", "/messages/", "/tickets/", "/catalog/", "/catalog/categories/",
    "/finance/payments/", "/finance/wallet/", "/finance/coupons/", "/activity/", "/activity/runs/",
]  # fmt: skip


@pytest.fixture
def shops(connect):
    """Two connections of one platform."""
    found = [connect("accplanet", slug).connection for slug in ("one", "two")]
    for connection in found:
        pull(connection, "orders")
    return found


def keeping_to(client, slug):
    client.cookies["scope"] = slug
    return client


@pytest.mark.usefixtures("shops")
@pytest.mark.parametrize("room", ROOMS)
def test_a_room_that_is_entered_is_asked_for_the_kept_connection(client_for, room):
    client = keeping_to(client_for("admin"), "two")
    assert client.get(room).url == f"{room}?connection=two"
    page = client.get(f"{room}?connection=two")
    assert page.status_code == 200
    assert '<details class="menu menu-start top-scope is-on">' in page.content.decode()


@pytest.mark.usefixtures("shops")
@pytest.mark.parametrize(
    "asked",
    ["/orders/?connection=one&view=all", "/orders/?connection=", "/orders/?format=csv", "/orders/fresh/?newest=1"],
)
def test_what_the_address_says_stands(client_for, asked):
    assert keeping_to(client_for("admin"), "two").get(asked).status_code == 200


@pytest.mark.usefixtures("shops")
def test_other_filters_stay_and_parts_of_pages_are_not_led_away(client_for):
    client = keeping_to(client_for("admin"), "two")
    assert client.get("/orders/?view=all&tag=a%26b").url == "/orders/?view=all&tag=a%26b&connection=two"
    assert client.get("/orders/?view=all", headers={"HX-Request": "true"}).status_code == 200


def test_a_record_says_what_is_kept_to_and_how_to_leave_it(shops, client_for):
    order = Order.objects.filter(connection=shops[0]).first()
    page = keeping_to(client_for("admin"), "two").get(f"/orders/{order.pk}/")
    top = flat(page).partition('<header class="top">')[2].partition("</header>")[0]
    assert '<details class="menu menu-start top-scope">' in top
    assert shops[1].title in top.partition("</summary>")[0]
    assert 'aria-label="Show all connections again"' in top
    assert 'data-act="scope" data-scope="one"' in top


@pytest.mark.parametrize("slug", ["gone", "one", "'", "%00"])
def test_what_may_not_be_seen_is_not_kept_to(shops, client, slug):
    member = make_user("member", sees_all_connections=False)
    member.connections.add(shops[1])
    client.force_login(member)
    page = keeping_to(client, slug).get("/orders/")
    assert page.status_code == 200
    assert "Show all connections again" not in page.content.decode()


@pytest.mark.usefixtures("shops")
def test_the_filters_say_the_connection_and_leave_choosing_it_to_the_top_bar(client_for):
    body = client_for("admin").get("/orders/?connection=two&view=all&status=unpaid").content.decode()
    form = body.partition('<form class="toolbar"')[2].partition("</form>")[0]
    assert '<input type="hidden" name="connection" value="two">' in form
    assert 'name="connection"' not in form.replace('<input type="hidden" name="connection"', "")
    assert 'data-act="scope" data-scope="" data-hx-boost="false"' in form
    assert '<a class="btn btn-quiet btn-small" href="?view=all&amp;connection=two">Clear filters</a>' in form


def test_the_tabs_count_what_the_list_shows(shops, client_for):
    Order.objects.filter(connection=shops[0]).update(status="completed")
    client, waiting = client_for("admin"), Order.objects.filter(connection=shops[1]).to_deliver().count()
    for slug, number in (("one", 0), ("two", waiting)):
        page = client.get(f"/orders/?connection={slug}")
        assert page.context["listing"].counts["to-deliver"] == str(number)
        assert len(page.context["rows"]) == min(25, number)
        assert f"{number} order{'' if number == 1 else 's'} to deliver" in page.context["state_line"]


def test_a_connection_without_such_rows_says_so(shops, connect, client_for):
    chat = connect("imetastore", "chat").connection
    pull(chat, "threads")
    client = client_for("admin")
    for address, title in (
        ("/tickets/?connection=chat", chat.title),
        ("/messages/?view=all&connection=one", shops[0].title),
    ):
        body = client.get(address).content.decode()
        assert f"{title} has nothing of this kind" in body
        assert "thread-item-" not in body
    assert "thread-item-" in client.get("/messages/?view=all&connection=chat").content.decode()


@pytest.mark.usefixtures("shops")
def test_home_says_for_which_connection_it_speaks(client_for, shops):
    client = client_for("admin")
    said = '<p class="head-line" id="headline"><span>'
    assert f"{said}{shops[1].title}</span><span>" in flat(client.get("/?connection=two"))
    assert f"{said}{shops[1].title}" not in flat(client.get("/"))
    polled = flat(client.get("/home/queues/?connection=two"))
    assert f'id="headline" data-hx-swap-oob="true"><span>{shops[1].title}</span><span>' in polled
    assert 'data-hx-get="/home/queues/?connection=two"' in polled


@pytest.mark.usefixtures("shops")
def test_the_navigation_counts_the_same_connection(shops, client_for):
    Order.objects.filter(connection=shops[0]).update(status="completed")
    waiting = Order.objects.filter(connection=shops[1]).to_deliver().count()
    client = client_for("admin")
    kept = (("/staff/", "one", 0), ("/staff/", "two", waiting), ("/orders/?connection=one", "two", waiting))
    for address, cookie, number in kept:
        page = keeping_to(client, cookie).get(address)
        assert page.context["frame"].counts["orders"][0] == number, (address, cookie)
    assert keeping_to(client, "").get("/staff/").context["frame"].counts["orders"][0] == waiting
