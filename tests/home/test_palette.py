"""What the palette can do: actions are posted, each only for those who may."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from dashboard.aftersales.finding import hits as case_hits
from dashboard.aftersales.models import Case
from dashboard.core import palette
from dashboard.core.models import SavedView
from dashboard.home.destinations import BEGINNINGS, PLACES, destinations
from dashboard.home.search import everything
from dashboard.messaging.finding import hits as thread_hits
from dashboard.messaging.models import Thread
from dashboard.sync.models import Connection
from dashboard.tickets.finding import hits as ticket_hits
from dashboard.tickets.models import Ticket
from tests.pages import assert_strict_html


def labels(hits):
    return [hit.label for hit in hits]


def test_refreshing_is_offered_to_those_who_manage_connections(goods, user_for):
    title = goods.connection.title
    admin, viewer = user_for("admin"), user_for("viewer")
    assert labels(destinations(admin, "refresh")) == [f"Refresh {title} now"]
    assert next(iter(destinations(admin, title))).posts
    assert labels(destinations(viewer, "refresh")) == []
    Connection.objects.update(state=Connection.PAUSED)
    assert labels(destinations(admin, "refresh")) == []


def test_refreshing_from_the_palette_asks_for_every_feed(goods, client_for, user_for):
    hit = next(iter(destinations(user_for("admin"), "refresh")))
    assert client_for("admin").get(hit.url).status_code == 405
    assert client_for("viewer").post(hit.url).status_code == 403
    response = client_for("admin").post(hit.url)
    assert response.status_code == 302
    assert response["Location"].startswith(f"/connections/{goods.connection.slug}/")


def test_signing_out_is_posted_and_forgets_drafts(client_for, user_for):
    (hit,) = destinations(user_for("viewer"), "sign out")
    assert (hit.url, hit.posts, hit.ends_session) == ("/staff/sign-out/", True, True)
    tree = assert_strict_html(client_for("viewer").get("/search/palette", {"q": "sign out"}), fragment=True)
    (button,) = list(tree.iter("button"))
    assert (button.attrib["formaction"], button.attrib["form"]) == ("/staff/sign-out/", "palette-form")
    assert "data-ends-session" in button.attrib


def test_records_are_found_by_any_part_of_what_names_them(goods, user_for):
    """As their own lists find them, through the index."""
    now = timezone.now()
    row = {"connection": goods.connection, "remote_id": "r1", "content_hash": b"0" * 16, "changed_at": now}
    Case.objects.create(**row, number="CASE-778899", buyer="Zora Zimt", placed_at=now)
    Ticket.objects.create(**row, number="TICKET-778899", subject="Cracked", buyer="Zora Zimt", moved_at=now)
    Thread.objects.create(**row, buyer="Zora Zimt", last_message_at=now)
    admin = user_for("admin")
    for hits, words in ((case_hits, "7788"), (ticket_hits, "racked"), (thread_hits, "zimt")):
        assert len(list(hits(admin, words))) == 1
        assert list(hits(admin, f"{words} nowhere")) == []


def test_the_way_to_the_search_page(user_for):
    user = user_for("viewer")
    (hit,) = everything(user, " 手办 ")
    assert hit.url == "/search/?q=%E6%89%8B%E5%8A%9E&stay=1"
    assert list(everything(user, "x")) == []


def test_without_words_pages_and_beginnings_are_offered_and_nothing_that_acts(client_for):
    text = client_for("admin").get("/search/palette").content.decode()
    assert "Go to Home" in text
    assert "New order" in text
    assert "<button" not in text
    assert text.count('role="option"') <= palette.MAX_HITS


def test_every_place_has_its_page(client_for):
    client = client_for("admin")
    for place in (*PLACES, *BEGINNINGS):
        for view in ("", *(tab.key for tab in place.views)):
            response = client.get(reverse(place.url_name), {"view": view} if view else {})
            assert response.status_code == 200, (place.url_name, view)


def test_views_of_lists_are_found_by_their_words_in_any_order(user_for):
    viewer = user_for("viewer")
    (hit,) = destinations(viewer, "24 orders late")
    assert (hit.url, hit.label, hit.hint) == ("/orders/?view=late", "Orders: Late within 24 h", "View")
    assert labels(destinations(viewer, "quarantine")) == ["Quarantine"]
    assert labels(destinations(viewer, "margins")) == []  # money is not for everyone
    assert labels(destinations(user_for("finance"), "margins")) == ["Margins"]


def test_what_can_be_begun_is_offered_to_those_who_may(supply, user_for):
    title = supply.connection.title
    fulfilment = user_for("fulfilment")
    assert labels(destinations(fulfilment, "new")) == ["New order", "New canned reply", f"New product on {title}"]
    (hit,) = destinations(fulfilment, "new product")
    assert hit.url == f"/catalog/new/{supply.connection.slug}/"
    assert labels(destinations(user_for("viewer"), "new")) == []
    assert labels(destinations(user_for("support"), "")) == [
        "Open a ticket",
        "Compare freight",
        "New canned reply",
    ]
    Connection.objects.update(state=Connection.DISABLED)
    assert labels(destinations(fulfilment, "new product")) == []


def test_saved_views_are_found_by_their_names(user_for):
    mine, other = user_for("support"), user_for("admin")
    own = SavedView.objects.create(owner=mine, domain="orders", name="Big ones", query="total_min=500")
    SavedView.objects.create(owner=other, domain="orders", name="Big secret", query="q=x")
    shared = SavedView.objects.create(owner=other, domain="tickets", name="Big trouble", query="", shared=True)
    assert [(hit.label, hit.url) for hit in destinations(mine, "big")] == [
        ("Orders: Big ones", f"/orders/?total_min=500&saved={own.pk}"),
        ("Tickets: Big trouble", f"/tickets/?saved={shared.pk}"),
    ]


def test_the_palette_puts_places_above_records(client_for):
    tree = assert_strict_html(client_for("admin").get("/search/palette", {"q": "unpaid"}), fragment=True)
    assert next(link.attrib["href"] for link in tree.iter("a")) == "/orders/?view=unpaid"


def test_words_that_nobody_knows_lead_to_the_search_of_everything_before_that_of_the_sources(client_for):
    tree = assert_strict_html(client_for("admin").get("/search/palette", {"q": "ORD-nowhere"}), fragment=True)
    assert [link.attrib["href"] for link in tree.iter("a")] == [
        "/search/?q=ORD-nowhere&stay=1",
        "/sourcing/?q=ORD-nowhere",
    ]
