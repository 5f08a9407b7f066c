"""The frame in a real browser: accessible in every scheme and language, keys, palette, selection, toasts, drafts."""

import os
from dataclasses import replace

import pytest

from dashboard.core import navigation
from dashboard.core.models import SavedView
from dashboard.staff.models import User
from tests.factories import PASSWORD, make_user
from tests.pages import assert_axe_clean, eventually, go_by_keys

SHOTS = os.environ.get("SCREENSHOTS", "")  # a folder to keep pictures in, to judge the look by eye
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def style(page_for, settings):
    settings.DEBUG = True

    def open_page(query="", **options):
        page = page_for("admin", **options)
        page.goto(f"/style/{query}")
        return page

    return open_page


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(1440, "light", "en"), (768, "dark", "zh-hans"), (390, "light", "zh-hans"), (390, "dark", "en")],
)
def test_the_components_are_clean_for_axe(style, width, theme, language):
    page = style("?form=bad", width=width, theme=theme, language=language)
    assert_axe_clean(page)


@pytest.mark.parametrize("width", [1440, 1100, 768, 390])
def test_the_full_frame_is_clean_for_axe_and_stays_inside(style, monkeypatch, width):
    everywhere = tuple(replace(entry, url_name="staff:people") for entry in navigation.NAVIGATION)
    monkeypatch.setattr(navigation, "NAVIGATION", everywhere)
    monkeypatch.setattr(
        navigation, "_counts", {"orders": lambda user, slug: (48, "act"), "messages": lambda user, slug: (1200, "wait")}
    )
    sign = {"tone": "wait", "text": "4 of 5 up to date", "failures": 1, "url": "/staff/"}
    monkeypatch.setattr(navigation, "_sign", [lambda user: sign])
    scopes = [{"slug": "a", "title": "First shop", "mark": "Fi"}, {"slug": "b", "title": "Second shop", "mark": "Se"}]
    monkeypatch.setattr(navigation, "_scopes", [lambda user: scopes])
    page = style("?connection=b", width=width)
    assert page.locator(".nav-link").count() == len(navigation.NAVIGATION)
    assert page.locator("#count-messages").inner_text() == "999+"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    assert_axe_clean(page)
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/frame-{width}.png")


def test_nothing_runs_over_the_edge(style):
    for width in (1440, 1024, 768, 390):
        page = style(width=width)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


