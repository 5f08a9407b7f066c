"""New credentials are tried before they replace those in use."""

import pytest

from dashboard.staff.models import AuditEvent
from dashboard.sync.models import Connection, Exchange
from tests.connected import fault, pull
from tests.sync.test_managing import TOKEN, refused

pytestmark = pytest.mark.usefixtures("told")


@pytest.fixture
def admin(client_for):
    return client_for("admin")


def test_refused_credentials_do_not_replace_those_in_use(admin, shop, told):
    pull(shop.connection, "products")
    kept = shop.connection.credentials["access_token"]
    given = {"title": "Renamed", "access_token": TOKEN, "base_url": shop.connection.base_url}
    page = refused(
        admin.post("/connections/shop/settings/", given),
        "M2E Cloud does not take what was given: “",
        "Nothing was saved: what was in use stays.",
        "Renamed",
        "Save it untested",
    )
    assert TOKEN not in page
    assert kept not in page
    row = Connection.objects.get()
    assert (row.title, row.credentials, row.state, row.version) == (
        shop.connection.title, {"access_token": kept}, Connection.ACTIVE, 1,
    )  # fmt: skip
    assert told == []
    assert not AuditEvent.objects.filter(verb="connection.changed").exists()
    tried_with = Exchange.objects.latest("pk")
    assert TOKEN not in str(vars(tried_with))


def test_credentials_are_saved_untested_only_by_choice_while_the_platform_is_away(admin, shop, told):
    fault(shop.sandbox, "*", "status", code=503, times=20)
    given = {"title": "Shop", "access_token": TOKEN, "base_url": shop.connection.base_url}
    page = refused(admin.post("/connections/shop/settings/", given), "M2E Cloud could not be asked: “")
    assert 'name="untested"' in page
    assert TOKEN not in str(Connection.objects.get().credentials)
    assert admin.post("/connections/shop/settings/", given | {"untested": "on"}).status_code == 302
    assert Connection.objects.get().credentials == {"access_token": TOKEN}
    assert told == [("check_connection", shop.connection.pk)]
    assert AuditEvent.objects.get(verb="connection.changed").detail["untested"] is True


def test_a_trial_leaves_the_sign_in_of_the_connection_alone(admin, pushing):
    pull(pushing.connection, "products")
    token = Connection.objects.get().token
    given = {"title": "P", "email": "other@sandbox.example", "password": "wrong-Passw0rd"}
    refused(admin.post("/connections/pushing/settings/", given), "does not take what was given")
    assert token
    assert Connection.objects.get().token == token


def test_what_is_no_credential_is_saved_without_asking_the_platform(admin, shop):
    shop.sandbox.expire_tokens()
    assert admin.post("/connections/shop/settings/", {"title": "Other", "currency": "EUR"}).status_code == 302
    assert Connection.objects.get().options["currency"] == "EUR"
    assert not Exchange.objects.exists()
