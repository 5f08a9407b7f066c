"""Managing connections from the pages: forms from the declaration, write-only secrets, routes, states, refresh."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from channels.registry import PLATFORMS
from dashboard.staff.models import AuditEvent
from dashboard.sync import conformance, tasks
from dashboard.sync.connections import secret_mark
from dashboard.sync.feeds import feeds_of
from dashboard.sync.models import Connection, Exchange, FeedState
from tests.connected import pull
from tests.pages import assert_strict_html

pytestmark = pytest.mark.usefixtures("told")
TOKEN = "eyJnew.token.of-the-test"


@pytest.fixture
def admin(client_for):
    return client_for("admin")


def add(client, **data):
    given = {"platform": "m2e", "title": "New shop", "slug": "new", "access_token": TOKEN}
    return client.post("/connections/add/", given | data)


def refused(response, *words):
    """A form that came back: nothing was saved, the error is said."""
    text = response.content.decode()
    assert response.status_code == 422
    assert_strict_html(response)
    for word in words:
        assert word in text
    return text


# -- adding and settings ---------------------------------------------------------------------------------------------


def test_a_new_connection_has_a_short_name_that_is_free(admin, connect):
    def proposed():
        return admin.get("/connections/add/?platform=m2e").context["form"]["slug"].value()

    assert proposed() == "m2e"
    connect("m2e", "m2e")
    connect("m2e", "m2e-3")
    assert proposed() == "m2e-2"
    page = admin.get("/connections/add/?platform=m2e").content.decode()
    assert '<a href="/connections/add/">Add a connection</a>' in page


def test_a_connection_is_added_from_what_its_platform_declares(admin, db, told):
    page = admin.get("/connections/add/?platform=m2e").content.decode()
    for field in PLATFORMS["m2e"].credentials + PLATFORMS["m2e"].options:
        assert f'name="{field.key}"' in page
    response = add(admin, currency="EUR")
    made = Connection.objects.get()
    assert response.url == "/connections/new/conformance/"
    assert (made.slug, made.title, made.base_url) == ("new", "New shop", PLATFORMS["m2e"].base_url)
    assert made.credentials == {"access_token": TOKEN}
    assert made.options["currency"] == "EUR"
    assert told == [("check_connection", made.pk)]
    event = AuditEvent.objects.get(verb="connection.added")
    assert TOKEN not in str(event.detail)
    assert event.actor_label == "admin"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"access_token": ""}, "Access token"),
        ({"slug": ""}, "Short name"),
        ({"slug": "add"}, "is no short name"),
        ({"title": ""}, "Title"),
        ({"base_url": "http://127.0.0.1:9/m2e"}, "Only a superuser may point a connection at another host."),
        ({"base_url": "https://evil.example/api"}, "Name it in CHANNEL_ALLOWED_HOSTS to allow it."),
        ({"base_url": "ftp://m2e.cloud"}, "is no address that can be used here"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(admin, db, settings, told, data, words):
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    text = refused(add(admin, **data), words)
    assert TOKEN not in text
    if "title" not in data:
        assert "New shop" in text
    assert (Connection.objects.count(), told) == (0, [])


def test_a_superuser_may_name_another_host_that_the_settings_allow(client_for, db, settings):
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    assert add(client_for("superuser"), base_url="http://127.0.0.1:9/m2e").status_code == 302
    assert Connection.objects.get().base_url == "http://127.0.0.1:9/m2e"


def test_a_taken_short_name_is_refused(admin, db):
    add(admin)
    refused(add(admin), "There is already a connection")
    assert Connection.objects.count() == 1


def test_new_credentials_wake_a_connection_and_empty_ones_stay(admin, shop):
    connection = shop.connection
    Connection.objects.update(state=Connection.REAUTH_NEEDED, state_reason="No.", token="old")
    kept = connection.credentials["access_token"]
    settings_url = "/connections/shop/settings/"
    assert kept not in admin.get(settings_url).content.decode()
    response = admin.post(settings_url, {"title": "Shop", "access_token": "", "base_url": connection.base_url})
    assert response.status_code == 302
    connection.refresh_from_db()
    assert (connection.title, connection.credentials["access_token"], connection.state) == (
        "Shop", kept, Connection.REAUTH_NEEDED,
    )  # fmt: skip
    shop.sandbox.credentials = {"access_token": TOKEN}
    admin.post(settings_url, {"title": "Shop", "access_token": TOKEN, "base_url": connection.base_url})
    connection.refresh_from_db()
    assert (connection.credentials["access_token"], connection.state, connection.token) == (
        TOKEN, Connection.ACTIVE, None,
    )  # fmt: skip
    assert connection.version == 3
    assert TOKEN not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_a_sandbox_address_stays_when_an_admin_saves_the_rest(admin, shop):
    """The host is no platform's; it was set by a shell. Saving without changing it is no new claim."""
    response = admin.post("/connections/shop/settings/", {"title": "Other", "base_url": shop.connection.base_url})
    assert response.status_code == 302
    assert Connection.objects.get().title == "Other"


