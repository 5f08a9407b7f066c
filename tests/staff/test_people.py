import pytest

from dashboard.staff import two_factor
from dashboard.staff.models import AuditEvent, Authenticator, User
from tests.factories import PASSWORD, make_superuser
from tests.pages import assert_strict_html, flat

NEW = {
    "username": "li",
    "first_name": "Li",
    "last_name": "",
    "email": "li@example.com",
    "role": "support",
    "password": "a-quite-long-password",
}


@pytest.fixture
def admin(client_for):
    client = client_for("admin")
    client.post("/staff/confirm/", {"password": PASSWORD})
    return client


@pytest.fixture
def viewer(user_for):
    return user_for("viewer")


def form_of(person, **changes):
    fields = ("username", "first_name", "last_name", "email", "role")
    return {name: getattr(person, name) for name in fields} | changes


def verbs():
    return [event.verb for event in AuditEvent.objects.exclude(verb="staff.confirmed")]


def test_the_list_shows_everyone(admin, viewer):
    page = admin.get("/staff/").content.decode()
    assert f'href="/staff/{viewer.pk}/"' in page
    assert "viewer" in page


def test_the_list_says_what_each_sees_and_whose_second_step_is_on(admin, viewer, connect):
    li = User.objects.create(username="li")
    li.connections.add(connect("m2e").connection)
    two_factor.enrol(viewer)
    rows = {row.username: row for row in admin.get("/staff/").context["people"]}
    assert (rows["viewer"].has_second_step, rows["li"].has_second_step) == (False, False)  # not proven yet
    Authenticator.objects.update(confirmed=True)
    page = admin.get("/staff/")
    assert [row.username for row in page.context["people"] if row.has_second_step] == ["viewer"]
    text = flat(page)
    assert f"<td>{li.connections.get().title}</td>" in text
    assert_strict_html(page)


def test_a_new_person_has_a_password_before_the_rest(admin):
    form = admin.get("/staff/new/").context["form"]
    assert list(form.fields)[:2] == ["username", "password"]


def test_the_list_costs_the_same_for_one_and_many(admin, django_assert_max_num_queries):
    for n in range(20):
        User.objects.create(username=f"p{n}")
    admin.get("/staff/")  # the frame's counts are kept for a while after this
    with django_assert_max_num_queries(5):
        admin.get("/staff/")


def test_a_new_person_can_sign_in(admin, client):
    assert admin.post("/staff/new/", NEW).url == "/staff/"
    person = User.objects.get(username="li")
    assert (person.role, person.is_superuser, person.is_staff, person.sees_all_connections) == (
        "support", False, False, False,
    )  # fmt: skip
    assert client.post("/staff/sign-in/", {"username": "li", "password": NEW["password"]}).status_code == 302
    assert "staff.person_created" in verbs()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "password1234"}, "password"),
        ({"password": "123456789012"}, "password"),
        ({"username": "li-the-seller", "password": "li-the-seller-1"}, "password"),
        ({"role": "owner"}, "role"),
        ({"username": "ADMIN"}, "__all__"),
        ({"username": ""}, "username"),
        ({"email": "nope"}, "email"),
    ],
)
def test_a_bad_form_creates_nobody(admin, changes, field):
    before = User.objects.count()
    response = admin.post("/staff/new/", NEW | changes)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert User.objects.count() == before
    assert verbs() == []


def test_what_no_form_offers_cannot_be_set(admin):
    more = {"is_superuser": "on", "is_staff": "on", "is_active": "", "password_hash": "x", "session_epoch": "9"}
    admin.post("/staff/new/", NEW | more)
    person = User.objects.get(username="li")
    assert (person.is_superuser, person.is_staff, person.is_active, person.session_epoch) == (False, False, True, 0)


