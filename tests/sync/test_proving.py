"""What a connection is said to be: never connected before it was seen to work; secrets change without a gap."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.sync import conformance, overview
from dashboard.sync.connections import secret_mark
from dashboard.sync.feeds import FEEDS
from dashboard.sync.models import Callback, Connection, FeedState
from dashboard.sync.reach import Reach
from dashboard.sync.runner import refresh
from tests.connected import fault, pull
from tests.pages import assert_strict_html
from tests.sync.test_callbacks import post, signed

NEW = "the-new-secret-0123456789"


@pytest.fixture
def admin(client_for):
    return client_for("admin")


def text(response):
    return response.content.decode()


def word(connection):
    connection.refresh_from_db()
    return overview.state_sign(connection, was_read=overview.was_read(connection))["word"]


# -- connected, or not -----------------------------------------------------------------------------------------------


def test_a_new_connection_is_not_called_connected_until_it_was_seen_to_work(admin, shop):
    assert word(shop.connection) == "Not tested yet"
    for address in ("/connections/", "/connections/shop/"):
        assert "Not tested yet" in text(admin.get(address))
        assert "Connected" not in text(admin.get(address))
    conformance.probe(shop.connection)
    assert word(shop.connection) == "Connected"
    assert "Not tested yet" not in text(admin.get("/connections/"))


def test_a_reading_that_worked_proves_it_too(shop):
    pull(shop.connection, "products")
    assert word(shop.connection) == "Connected"


def test_a_wrong_token_is_refused_by_the_first_check_and_a_right_one_wakes(admin, shop):
    good = shop.connection.credentials
    Connection.objects.update(credentials={"access_token": "wrong"}, version=2)
    shop.connection.refresh_from_db()
    conformance.probe(shop.connection)
    shop.connection.refresh_from_db()
    assert shop.connection.state == Connection.REAUTH_NEEDED
    page = admin.get("/connections/shop/conformance/")
    assert_strict_html(page)
    assert "Sign-in refused" in text(page)
    shop.connection.credentials, shop.connection.version = good, 3
    shop.connection.save()
    conformance.probe(shop.connection)
    shop.connection.refresh_from_db()
    assert (shop.connection.state, shop.connection.state_reason) == (Connection.ACTIVE, "")


@pytest.mark.parametrize("state", [Connection.PAUSED, Connection.DISABLED])
def test_a_good_check_wakes_nothing_that_a_person_put_to_rest(shop, state):
    Connection.objects.update(state=state)
    shop.connection.refresh_from_db()
    conformance.probe(shop.connection)
    shop.connection.refresh_from_db()
    assert shop.connection.state == state


def test_a_platform_that_does_not_answer_is_no_refusal(admin, shop):
    fault(shop.sandbox, "*", "status", code=500, times=50)
    conformance.probe(shop.connection)
    assert word(shop.connection) == "Check failed"
    assert shop.connection.state == Connection.ACTIVE
    assert "the last check did not come through" in text(admin.get("/connections/shop/"))


def test_what_the_platform_does_not_offer_is_told_in_words_and_folded(admin, shop):
    page = admin.get("/connections/shop/conformance/")
    tree = assert_strict_html(page)
    [fold] = [one for one in tree.iter("details") if "fold" in one.attrib.get("class", "").split()]
    folded = ["".join(one.itertext()).strip() for one in fold.iter("li")]
    stated = set(shop.connection.declared.needs)
    missing = conformance.sheet(shop.connection).missing
    assert len(folded) == sum(name not in stated for name, _why in missing)
    assert "Place purchase order" in folded
    assert "PlacesPurchaseOrders" not in text(page)
    told = "".join(tree.itertext())
    for name, why in missing:
        assert (why in told) == (name in stated)


# -- secrets ---------------------------------------------------------------------------------------------------------


def test_a_secret_is_changed_without_a_gap_and_the_page_says_when_the_old_one_may_go(admin, pushing):
    old, body = pushing.sandbox.callback_secret, b"{}"
    page = "/connections/pushing/callbacks/"
    assert post(pushing.connection, body, signed(pushing, "1")).status_code == 200
    assert admin.get(page).context["secrets"][0]["last_at"] == Callback.objects.get().received_at
    admin.post("/connections/pushing/secrets/add/", {"secret": NEW})
    for request_id, secret in (("2", old), ("3", NEW), ("4", NEW)):
        assert post(pushing.connection, body, signed(pushing, request_id, secret=secret)).status_code == 200
    marks = list(Callback.objects.order_by("pk").values_list("secret_mark", flat=True))
    assert marks == ["", secret_mark(old), secret_mark(NEW), secret_mark(NEW)]
    at = {one.secret_mark: one.received_at for one in Callback.objects.order_by("pk")}
    found = admin.get(page)
    assert_strict_html(found)
    assert {one["mark"]: one["last_at"] for one in found.context["secrets"]} == {
        secret_mark(old): at[secret_mark(old)],
        secret_mark(NEW): at[secret_mark(NEW)],
    }
    admin.post("/connections/pushing/secrets/forget/", {"mark": secret_mark(old)})
    assert post(pushing.connection, body, signed(pushing, "5", secret=old)).status_code == 401
    assert post(pushing.connection, body, signed(pushing, "6", secret=NEW)).status_code == 200
    assert Callback.objects.count() == 5


def test_the_only_secret_is_not_taken_away_by_one_click(admin, pushing):
    forget = 'action="/connections/pushing/secrets/forget/"'
    page = text(admin.get("/connections/pushing/callbacks/"))
    assert page.count(forget) == 1
    assert page.index("<dialog") < page.index(forget)
    admin.post("/connections/pushing/secrets/add/", {"secret": NEW})
    assert text(admin.get("/connections/pushing/callbacks/")).count(forget) == 2
    assert "last-secret" not in text(admin.get("/connections/pushing/callbacks/"))


# -- cannot know -----------------------------------------------------------------------------------------------------


@pytest.fixture
def late(shop):
    """The products were last read three hours ago, and the last try failed."""
    pull(shop.connection, "products")
    shop.connection.refresh_from_db()
    fault(shop.sandbox, "*", "status", code=500, times=50)
    assert refresh(shop.connection, FEEDS["products"], purpose="foreground").error
    FeedState.objects.update(last_ok_at=timezone.now() - timedelta(hours=3))
    return shop.connection


def reach_of(user, asked=""):
    found = Reach(user, "products")
    found.asked = asked
    return found


def test_an_empty_list_says_when_it_was_read_why_not_since_and_what_to_do(client_for, user_for, late):
    from dashboard.catalog.models import Product

    Product.objects.all().delete()
    error = FeedState.objects.get(feed="products").error
    stale = reach_of(user_for("admin")).stale()
    assert stale["words"] == f"{late.title} was last read 3\u00a0h ago. The last try said: “{error}”"
    page = text(client_for("admin").get("/catalog/"))
    assert "None seen, but the list may be incomplete" in page
    assert 'action="/connections/shop/refresh/"' in page
    assert '<input type="hidden" name="feed" value="products">' in page
    assert "Clear filters" not in page
    assert "Clear filters" in text(client_for("admin").get("/catalog/?q=nothing-like-it"))
    viewer = client_for("viewer").get("/catalog/")
    assert_strict_html(viewer)
    assert "was last read 3\u00a0h ago" in text(viewer)
    assert "/connections/shop/refresh/" not in text(viewer)


@pytest.mark.parametrize(
    ("state", "why"),
    [(Connection.PAUSED, "It is paused."), (Connection.REAUTH_NEEDED, "Its sign-in is refused.")],
)
def test_a_connection_at_rest_says_why_and_is_not_to_be_tried(user_for, late, state, why):
    Connection.objects.update(state=state)
    stale = reach_of(user_for("admin")).stale()
    assert stale["words"] == f"{late.title} was last read 3\u00a0h ago. {why}"
    assert stale["refresh_url"] == ""


def test_only_the_connection_that_is_asked_for_counts(user_for, connect, late):
    fresh = connect("m2e", "second").connection
    pull(fresh, "products")
    assert reach_of(user_for("admin"), "second").stale() is None
    assert late.title in reach_of(user_for("admin"), "shop").stale_words()
    assert fresh.title not in reach_of(user_for("admin")).stale_words()


def test_trying_now_leads_back_to_the_list(admin, late, monkeypatch):
    told = []
    monkeypatch.setattr("dashboard.sync.reading.tell", lambda task, *args: told.append(args))
    back = admin.post("/connections/shop/refresh/", {"feed": "products", "next": "/catalog/?view=all"})
    assert (back.status_code, back.url, told) == (302, "/catalog/?view=all", [(late.pk, "products", False)])
    away = admin.post("/connections/shop/refresh/", {"feed": "products", "next": "//evil.example/"})
    assert away.url == "/connections/shop/feeds/"
