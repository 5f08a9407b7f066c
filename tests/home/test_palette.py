"""What the palette can do: actions are posted, each only for those who may."""

from __future__ import annotations

from dashboard.core import palette
from dashboard.home.actions import actions
from dashboard.home.search import everything
from dashboard.sync.models import Connection
from tests.pages import assert_strict_html


def labels(hits):
    return [hit.label for hit in hits]


def test_refreshing_is_offered_to_those_who_manage_connections(goods, user_for):
    title = goods.connection.title
    admin, viewer = user_for("admin"), user_for("viewer")
    assert labels(actions(admin, "refresh")) == [f"Refresh {title} now"]
    assert next(iter(actions(admin, title))).posts
    assert labels(actions(viewer, "refresh")) == []
    Connection.objects.update(state=Connection.PAUSED)
    assert labels(actions(admin, "refresh")) == []


def test_refreshing_from_the_palette_asks_for_every_feed(goods, client_for, user_for):
    hit = next(iter(actions(user_for("admin"), "refresh")))
    assert client_for("admin").get(hit.url).status_code == 405
    assert client_for("viewer").post(hit.url).status_code == 403
    response = client_for("admin").post(hit.url)
    assert response.status_code == 302
    assert response["Location"].startswith(f"/connections/{goods.connection.slug}/")


def test_signing_out_is_posted_and_forgets_drafts(client_for, user_for):
    (hit,) = actions(user_for("viewer"), "sign out")
    assert (hit.url, hit.posts, hit.ends_session) == ("/staff/sign-out/", True, True)
    tree = assert_strict_html(client_for("viewer").get("/search/palette", {"q": "sign out"}), fragment=True)
    (button,) = list(tree.iter("button"))
    assert (button.attrib["formaction"], button.attrib["form"]) == ("/staff/sign-out/", "palette-form")
    assert "data-ends-session" in button.attrib


def test_the_way_to_the_search_page(user_for):
    user = user_for("viewer")
    (hit,) = everything(user, " 手办 ")
    assert hit.url == "/search/?q=%E6%89%8B%E5%8A%9E&stay=1"
    assert list(everything(user, "x")) == []


def test_without_words_pages_are_offered(client_for):
    text = client_for("admin").get("/search/palette").content.decode()
    assert "Go to Home" in text
    assert text.count('role="option"') <= palette.MAX_HITS