def test_a_role_is_changed_and_noted(admin, viewer):
    assert admin.post(f"/staff/{viewer.pk}/", form_of(viewer, role="finance")).url == "/staff/"
    viewer.refresh_from_db()
    assert viewer.role == "finance"
    event = AuditEvent.objects.get(verb="staff.person_changed")
    assert (event.detail["role_before"], event.detail["role"]) == ("viewer", "finance")


def test_nobody_changes_their_own_role_or_disables_themselves(admin, user_for):
    me = user_for("admin")
    assert admin.get(f"/staff/{me.pk}/").status_code == 200
    assert admin.post(f"/staff/{me.pk}/", form_of(me, role="viewer")).status_code == 403
    assert admin.post(f"/staff/{me.pk}/disable/").status_code == 403
    me.refresh_from_db()
    assert (me.role, me.is_active) == ("admin", True)


def test_an_admin_does_not_touch_a_superuser(admin):
    root = make_superuser()
    before = root.password
    assert admin.post(f"/staff/{root.pk}/", form_of(root, role="viewer")).status_code == 403
    assert admin.post(f"/staff/{root.pk}/disable/").status_code == 403
    assert admin.post(f"/staff/{root.pk}/reset-second-step/").status_code == 403
    assert admin.post(f"/staff/{root.pk}/password/", {"password": "a-quite-long-password"}).status_code == 403
    root.refresh_from_db()
    assert (root.is_active, root.password) == (True, before)


@pytest.mark.parametrize("role", ["viewer", "support", "fulfilment", "finance"])
def test_other_roles_change_nobody(client_for, user_for, role):
    client, target = client_for(role), user_for("admin")
    own = user_for(role)
    attempts = [
        ("/staff/new/", NEW),
        (f"/staff/{target.pk}/", form_of(target, role="viewer")),
        (f"/staff/{own.pk}/", form_of(own, role="admin")),
        (f"/staff/{target.pk}/disable/", {}),
        (f"/staff/{target.pk}/enable/", {}),
        (f"/staff/{target.pk}/password/", {"password": "a-quite-long-password"}),
        (f"/staff/{target.pk}/reset-second-step/", {}),
    ]
    before = list(User.objects.order_by("pk").values())
    assert [client.post(url, data).status_code for url, data in attempts] == [403] * 7
    assert list(User.objects.order_by("pk").values()) == before


def test_disable_and_enable(admin, viewer, client):
    client.post("/staff/sign-in/", {"username": "viewer", "password": PASSWORD})
    admin.post(f"/staff/{viewer.pk}/disable/")
    assert client.get("/staff/profile/").status_code == 302
    assert client.post("/staff/sign-in/", {"username": "viewer", "password": PASSWORD}).status_code == 422
    admin.post(f"/staff/{viewer.pk}/enable/")
    assert client.post("/staff/sign-in/", {"username": "viewer", "password": PASSWORD}).status_code == 302


def test_a_first_password_replaces_the_old_one_and_ends_sessions(admin, viewer, client):
    client.post("/staff/sign-in/", {"username": "viewer", "password": PASSWORD})
    url = f"/staff/{viewer.pk}/password/"
    assert admin.post(url, {"password": "short"}).status_code == 422
    assert admin.post(url, {"password": "a-quite-long-password"}).url == f"/staff/{viewer.pk}/"
    assert client.get("/staff/profile/").status_code == 302
    viewer.refresh_from_db()
    assert viewer.check_password("a-quite-long-password")


def test_the_second_step_is_reset_for_a_lost_device(admin, viewer):
    two_factor.enrol(viewer)
    two_factor.pending_device(viewer).__class__.objects.update(confirmed=True)
    admin.post(f"/staff/{viewer.pk}/reset-second-step/")
    assert two_factor.device_of(viewer) is None
    assert verbs() == ["staff.second_step_reset"]


def test_an_unknown_person_is_not_found(admin):
    assert admin.get("/staff/999999/").status_code == 404
    assert admin.post("/staff/999999/disable/").status_code == 404