# -- states ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "state"), [("pause", "paused"), ("disable", "disabled"), ("enable", "active")]
)  # fmt: skip
def test_states_are_set_by_their_own_address_and_noted(admin, shop, verb, state):
    assert admin.post(f"/connections/shop/{verb}/").url == "/connections/shop/"
    shop.connection.refresh_from_db()
    assert shop.connection.state == state
    assert AuditEvent.objects.filter(verb=f"connection.{state}", connection="shop").count() == 1
    assert admin.get(f"/connections/shop/{verb}/").status_code == 405


def test_removing_asks_for_the_short_name(admin, shop):
    pull(shop.connection, "products")
    refused(admin.post("/connections/shop/remove/", {"typed": "shopp"}), "Nothing was removed.")
    assert Connection.objects.count() == 1
    assert admin.post("/connections/shop/remove/", {"typed": "shop"}).url == "/connections/"
    assert not Connection.objects.exists()
    assert AuditEvent.objects.filter(verb="connection.removed").count() == 1


def test_a_refused_sign_in_says_what_to_do(client_for, shop):
    Connection.objects.update(state=Connection.REAUTH_NEEDED, state_reason="Token refused.")
    text = client_for("viewer").get("/connections/shop/").content.decode()
    assert "does not take the credentials. Put them right under Settings" in text
    assert "“Token refused.”" in text


# -- refresh and check -----------------------------------------------------------------------------------------------


def test_refresh_wakes_one_feed_or_all(admin, shop, told):
    pull(shop.connection, "products")
    assert admin.post("/connections/shop/refresh/", {"feed": "products"}).url == "/connections/shop/feeds/"
    assert told == [("refresh_feed", shop.connection.pk, "products", False)]
    assert FeedState.objects.get().next_due_at is None
    told.clear()
    admin.post("/connections/shop/refresh/", {"full": "1"})
    assert ("refresh_feed", shop.connection.pk, "products", True) in told
    assert len(told) > 1
    assert FeedState.objects.get().last_full_at is None
    assert admin.post("/connections/shop/refresh/", {"feed": "nothing"}).status_code == 404


def test_a_connection_at_rest_is_not_refreshed(admin, shop, told):
    Connection.objects.update(state=Connection.PAUSED)
    admin.post("/connections/shop/refresh/")
    assert told == []


def test_a_check_is_asked_for_probed_by_a_worker_and_shown(admin, shop, told):
    admin.post("/connections/shop/check/")
    assert told == [("check_connection", shop.connection.pk)]
    pending = admin.get("/connections/shop/conformance/", headers={"HX-Request": "true"})
    assert 'data-hx-trigger="every 2s"' in pending.content.decode()
    tasks.check_connection(shop.connection.pk)
    found = admin.get("/connections/shop/conformance/", headers={"HX-Request": "true"})
    assert (found.content, found["HX-Refresh"]) == (b"", "true")  # badge, banner and sheet follow together
    text = admin.get("/connections/shop/conformance/").content.decode()
    assert "every 2s" not in text
    assert "First page of products" in text
    assert "Holds" in text


def test_a_wrong_token_shows_as_a_failed_point(admin, shop):
    shop.sandbox.expire_tokens()
    assert conformance.probe(shop.connection).is_proven is False
    assert "Failed" in admin.get("/connections/shop/conformance/").content.decode()


# -- routes ----------------------------------------------------------------------------------------------------------


def test_the_routes_tell_when_each_was_used_and_what_it_answered(admin, shop):
    Exchange.objects.all().delete()
    assert '<span class="mono">200</span>' not in admin.get("/connections/shop/routes/").content.decode()
    conformance.probe(shop.connection)
    assert '<span class="mono">200</span>' in admin.get("/connections/shop/routes/").content.decode()


@pytest.fixture
def assumed(pushing):
    return next(route for route in pushing.connection.declared.routes if not route.documented)


def test_an_assumed_route_is_confirmed(admin, pushing, assumed):
    Connection.objects.update(base_url=pushing.connection.declared.base_url)
    assert "Refused until confirmed" in admin.get("/connections/pushing/routes/").content.decode()
    assert admin.post("/connections/pushing/routes/confirm/", {"name": assumed.name}).status_code == 302
    pushing.connection.refresh_from_db()
    assert pushing.connection.confirmed_routes == [assumed.name]
    refused(admin.post("/connections/pushing/routes/confirm/", {"name": "nothing"}))


