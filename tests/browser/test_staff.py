"""The staff pages in a real browser: signing in by hand, and axe on every page."""

import pytest

from dashboard.staff import two_factor
from dashboard.staff.models import User
from tests.browser.conftest import PATIENCE
from tests.factories import PASSWORD, make_user
from tests.pages import assert_axe_clean, assert_pages_hold

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tab(browser, live_server):
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


def test_signing_in_by_hand(tab):
    make_user()
    tab.goto("/staff/profile/")
    assert_axe_clean(tab)
    tab.fill("[name=username]", "mei")
    tab.fill("[name=password]", "wrong")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("[role=alert]")
    assert_axe_clean(tab)
    tab.fill("[name=password]", PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/staff/profile/")


def test_the_pages_hold_on_a_phone_in_chinese(page_for, user_for):
    page = page_for("admin", width=390, language="zh-hans")
    li = make_user("li", role="support")
    two_factor.enrol(user_for("admin"))
    assert_pages_hold(
        page, "/staff/", f"/staff/{li.pk}/", "/staff/new/", "/staff/audit/", "/staff/profile/",
        "/staff/profile/two-factor/", "/staff/confirm/",
    )  # fmt: skip


def test_disabling_asks_first_and_connections_show_when_not_all_are_seen(page_for, connect):
    connect("m2e")
    li = make_user("li", role="support", sees_all_connections=True)
    page = page_for("admin")
    page.goto("/staff/")
    page.locator("tbody tr", has_text="li").click(position={"x": 400, "y": 10})
    page.wait_for_url(f"**/staff/{li.pk}/")
    assert page.locator("fieldset").is_hidden()
    page.uncheck("[name=sees_all_connections]")
    assert page.locator("fieldset").is_visible()
    page.click("text=Disable…")
    assert_axe_clean(page)
    page.click("#disable-person >> text=Cancel")
    assert User.objects.get(pk=li.pk).is_active
    page.click("text=Disable…")
    page.click("#disable-person .btn-danger")
    page.wait_for_url("**/staff/")
    assert not User.objects.get(pk=li.pk).is_active