def test_dialogs_are_clean_for_axe(style):
    page = style()
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette-list a")
    assert_axe_clean(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert_axe_clean(page)


def test_the_palette_asks_the_server_and_enter_opens(style):
    page = style()
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette-list a.is-active")
    page.keyboard.type("sta")
    page.wait_for_selector("#palette-input[data-answered=sta]")
    page.wait_for_selector("#palette-list a.is-active:has-text('Go to Staff')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/")


def test_keys_rest_while_typing_and_go_elsewhere(style):
    page = style()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("gp")
    page.keyboard.press("Escape")
    assert page.input_value("#sample-list-q") == "gp"
    assert page.evaluate("document.activeElement === document.body")
    go_by_keys(page, "g", "p")
    page.wait_for_url("**/staff/")


def test_rows_are_walked_and_selected_by_keys(style):
    page = style()
    for key in "jxjx":
        page.keyboard.press(key)
    assert page.locator("tbody .box:checked").count() == 2
    assert page.locator("[data-selected]").inner_text() == "2 selected"
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('tr').id") == "order-2"
    page.locator("#order-6 .box").click(modifiers=["Shift"])
    assert page.locator("tbody .box:checked").count() == 7
    page.click(".bulk [data-act=clear]")
    assert page.locator("tbody .box:checked").count() == 0


def test_search_swaps_the_list_only_and_keeps_focus(style):
    page = style()
    page.evaluate("document.querySelector('h1').dataset.kept = '1'")
    box = page.locator("#sample-list-q")
    box.focus()
    with page.expect_response(lambda response: "q=mug" in response.url and "style" in response.url) as answer:
        page.keyboard.type("mug")
    assert answer.value.request.headers["hx-request"] == "true"
    page.wait_for_url("**/style/?*q=mug*")
    assert page.locator("h1[data-kept]").count() == 1
    eventually(page, "document.activeElement.id", "sample-list-q")


def test_sort_tab_and_page_swap_the_list_only(style):
    page = style()
    page.evaluate("document.querySelector('h1').dataset.kept = '1'")
    for name, ending in [("sort-2", "?"), ("tab-1", "?"), ("size-50", "?size=50"), ("on", "after=x")]:
        with page.expect_response(lambda response: "/style/" in response.url) as answer:
            page.click(f"#sample-list-{name}")
        assert answer.value.request.headers["hx-target"] == "sample-list"
        assert ending in answer.value.url
        assert page.locator("h1[data-kept]").count() == 1
        page.wait_for_selector("#sample-list:not([aria-busy])")
    eventually(page, "document.activeElement.id", "sample-list-on")
    eventually(page, "document.querySelector('#announce').innerText", "12 rows shown")
    page.go_back()
    page.wait_for_selector("h1:not([data-kept])")


def test_a_refused_form_takes_the_focus_to_its_summary(style):
    page = style("?form=bad")
    assert page.evaluate("document.activeElement.id") == "form-errors"


def test_a_failed_request_shows_a_toast_and_changes_nothing(style):
    page = style()
    before = page.locator("#sample-list tbody tr").count()
    page.route("**/style/?*q=*", lambda route: route.fulfill(status=500, body="boom"))
    page.locator("#sample-list-q").fill("x")
    page.wait_for_selector("#toasts .toast.is-act")
    assert "Nothing was changed." in page.locator("#toasts").inner_text()
    assert page.locator("#sample-list tbody tr").count() == before
    page.unroute("**/style/?*q=*")
    page.route("**/style/?*q=*", lambda route: route.abort())
    page.locator("#sample-list-q").fill("y")
    page.wait_for_selector("#toasts .toast >> nth=1")
    page.problems.clear()


def test_the_theme_is_a_cookie_that_the_server_renders(style):
    page = style()
    page.click("[data-act=theme]")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_theme_that_the_device_wants_anyway_is_left_to_the_device(style):
    page = style(theme="dark")
    page.click("[data-act=theme]")
    assert page.evaluate("document.documentElement.dataset.theme ?? null") is None
    page.emulate_media(color_scheme="dark")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme ?? null") is None
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "light dark"
    page.click("[data-act=theme]")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


def test_a_poll_carries_the_validator_and_rests_on_hidden_tabs(page_for, settings, monkeypatch):
    settings.DEBUG = True
    sign = {"tone": "wait", "text": "4 of 5 up to date", "failures": 1, "url": "/staff/"}
    monkeypatch.setattr(navigation, "_sign", [lambda user: sign])
    page = page_for("admin")
    page.goto("/style/")
    codes = []
    page.on("response", lambda response: codes.append(response.status) if "sync-sign" in response.url else None)
    wake = "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate("document.addEventListener('htmx:afterSettle', () => { document.body.dataset.settled = '1'; })")
    with page.expect_response("**/sync-sign/"):
        page.evaluate(wake)
    page.wait_for_selector("body[data-settled]")
    with page.expect_response("**/sync-sign/"):
        page.evaluate(wake)
    assert (codes[0], set(codes[1:])) == (200, {304})  # a slow machine may see a poll that was due anyway
    assert page.locator("#sync-sign").inner_text().startswith("4 of 5 up to date")
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "sync-sign" in request.url else None)
    page.evaluate(wake)
    page.wait_for_timeout(200)
    assert asked == []
    page.problems.clear()


def test_a_draft_outlives_a_reload_but_not_the_session(style):
    page = style()
    page.fill("#id_rows", "AAAA-BBBB")
    page.reload()
    assert page.input_value("#id_rows") == "AAAA-BBBB"
    page.click("details.menu:has(.avatar) summary")
    page.click("[data-ends-session] button")
    page.wait_for_url("**/staff/sign-in/**")
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('draft:'))") == []


def test_what_is_saved_as_a_view_is_the_list_as_it_was_narrowed_since(page_for):
    page = page_for("admin")
    page.goto("/activity/")
    page.fill("#commands-list-q", "mug")
    page.wait_for_selector("#save-view [name=query][value='q=mug&view=all']", state="attached")
    assert page.url.partition("/activity/")[2] == "?view=all&q=mug"
    page.click("[data-dialog=save-view] >> nth=0")
    page.fill("#save-view-name", "Mugs")
    page.keyboard.press("Enter")
    page.wait_for_url("**saved=*")
    assert "q=mug" in SavedView.objects.get().query
    page.click("[data-dialog=save-view] >> nth=0")
    page.fill("#save-view-name", "Mugs alone")
    page.keyboard.press("Enter")
    page.wait_for_selector(".tabs >> text=Mugs alone")
    page.click("[data-dialog=save-view] >> nth=0")
    page.fill("#save-view-name", "A copy")
    page.click("#save-view >> text=Save as another view")
    page.wait_for_selector(".tabs >> text=A copy")
    assert sorted(SavedView.objects.values_list("name", flat=True)) == ["A copy", "Mugs alone"]


