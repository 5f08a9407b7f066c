import pytest
from django.http import HttpResponse

from dashboard.staff import access
from dashboard.staff.models import AuditEvent

PAGE = "/staff/audit/?verb=staff"


def test_anonymous_is_led_through_sign_in_and_back(db, client):
    response = client.get(PAGE)
    assert (response.status_code, response.url) == (302, "/staff/sign-in/?next=%2Fstaff%2Faudit%2F%3Fverb%3Dstaff")


def test_anonymous_htmx_moves_the_window_to_where_it_was(db, client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/staff/?a=1"}
    response = client.get(PAGE, headers=headers)
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/staff/sign-in/?next=%2Fstaff%2F%3Fa%3D1"


def test_anonymous_htmx_from_elsewhere_is_led_home(db, client):
    headers = {"HX-Request": "true", "HX-Current-URL": "https://evil.example/x"}
    assert client.get(PAGE, headers=headers)["HX-Redirect"] == "/staff/sign-in/?next=%2F"


@pytest.mark.parametrize(
    ("referer", "back"),
    [("http://testserver/staff/", "%2Fstaff%2F"), ("https://evil.example/", "%2F"), ("", "%2F")],
)
def test_a_post_leads_back_to_the_page_it_came_from(db, client, referer, back):
    assert client.post("/staff/new/", headers={"Referer": referer}).url == f"/staff/sign-in/?next={back}"


@pytest.mark.parametrize("role", ["viewer", "support", "fulfilment", "finance"])
def test_without_the_permission_the_page_names_the_role_and_the_try_is_noted(client_for, role):
    response = client_for(role).get(PAGE)
    assert response.status_code == 403
    assert "This needs the role Admin." in response.content.decode()
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor_label, event.target_label) == ("staff.access_denied", role, "/staff/audit/")
    assert event.detail == {"permission": "staff.manage"}


@pytest.mark.parametrize("role", ["admin", "superuser"])
def test_holders_pass(client_for, role):
    assert client_for(role).get(PAGE).status_code == 200


def test_several_roles_are_named():
    assert access.roles_with("orders.invoice") == ["Fulfilment", "Finance", "Admin"]


def test_an_unknown_code_fails_at_import():
    with pytest.raises(KeyError):
        access.requires("orders.refnd")


def test_the_permission_is_readable_on_the_view():
    view = access.requires("orders.view")(lambda request: HttpResponse())
    assert view.requires == "orders.view"


def test_confirmed_asks_for_the_password_and_comes_back(client_for, user_for):
    client = client_for("admin")
    pk = user_for("viewer").pk
    response = client.get(f"/staff/{pk}/password/")
    assert response.url == f"/staff/confirm/?next=%2Fstaff%2F{pk}%2Fpassword%2F"
    response = client.get(f"/staff/{pk}/password/", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (403, "/staff/confirm/?next=%2F")
