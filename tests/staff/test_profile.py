import pytest

from dashboard.staff import two_factor
from dashboard.staff.models import AuditEvent
from tests.factories import PASSWORD, make_user
from tests.staff.devices import code_of, end_pause, with_device

TWO_FACTOR = "/staff/profile/two-factor/"


@pytest.fixture
def mei(db):
    return make_user(role="viewer")


@pytest.fixture
def client(client, mei):
    client.post("/staff/sign-in/", {"username": "mei", "password": PASSWORD})
    return client


def test_a_profile_is_saved(client, mei):
    data = {
        "first_name": "Mei", "last_name": "Lin", "email": "m@example.com", "language": "zh-hans",
        "time_zone": "Asia/Shanghai", "theme": "dark", "role": "admin", "is_superuser": "on",
    }  # fmt: skip
    response = client.post("/staff/profile/", data)
    assert response.url == "/staff/profile/"
    assert response.cookies["theme"].value == "dark"
    mei.refresh_from_db()
    assert (mei.label, mei.language, mei.time_zone, mei.theme) == ("Mei Lin", "zh-hans", "Asia/Shanghai", "dark")
    assert (mei.role, mei.is_superuser) == ("viewer", False)


def test_the_theme_follows_the_device_again(client, mei):
    given = {"first_name": "Mei", "last_name": "", "email": "", "language": "", "time_zone": "", "theme": "dark"}
    client.post("/staff/profile/", given)
    assert ' data-theme="dark"' in client.get("/staff/profile/").content.decode()
    client.post("/staff/profile/", given | {"theme": ""})
    assert "data-theme=" not in client.get("/staff/profile/").content.decode()


@pytest.mark.parametrize("bad", [{"time_zone": "Mars/Base"}, {"language": "tlh"}, {"theme": "pink"}, {"email": "x"}])
def test_a_bad_profile_changes_nothing(client, mei, bad):
    assert client.post("/staff/profile/", {"first_name": "X"} | bad).status_code == 422
    mei.refresh_from_db()
    assert mei.first_name == ""


def test_an_address_belongs_to_one_person(client):
    make_user("li", email="li@example.com")
    assert client.post("/staff/profile/", {"email": "LI@example.com"}).status_code == 422


@pytest.mark.parametrize(
    ("old", "new"), [("wrong", "a-quite-long-password"), (PASSWORD, "short"), (PASSWORD, "password1234")]
)
def test_a_refused_password_changes_nothing(client, mei, old, new):
    before = mei.password
    data = {"old_password": old, "new_password1": new, "new_password2": new}
    assert client.post("/staff/profile/password/", data).status_code == 422
    mei.refresh_from_db()
    assert mei.password == before


@pytest.mark.parametrize(
    ("address", "field"),
    [("/staff/profile/password/", "old_password"), ("/staff/confirm/", "password"), (f"{TWO_FACTOR}off/", "password")],
)
def test_who_has_a_session_cannot_guess_the_password(client, mei, address, field):
    """Every form that asks for it counts wrong ones as sign-in does."""
    before = mei.password
    new = {"new_password1": "a-quite-long-password", "new_password2": "a-quite-long-password"}
    statuses = [client.post(address, {field: f"guess {n}"} | new).status_code for n in range(10)]
    assert statuses == [422] * 9 + [429]
    assert client.post(address, {field: PASSWORD} | new).status_code == 429
    mei.refresh_from_db()
    assert mei.password == before


def test_the_second_step_is_enrolled_with_a_code(client, mei):
    assert client.post(f"{TWO_FACTOR}enrol/").url == TWO_FACTOR
    page = client.get(TWO_FACTOR).content.decode()
    device = two_factor.pending_device(mei)
    assert two_factor.draw(device).path in page
    assert two_factor.secret_of(device) in page
    assert "style=" not in page
    assert client.post(f"{TWO_FACTOR}on/", {"code": "abc"}).status_code == 422
    assert two_factor.device_of(mei) is None
    end_pause(device)
    code = code_of(device)
    page = client.post(f"{TWO_FACTOR}on/", {"code": f"{code[:3]} {code[3:]}"})
    assert (page.status_code, len(page.context["codes"])) == (200, 10)
    assert two_factor.device_of(mei) == device
    assert two_factor.secret_of(device) not in client.get(TWO_FACTOR).content.decode()


def test_enrolling_asks_for_the_password_unless_it_was_just_given(client_for, user_for):
    client = client_for("viewer")
    assert client.post(f"{TWO_FACTOR}enrol/").url.startswith("/staff/confirm/")
    assert two_factor.pending_device(user_for("viewer")) is None


def test_reading_the_pages_changes_nothing(client, mei):
    events = AuditEvent.objects.count()
    for url in (TWO_FACTOR, f"{TWO_FACTOR}off/", "/staff/profile/", "/staff/profile/password/", "/staff/confirm/"):
        assert client.get(url).status_code == 200
    assert client.get(f"{TWO_FACTOR}enrol/").status_code == 405
    assert two_factor.pending_device(mei) is None
    assert AuditEvent.objects.count() == events


def test_the_second_step_is_turned_off_with_the_password(client, mei):
    device = with_device(mei)
    two_factor.new_recovery_codes(mei)
    assert client.post(f"{TWO_FACTOR}off/", {"password": "wrong"}).status_code == 422
    assert two_factor.device_of(mei) == device
    assert client.post(f"{TWO_FACTOR}off/", {"password": PASSWORD}).url == "/staff/profile/"
    assert two_factor.device_of(mei) is None
    assert two_factor.recovery_codes_left(mei) == 0


def test_the_drawing_is_the_code_that_a_reader_expects(mei):
    import segno

    device = two_factor.enrol(mei)
    expected = [
        list(row) for row in segno.make(two_factor.address_of(device), error="m", micro=False).matrix_iter(border=2)
    ]
    drawing = two_factor.draw(device)
    assert drawing.size == len(expected)
    assert drawing.path.count("M") == sum(1 for row in expected for dark in row if dark)