def sign_in(page):
    page.wait_for_url("**/staff/sign-in/**")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")


def test_what_was_typed_outlives_the_end_of_a_session(page_for, settings):
    page = page_for("admin")
    page.goto("/staff/new/")
    page.fill("[name=username]", "lin")
    page.fill("[name=password]", "not to be kept anywhere")
    page.check("[name=sees_all_connections]")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.click("main [type=submit]")
    sign_in(page)
    page.wait_for_url("**/staff/new/")
    page.wait_for_selector("#toasts >> text=What you typed is back")
    assert page.input_value("[name=username]") == "lin"
    assert page.is_checked("[name=sees_all_connections]")
    assert page.input_value("[name=password]") == ""
    page.reload()
    assert page.input_value("[name=username]") == ""
    assert page.evaluate("sessionStorage.getItem('typed')") is None
    assert not User.objects.filter(username="lin").exists()


def test_a_poll_without_a_session_leaves_the_page_and_asks_to_sign_in(page_for, settings):
    page = page_for("admin")
    page.goto("/staff/new/")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.fill("[name=username]", "lin")
    wake = "document.dispatchEvent(new Event('visibilitychange'))"
    for _time in range(2):
        with page.expect_response("**/sync-sign/"):
            page.evaluate(wake)
    page.wait_for_selector("#toasts >> text=You are signed out")
    assert page.locator("#toasts .toast").count() == 1
    assert page.input_value("[name=username]") == "lin"
    page.problems.clear()  # the refused polls
    page.fill("[name=username]", "lin2")
    page.click("#toasts a")
    sign_in(page)
    page.wait_for_selector("#toasts >> text=What you typed is back")
    assert page.input_value("[name=username]") == "lin2"


def test_what_one_person_typed_is_nothing_for_another(page_for, settings):
    page = page_for("admin")
    page.goto("/staff/profile/")
    page.fill("[name=first_name]", "Mei")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.click("main [type=submit] >> nth=0")
    make_user("other")
    page.wait_for_url("**/staff/sign-in/**")
    page.fill("[name=username]", "other")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/profile/")
    assert page.input_value("[name=first_name]") == ""


def test_what_a_person_made_wider_is_swapped_without_a_style(style):
    page = style()
    page.evaluate("document.getElementById('sample-list').style.minWidth = '90%'")  # as the handle of a text area does
    page.fill("#sample-list-q", "a")
    page.wait_for_url("**q=a**")
    page.wait_for_selector("#sample-list:not([style])")


@pytest.fixture
def save_view(style):
    """A page whose dialog "Save a view" is filled in, and the addresses that it posted to."""
    page = style()
    page.posted = []
    page.on("request", lambda request: page.posted.append(request.url) if request.method == "POST" else None)
    page.click("[data-dialog=save-view] >> nth=0")
    page.fill("#save-view-name", "Late ones")
    return page


def assert_saved_once(page):
    assert [url.split("/", 3)[3] for url in page.posted] == ["views/save/"]
    assert SavedView.objects.count() == 1


def test_a_double_click_sends_once(save_view):
    with save_view.expect_navigation():
        save_view.dblclick("#save-view button[type=submit]")
    assert_saved_once(save_view)


def test_the_second_half_of_a_double_click_sends_nothing_after_a_fast_answer(save_view):
    save_view.route("**/views/save/", lambda route: route.fulfill(status=204))  # the page stays, and its button
    with save_view.expect_response("**/views/save/"):
        save_view.click("#save-view button[type=submit]")
    save_view.mouse.down(click_count=2)
    save_view.mouse.up(click_count=2)
    save_view.wait_for_timeout(300)
    assert [url.split("/", 3)[3] for url in save_view.posted] == ["views/save/"]


def test_a_click_while_the_next_page_loads_sends_nothing(save_view):
    save_view.route("**/style/", lambda _route: None)  # the next page does not come
    with save_view.expect_response("**/views/save/"):
        save_view.click("#save-view button[type=submit]")
    save_view.mouse.down()
    save_view.mouse.up()
    save_view.wait_for_timeout(300)
    assert_saved_once(save_view)


def test_the_language_switch(style):
    page = style()
    page.click("button[name=language]")
    page.wait_for_selector("html[lang=zh-Hans]")
    assert page.locator(".skip").inner_text() == "跳到正文"
