import io

import pytest
from django.core.management import CommandError, call_command

from dashboard.staff.audit import audit
from dashboard.staff.models import AuditEvent, User


def test_anonymous_is_led_to_the_dashboards_own_sign_in(db, client):
    assert client.get("/admin/").url.startswith("/staff/sign-in/?next=%2Fadmin%2F")
    assert client.get("/admin/login/?next=/admin/").url == "/staff/sign-in/?next=/admin/"


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_the_admin_is_for_superusers(client_for, role):
    client = client_for(role)
    assert client.get("/admin/").status_code in (302, 403)
    assert client.get("/admin/", follow=True).status_code == 403


def test_superusers_read_people_and_trail(client_for, user_for):
    client = client_for("superuser")
    event = audit(None, "test.event")
    for url in (
        "/admin/", "/admin/staff/user/", f"/admin/staff/user/{user_for('viewer').pk}/change/", "/admin/staff/user/add/",
        "/admin/staff/auditevent/", f"/admin/staff/auditevent/{event.pk}/change/",
    ):  # fmt: skip
        assert client.get(url).status_code == 200


def test_the_trail_is_read_only_there_too(client_for):
    client = client_for("superuser")
    event = audit(None, "test.event")
    url = f"/admin/staff/auditevent/{event.pk}"
    assert client.post(f"{url}/change/", {"verb": "x"}).status_code == 403
    assert client.post(f"{url}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/staff/auditevent/add/").status_code == 403
    assert AuditEvent.objects.get(pk=event.pk).verb == "test.event"


def test_createsuperuser_works_without_a_terminal(db, monkeypatch):
    for name, value in (("USERNAME", "root"), ("EMAIL", "root@example.com"), ("PASSWORD", "a-quite-long-password")):
        monkeypatch.setenv(f"DJANGO_SUPERUSER_{name}", value)
    call_command("createsuperuser", interactive=False, stdout=io.StringIO())
    person = User.objects.get()
    assert (person.username, person.email, person.is_superuser) == ("root", "root@example.com", True)
    assert person.check_password("a-quite-long-password")
    assert person.may("staff.manage")
    with pytest.raises(CommandError):
        call_command("createsuperuser", interactive=False, stdout=io.StringIO())
