"""Keyset pages partition the set, in both directions, with ties and NULLs, and use the index."""

import datetime as dt

import pytest
from django.core.signing import Signer
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from dashboard.core import keyset
from dashboard.staff.models import User

BASE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ORDERS = [
    ("-last_login",),
    ("last_login", "username"),
    ("-last_login", "-date_joined", "-id"),
    ("date_joined",),
    ("-date_joined", "id"),
    ("-id",),
    ("first_name", "-last_login", "username"),
]
people = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(0, 3)), st.integers(0, 3), st.sampled_from(["", "a", "b"])), max_size=14
)


def make(rows):
    User.objects.bulk_create(
        User(
            username=f"u{number}",
            first_name=first,
            last_login=None if login is None else BASE + dt.timedelta(days=login),
            date_joined=BASE + dt.timedelta(days=joined),
        )
        for number, (login, joined, first) in enumerate(rows)
    )


def walk(queryset, order, direction, start, size):
    """All pages from a page on, as lists of ids."""
    found, page = [], start
    while True:
        found.append([row["id"] if isinstance(row, dict) else row.pk for row in page])
        cursor = getattr(page, direction)
        if not cursor:
            return found
        page = keyset.paginate(queryset, order, {direction: cursor, "size": str(size)}, sizes=(size,))


class Partition(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows=people, order=st.sampled_from(ORDERS), size=st.integers(1, 4), as_values=st.booleans())
    def test_pages_partition_the_set_in_both_directions(self, rows, order, size, as_values):
        make(rows)
        queryset = User.objects.all()
        plan = keyset.make_order(queryset, order)
        expected = list(queryset.order_by(*plan.by()).values_list("pk", flat=True))
        if as_values:
            queryset = queryset.values("id", "last_login", "date_joined", "first_name", "username")
        first = keyset.paginate(queryset, order, {}, sizes=(size,))
        forward = walk(queryset, order, "after", first, size)
        assert [pk for page in forward for pk in page] == expected
        assert all(len(page) == size for page in forward[:-1])
        if len(forward) > 1:
            last = keyset.paginate(queryset, order, _last_params(queryset, order, size), sizes=(size,))
            backward = walk(queryset, order, "before", last, size)
            assert [pk for page in reversed(backward) for pk in page] == expected


def _last_params(queryset, order, size):
    params, page = {}, keyset.paginate(queryset, order, {}, sizes=(size,))
    while page.after:
        params = {"after": page.after}
        page = keyset.paginate(queryset, order, params, sizes=(size,))
    return params


@pytest.fixture
def ten(db):
    make([(n % 3, n, "a") for n in range(10)])
    return User.objects.all()


def test_one_query_without_count_or_offset(ten):
    first = keyset.paginate(ten, ("-date_joined",), {}, sizes=(3,))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        keyset.paginate(ten, ("-date_joined",), {"after": first.after}, sizes=(3,))
    assert len(queries) == 1
    sql = queries[0]["sql"]
    assert "COUNT" not in sql
    assert "OFFSET" not in sql
    assert "LIMIT 4" in sql


@pytest.mark.parametrize(
    ("column", "order"), [("username", "-username"), ("last_login", "-last_login"), ("last_login", "last_login")]
)
def test_every_stretch_of_a_deep_page_is_an_index_range(ten, column, order):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX of_the_test ON staff_user ({column} DESC, id DESC)")
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    plan = keyset.make_order(ten, (order,))
    for value in ["u5" if column == "username" else BASE, *([None] if column == "last_login" else [])]:
        for stretch in plan.beyond([value, 5]):
            text = ten.order_by(*plan.by()).only("id").filter(stretch)[:4].explain()
            assert "of_the_test" in text or "USING COVERING INDEX" in text, text
            assert "TEMP B-TREE" not in text
            assert "Sort" not in text
            assert "Index Cond" in text or "SEARCH" in text or value is None


