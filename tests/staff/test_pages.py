import pytest

from dashboard.staff import two_factor
from dashboard.staff.audit import Target, audit
from tests.factories import PASSWORD, make_user
from tests.pages import assert_strict_html

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh-hans"])


@pytest.fixture
def admin(client_for):
    client = client_for("admin")
    client.post("/staff/confirm/", {"password": PASSWORD})
    return client


@LANGUAGES
def test_pages_with_something_on_them(admin, user_for, settings, language):
    admin.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    li = make_user("li", is_active=False)
    two_factor.enrol(user_for("admin"))
    two_factor.enrol(li).__class__.objects.filter(user=li).update(confirmed=True)
    for n in range(30):
        audit(li, "test.event", Target("order", str(n), f"<b>{n}</b>"), {"n": n})
    for url in (
        "/staff/", f"/staff/{li.pk}/", f"/staff/{user_for('admin').pk}/", "/staff/new/", f"/staff/{li.pk}/password/",
        "/staff/audit/", "/staff/audit/?since=nonsense&verb=test", "/staff/audit/?verb=nothing", "/staff/profile/",
        "/staff/profile/password/", "/staff/profile/two-factor/", "/staff/profile/two-factor/off/", "/staff/confirm/",
    ):  # fmt: skip
        response = admin.get(url)
        assert response.status_code == 200, url
        assert_strict_html(response)


@LANGUAGES
def test_pages_that_refuse(admin, settings, language):
    admin.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    for url in (
        "/staff/new/", "/staff/confirm/", "/staff/profile/password/", "/staff/profile/two-factor/on/",
        "/staff/profile/two-factor/off/",
    ):  # fmt: skip
        response = admin.post(url, {})
        assert response.status_code == 422, url
        assert_strict_html(response)


@LANGUAGES
def test_signed_out_pages(db, client, settings, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    mei = make_user()
    assert_strict_html(client.get("/staff/sign-in/?next=/staff/%22%3E"))
    for _ in range(9):
        refused = client.post("/staff/sign-in/", {"username": "li", "password": "wrong"})
    assert_strict_html(refused)
    paused = client.post("/staff/sign-in/", {"username": "li", "password": "wrong"})
    assert paused.status_code == 429
    assert_strict_html(paused)
    two_factor.enrol(mei).__class__.objects.update(confirmed=True)
    client.post("/staff/sign-in/", {"username": "mei", "password": PASSWORD})
    assert_strict_html(client.get("/staff/sign-in/code/"))


def test_the_list_answers_htmx_with_the_list_alone(admin):
    for url, start in (("/staff/audit/", b"<section"), ("/staff/", b"<div")):
        response = admin.get(url, headers={"HX-Request": "true"})
        assert response.content.strip().startswith(start)
        assert_strict_html(response, fragment=True)
        assert "HX-Request" in response["Vary"]