def test_a_route_is_bent_and_goes_back(admin, pushing, assumed):
    def bend(address):
        return admin.post("/connections/pushing/routes/bend/", {"name": assumed.name, "address": address})

    address = f"{assumed.method} /v9{assumed.path}"
    assert bend(address).status_code == 302
    pushing.connection.refresh_from_db()
    assert pushing.connection.routes == {assumed.name: address}
    refused(bend("FETCH /x"), "is not METHOD /path")
    refused(bend(f"{assumed.method} /x/{{other}}"), "; not: other.")
    pushing.connection.refresh_from_db()
    assert pushing.connection.routes == {assumed.name: address}
    assert bend("").status_code == 302
    pushing.connection.refresh_from_db()
    assert pushing.connection.routes == {}


# -- callback secrets ------------------------------------------------------------------------------------------------


def test_secrets_are_added_beside_each_other_and_taken_out_of_use(admin, pushing):
    old, new = pushing.sandbox.callback_secret, "the-new-secret-0123456789"
    page = "/connections/pushing/secrets/"
    for _ in range(2):
        assert admin.post(f"{page}add/", {"secret": new}).status_code == 302
    pushing.connection.refresh_from_db()
    assert pushing.connection.callback_secrets == [old, new]
    text = admin.get("/connections/pushing/callbacks/").content.decode()
    assert secret_mark(old) in text
    assert old not in text
    assert admin.post(f"{page}forget/", {"mark": secret_mark(old)}).status_code == 302
    pushing.connection.refresh_from_db()
    assert pushing.connection.callback_secrets == [new]
    admin.post(f"{page}forget/", {"mark": "nothing"})
    pushing.connection.refresh_from_db()
    assert pushing.connection.callback_secrets == [new]
    refused(admin.post(f"{page}add/", {"secret": "short"}), "8 characters")
    assert new not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


# -- figures, frame, admin -------------------------------------------------------------------------------------------


def test_figures_need_the_token_or_a_member_of_staff(client_for, shop, settings):
    pull(shop.connection, "products")
    assert Client().get("/metrics").status_code == 401
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401
    settings.METRICS_TOKEN = "figures-of-the-test"
    assert Client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    response = Client().get("/metrics", headers={"Authorization": "Bearer figures-of-the-test"})
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    text = response.content.decode()
    assert 'dashboard_commands{state="queued"} 0\n' in text
    assert 'dashboard_connections{state="active"} 1\n' in text
    assert 'dashboard_feed_failures{connection="shop",feed="products"} 0\n' in text
    assert 'dashboard_feed_age_seconds{connection="shop",feed="products"} ' in text
    assert client_for("viewer").get("/metrics").status_code == 200


def test_the_frame_says_how_connections_are(admin, client_for, shop):
    from django.core.cache import cache

    assert "0 of 1 up to date" in admin.get("/sync-sign/").content.decode()
    for feed in feeds_of(shop.connection):
        FeedState.objects.create(connection=shop.connection, feed=feed.name, last_ok_at=timezone.now())
    cache.clear()
    assert "1 of 1 up to date" in admin.get("/sync-sign/").content.decode()
    states = FeedState.objects.filter(connection=shop.connection, feed="products")
    states.update(last_ok_at=timezone.now() - timedelta(days=1))
    cache.clear()
    text = admin.get("/sync-sign/").content.decode()
    assert "0 of 1 up to date" in text
    assert "failures:" not in text
    states.update(error="Away.", alarm="Shape.")
    cache.clear()
    text = admin.get("/connections/").content.decode()
    assert "0 of 1 up to date" in text
    assert "failures: </span>1" in text
    assert 'id="count-connections"' in text
    assert shop.connection.title in admin.get("/search/palette?q=shop").content.decode()


def test_the_admin_shows_rows_without_secrets_and_edits_none(client_for, shop):
    client = client_for("superuser")
    pull(shop.connection, "products")
    for model in (
        "connection", "command", "batch", "run", "feedstate", "quarantined", "exchange", "ratebucket", "change",
        "unknownword", "heartbeat", "callback", "tally",
    ):  # fmt: skip
        assert client.get(f"/admin/sync/{model}/").status_code == 200, model
        assert client.get(f"/admin/sync/{model}/add/").status_code == 403, model
    text = client.get(f"/admin/sync/connection/{shop.connection.pk}/change/").content.decode()
    assert shop.connection.credentials["access_token"] not in text
    assert shop.connection.callback_key not in text
    assert client.post(f"/admin/sync/connection/{shop.connection.pk}/delete/").status_code == 403