@pytest.mark.parametrize("cursor", ["x", "a:b", "x" * 3000, "é", "\0", Signer(salt="keyset").sign_object(["x", 1])])
def test_a_cursor_that_is_not_ours_gives_the_first_page_and_says_so(ten, cursor):
    page = keyset.paginate(ten, ("id",), {"after": cursor}, sizes=(3,))
    assert page.lost
    assert [row.username for row in page] == ["u0", "u1", "u2"]
    assert page.before == ""


def test_a_cursor_belongs_to_its_filters_and_order(ten):
    made = keyset.paginate(ten, ("id",), QueryDict("status=paid"), sizes=(3,)).after
    again = QueryDict(f"status=paid&after={made}&size=3")
    assert [row.username for row in keyset.paginate(ten, ("id",), again, sizes=(3,))] == ["u3", "u4", "u5"]
    assert keyset.paginate(ten, ("id",), QueryDict(f"status=open&after={made}"), sizes=(3,)).lost
    assert keyset.paginate(ten, ("-id",), QueryDict(f"status=paid&after={made}"), sizes=(3,)).lost
    assert keyset.paginate(ten, ("id",), QueryDict(f"status=paid&after={made}"), sizes=(3,), scope="other").lost


@pytest.mark.parametrize(
    ("given", "size"), [("50", 50), ("100", 100), ("7", 25), ("x", 25), ("", 25), ("9" * 90, 25), ("５０", 25)]
)
def test_only_the_offered_sizes(ten, given, size):
    assert keyset.paginate(ten, ("id",), {"size": given}).size == size


def test_the_cursor_does_not_show_what_the_row_holds_in_the_clear_address(ten):
    first = keyset.paginate(ten, ("-id",), {}, sizes=(3,))
    assert first.after
    assert first.before == ""


class Walking(TestCase):
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows=people, order=st.sampled_from(ORDERS))
    def test_neighbours_are_the_rows_beside_in_the_whole_list(self, rows, order):
        make(rows)
        plan = keyset.make_order(User.objects.all(), order)
        everyone = list(User.objects.order_by(*plan.by()))
        for at, one in enumerate(everyone):
            before = everyone[at - 1].pk if at else None
            after = everyone[at + 1].pk if at + 1 < len(everyone) else None
            assert keyset.neighbours(User.objects.all(), order, one) == (before, after)

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows=people, order=st.sampled_from([("date_joined",), ("-date_joined",)]), day=st.integers(-1, 4))
    def test_a_day_opens_the_list_where_it_begins(self, rows, order, day):
        make(rows)
        plan = keyset.make_order(User.objects.all(), order)
        everyone = list(User.objects.order_by(*plan.by()).values_list("pk", "date_joined"))
        at = (BASE + dt.timedelta(days=day)).date()
        wanted = [
            pk for pk, joined in everyone if (joined.date() <= at if plan.steps[0].descending else joined.date() >= at)
        ]
        page = keyset.paginate(User.objects.all(), order, {"on": at.isoformat()}, sizes=(3,))
        assert [row.pk for row in page] == (wanted[:3] or [pk for pk, _ in everyone[-3:]])
        assert bool(page.before) == (len(everyone) > max(len(wanted), 3 if not wanted else 0))
        if page.before:
            back = keyset.paginate(User.objects.all(), order, {"before": page.before}, sizes=(3,))
            first = [pk for pk, _ in everyone].index(page.rows[0].pk)
            assert [row.pk for row in back] == [pk for pk, _ in everyone][max(first - 3, 0) : first]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "0001-01-01", "9999-12-31", "2026-01-01'"])
def test_what_names_no_day_opens_the_start(text):
    make([(None, 0, "")])
    page = keyset.paginate(User.objects.all(), ("-date_joined",), {"on": text}, sizes=(3,))
    assert ([row.username for row in page], page.before, page.lost) == (["u0"], "", False)
