# ruff: noqa: E501
"""Lists: everything in the address, unknown names ignored, bad values said, few queries."""

from urllib.parse import urlencode

import django_filters
import pytest
from django.test import RequestFactory
from django.utils import translation

from dashboard.core.counting import capped, capped_counts
from dashboard.core.filters import Filters, Head, ListSpec, Tab
from dashboard.core.models import SavedView
from dashboard.core.saved_views import kept_query
from dashboard.staff.models import User


class People(Filters):
    search_fields = ("username", "first_name")
    role = django_filters.MultipleChoiceFilter(label="Role", choices=[("viewer", "Viewer"), ("admin", "Admin")])
    is_active = django_filters.BooleanFilter(label="Active")
    joined = django_filters.DateFromToRangeFilter(label="Joined", field_name="date_joined")

    class Meta:
        model = User
        fields = []


SPEC = ListSpec(
    domain="people",
    filters=People,
    heads=[Head("Name", "name", ("username",)), Head("Joined", "joined", ("date_joined", "id")), Head("Role")],
    sort="-joined",
    tabs=[
        Tab("all", "All"),
        Tab("off", "Disabled", lambda queryset: queryset.filter(is_active=False), tone="act"),
        Tab("none", "None", lambda queryset: queryset.none()),
    ],
)
FUZZ = [
    "'", '"', "\\", "%", "_", "%00", "\0", "null", "-1", "1e400", "NaN", "9" * 500, "é", "李", "<script>", "{{7*7}}", "${7}",
    "' OR 1=1 --", "; DROP TABLE x", "../../etc", "__class__", "password", "-password", "owner__password", "a" * 5000,
    "2026-13-45", "0000-00-00", "true", "on", "[]", "{}", "\r\nX: y", "*", "?", "(", ")", "|", "&", "\x1b[31m",
]  # fmt: skip


@pytest.fixture
def open_list(user_for):
    def make(query="", role="admin"):
        request = RequestFactory().get(f"/people/?{query}")
        request.user = user_for(role)
        return SPEC.open(request, User.objects.all())

    User.objects.bulk_create(
        User(username=f"p{number}", first_name="Mei" if number == 1 else "", is_active=number != 2)
        for number in range(5)
    )
    return make


def names(listing):
    return [row.username for row in listing.page if row.username.startswith("p")]


def test_sorts_only_by_what_is_offered(open_list):
    assert names(open_list("sort=name")) == ["p0", "p1", "p2", "p3", "p4"]
    assert names(open_list("sort=-name")) == ["p4", "p3", "p2", "p1", "p0"]
    for bad in ("password", "-id", "--name", "name,id", ""):
        assert open_list(f"sort={bad}").order == ("-date_joined", "-id")


def test_heads(open_list):
    heads = open_list("sort=name&after=x&view=all").heads
    assert [(head["url"], head["sorted"]) for head in heads] == [
        ("?view=all&sort=-name", "ascending"),
        ("?view=all&sort=joined", ""),
        ("", ""),
    ]


def test_search_and_filters(open_list):
    assert names(open_list("q=mei")) == ["p1"]
    assert names(open_list("view=off")) == ["p2"]
    assert names(open_list("is_active=false&unknown=1")) == ["p2"]


def test_chips(open_list):
    listing = open_list("role=viewer&role=admin&is_active=true&joined_after=2026-01-01&q=x")
    with translation.override("en"):
        chips = {chip["name"]: chip for chip in listing.chips}
    assert set(chips) == {"role", "is_active", "joined"}
    assert (chips["role"]["label"], chips["role"]["value"]) == ("Role", "Viewer, Admin")
    assert chips["is_active"]["value"] == "yes"
    assert "role" not in chips["role"]["url"]
    assert "joined_after" not in chips["joined"]["url"]
    assert "is_active=true" in chips["joined"]["url"]


def test_bad_values_are_said_and_left_out(open_list):
    listing = open_list("joined_after=soon&role=king")
    assert len(listing.page.rows) == 6
    assert len(listing.errors) == 2
    assert listing.errors[0].startswith("Role: ")


@pytest.mark.parametrize(
    "name",
    [
        "q",
        "sort",
        "view",
        "size",
        "after",
        "before",
        "role",
        "is_active",
        "joined_after",
        "saved",
        "connection",
        "format",
    ],
)
def test_no_parameter_breaks_the_list(open_list, name, django_assert_max_num_queries):
    for value in FUZZ:
        listing = open_list(urlencode({name: value}))
        with django_assert_max_num_queries(3):
            assert listing.page.size == 25
            assert listing.tabs
            assert isinstance(listing.chips, list)
            assert isinstance(listing.errors, list)


def test_tabs_count_in_one_query(open_list, django_assert_num_queries):
    listing = open_list("view=off")
    with django_assert_num_queries(2):  # the counts, the saved views
        tabs = listing.tabs
    assert [(tab["label"], tab["count"], tab["current"], tab["tone"]) for tab in tabs] == [
        ("All", "6", False, ""),
        ("Disabled", "1", True, "act"),
        ("None", "0", False, ""),
    ]
    again = open_list("view=all")
    with django_assert_num_queries(0):
        assert len(again.tabs) == 3


def test_the_number_of_queries_does_not_grow_with_rows(open_list, django_assert_num_queries):
    for number in range(50):
        User.objects.create(username=f"more{number}")
    listing = open_list("size=100")
    with django_assert_num_queries(3):
        _ = (len(listing.page.rows), listing.tabs, listing.heads, listing.chips)
    assert len(listing.page.rows) == 56


def test_capped_counts(open_list):
    everything = User.objects.all()
    assert capped_counts([everything, everything.filter(is_active=False), everything.none()], cap=3) == [4, 1, 0]
    assert [capped(4, 3), capped(3, 3)] == ["3+", "3"]
    assert capped_counts([]) == []


def test_saved_views_are_tabs_for_their_owner_and_when_shared_for_all(open_list, user_for):
    own = SavedView.objects.create(owner=user_for("admin"), domain="people", name="Mine", query="sort=name")
    SavedView.objects.create(owner=user_for("viewer"), domain="people", name="Ours", shared=True)
    SavedView.objects.create(owner=user_for("viewer"), domain="people", name="Theirs")
    SavedView.objects.create(owner=user_for("admin"), domain="other", name="Elsewhere")
    listing = open_list(f"sort=name&saved={own.pk}")
    assert [(tab["label"], tab["current"]) for tab in listing.tabs[3:]] == [("Mine", True), ("Ours", False)]
    assert listing.tabs[3]["url"] == f"?sort=name&saved={own.pk}"
    assert not listing.edited
    assert open_list(f"sort=-name&saved={own.pk}").edited
    assert not open_list(f"sort=name&connection=shop&saved={own.pk}").edited  # the top bar's doing


def test_what_a_saved_view_keeps(rf):
    assert kept_query(rf.get("/?view=a&after=x&saved=1&q=&b=2&b=1").GET) == "b=1&b=2&view=a"
