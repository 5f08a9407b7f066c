"""One run of a feed: pages, cursor, quarantine, gone, and how it ends when something is wrong."""

from datetime import timedelta

import pytest
from django.utils import timezone

from channels.errors import Ambiguous, AuthFailed, NotSent, WireError
from channels.records import Bad, CategoryRecord, Page
from dashboard.catalog.mirror import CATEGORIES
from dashboard.catalog.models import Category
from dashboard.sync import runner, tasks
from dashboard.sync.feeds import FEEDS, Feed
from dashboard.sync.models import Connection, Exchange, FeedState, Quarantined, RateBucket, Run
from dashboard.sync.runner import refresh
from tests.connected import fault, pull


def rows(*ids):
    return tuple(CategoryRecord(remote_id=str(n), name=f"Category {n}") for n in ids)


def bad(n, path="$.price", reason="not a number"):
    return Bad(remote_id=str(n) if n else "", path=path, reason=reason, raw=b'{"price": "dear"}')


class Script:
    """A feed whose pages are written down beforehand; notes what it was asked."""

    def __init__(self, *pages):
        self.pages, self.asked = list(pages), []
        self.feed = Feed(
            name="scripted", label="Scripted", capability=object, mirror=CATEGORIES, pull=self.pull,
            every=timedelta(minutes=2),
        )  # fmt: skip

    def pull(self, context):
        self.asked.append((context.after, context.since, context.is_full))
        page = self.pages.pop(0)
        if callable(page):
            page = page()
        if isinstance(page, Exception):
            raise page
        return page

    def run(self, connection, *pages, **how):
        self.pages += pages
        return refresh(connection, self.feed, **how)


def ids():
    return sorted(Category.objects.filter(gone_at=None).values_list("remote_id", flat=True))


def state():
    return FeedState.objects.get(feed="scripted")


def counts(run):
    return run.seen, run.created, run.changed, run.unchanged, run.gone, run.quarantined


def test_the_first_run_sweeps_and_the_next_asks_since_the_last(connection):
    script = Script(Page(records=rows(1, 2), next="a"), Page(records=rows(3)))
    first = script.run(connection)
    assert (counts(first), first.pages, first.is_full, first.error) == ((3, 3, 0, 0, 0, 0), 2, True, "")
    assert script.asked == [(None, None, True), ("a", None, True)]
    assert (state().cursor, state().watermark, state().leased_until) == ("", first.started_at, None)
    assert state().next_due_at == first.finished_at + timedelta(minutes=2)
    second = script.run(connection, Page(records=rows(3)))
    assert (counts(second), second.is_full) == ((1, 0, 0, 1, 0, 0), False)
    assert script.asked[-1] == (None, first.started_at - timedelta(minutes=10), False)
    assert ids() == ["1", "2", "3"]


def test_a_sweep_finds_what_is_gone_and_an_incremental_run_does_not(connection):
    script = Script(Page(records=rows(1, 2, 3)))
    script.run(connection)
    script.run(connection, Page(records=rows(1)))
    assert ids() == ["1", "2", "3"]
    run = script.run(connection, Page(records=rows(1, 3)), full=True)
    assert (run.gone, ids()) == (1, ["1", "3"])


EMPTIED = "The platform listed nothing; 21 rows are kept until a second empty sweep confirms it."


def emptied(connection, count=21):
    """A script whose sweep has just seen nothing of so many rows."""
    script = Script(Page(records=rows(*range(count))))
    script.run(connection)
    return script, script.run(connection, Page(records=()), full=True)


def test_an_empty_sweep_of_many_rows_is_an_alarm_and_believed_the_second_time(connection):
    script, run = emptied(connection)
    assert (run.gone, run.error, len(ids())) == (0, "", 21)
    assert (state().alarm, state().emptied_at, state().fails) == (EMPTIED, run.started_at, 0)
    run = script.run(connection, Page(records=()), full=True)
    assert (run.gone, ids()) == (21, [])
    assert (state().alarm, state().emptied_at) == ("", None)


def test_an_empty_sweep_is_confirmed_after_an_hour_not_by_the_runs_between(connection):
    script, _run = emptied(connection)
    run = script.run(connection, Page(records=()))
    assert (run.is_full, len(ids()), state().alarm) == (False, 21, EMPTIED)
    run = script.run(connection, NotSent("Away."))
    assert (run.is_full, len(ids()), state().emptied_at is None) == (False, 21, False)
    assert state().alarm == EMPTIED
    script.run(connection, Page(records=()))
    assert state().alarm == EMPTIED
    FeedState.objects.update(emptied_at=timezone.now() - timedelta(hours=1))
    run = script.run(connection, Page(records=()))
    assert (run.is_full, run.gone, ids(), state().alarm) == (True, 21, [], "")


@pytest.mark.parametrize("full", [True, False], ids=["sweep", "since"])
def test_what_is_listed_again_takes_the_doubt_away(connection, full):
    script, _run = emptied(connection)
    run = script.run(connection, Page(records=rows(*range(21))), full=full)
    assert (run.gone, len(ids()), state().alarm, state().emptied_at) == (0, 21, "", None)
    run = script.run(connection, Page(records=()), full=True)  # one empty sweep again, not the second
    assert (run.gone, len(ids()), state().alarm) == (0, 21, EMPTIED)


def test_a_few_rows_may_be_gone_at_once(connection):
    _script, run = emptied(connection, count=20)
    assert (run.gone, ids(), state().alarm, state().emptied_at) == (20, [], "", None)


def test_a_run_whose_process_died_is_closed_by_the_next(connection):
    script = Script(Page(records=rows(1)))
    dead = Run.objects.create(connection=connection, feed="scripted", started_at=timezone.now())
    script.run(connection)
    dead.refresh_from_db()
    assert dead.error == "The process of this run ended before the run did."
    assert dead.finished_at is not None


def test_what_a_sweep_could_not_see_is_not_called_gone(connection):
    script = Script(Page(records=rows(1, 2)))
    script.run(connection)
    run = script.run(connection, Page(records=rows(1), unseen=("An account must be authorised again.",)), full=True)
    assert (run.gone, ids(), state().notice) == (0, ["1", "2"], "An account must be authorised again.")


def test_one_bad_record_is_kept_aside_and_the_rest_is_stored(connection):
    script = Script(Page(records=rows(1, 2, 3, 4), bad=(bad(5),)))
    run = script.run(connection)
    assert (counts(run), run.error, ids()) == ((5, 4, 0, 0, 0, 1), "", ["1", "2", "3", "4"])
    kept = Quarantined.objects.get()
    assert (kept.feed, kept.record_remote_id, kept.path, kept.reason, kept.times) == (
        "scripted", "5", "$.price", "not a number", 1,
    )  # fmt: skip
    assert kept.payload == '{"price": "dear"}'
    script.run(connection, Page(records=rows(1), bad=(bad(5),)))
    assert Quarantined.objects.get().times == 2
    script.run(connection, Page(records=rows(5)))
    assert not Quarantined.objects.exists()


def test_a_bad_record_keeps_its_row_from_being_called_gone(connection):
    script = Script(Page(records=rows(1, 2, 5)))
    script.run(connection)
    run = script.run(connection, Page(records=rows(1, 2, 3, 4), bad=(bad(5),)), full=True)
    assert (run.gone, ids()) == (0, ["1", "2", "3", "4", "5"])


def test_a_bad_record_without_an_id_may_be_any_row(connection):
    script = Script(Page(records=rows(1, 2, 3, 4, 5)))
    script.run(connection)
    run = script.run(connection, Page(records=rows(1, 2, 3, 4), bad=(bad(""),)), full=True)
    assert (run.gone, run.quarantined, ids()) == (0, 1, ["1", "2", "3", "4", "5"])


def test_bad_records_without_id_of_two_pages_are_two(connection):
    script = Script(
        Page(records=rows(1, 2, 3, 4), bad=(bad(""),), next="b", total=10),
        Page(records=rows(5, 6, 7, 8), bad=(bad(""),), total=10),
    )
    run = script.run(connection)
    assert (counts(run), len(script.asked)) == ((10, 8, 0, 0, 0, 2), 2)


def test_more_than_a_fifth_bad_stops_the_feed_and_stores_nothing_of_the_page(connection):
    script = Script(Page(records=rows(1), next="b"), Page(records=rows(2, 3, 4), bad=(bad(5), bad(6))))
    run = script.run(connection)
    assert run.error == (
        "2 of 5 records of a page are unlike the document ($.price – not a number). Nothing of that page was stored."
    )
    assert (ids(), Quarantined.objects.count()) == (["1"], 0)
    assert (state().alarm, state().cursor, state().last_ok_at) == (run.error, "", None)


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        (
            [Page(records=rows(1), next="a"), Page(records=rows(2), next="b"), Page(records=rows(3), next="a")],
            "The platform gave the same page cursor twice; the run was stopped.",
        ),
        ([WireError("No list here.", path="$.data.list")], "No list here. (at $.data.list)"),
    ],
    ids=["cursor", "shape"],
)
def test_what_cannot_be_right_is_an_alarm(connection, pages, words):
    script = Script(*pages)
    run = script.run(connection)
    assert (run.error, state().alarm, state().fails) == (words, words, 1)
    assert len(script.asked) == len(pages)
    script.run(connection, Page(records=rows(1)))
    assert (state().alarm, state().error, state().fails) == ("", "", 0)


def test_pages_without_end_are_stopped_at_the_cap(connection, monkeypatch):
    monkeypatch.setattr(runner, "MAX_PAGES", 3)
    script = Script(*(Page(records=rows(n), next=f"c{n}") for n in range(9)))
    assert script.run(connection).error == "More than 3 pages; the run was stopped."
    assert len(script.asked) == 4


def test_shifting_pages_are_read_again_until_all_is_seen(connection):
    script = Script(
        Page(records=rows(1, 2), next="b", total=4), Page(records=rows(2, 3), total=4),  # 4 slipped by
        Page(records=rows(1, 2), next="b", total=4), Page(records=rows(3, 4), total=4),
    )  # fmt: skip
    run = script.run(connection)
    assert (counts(run), ids(), len(script.asked)) == ((4, 4, 0, 0, 0, 0), ["1", "2", "3", "4"], 4)


def test_at_most_three_passes(connection):
    script = Script(*(Page(records=rows(1), total=2) for _ in range(9)))
    assert script.run(connection).error == ""
    assert len(script.asked) == 3


def test_a_broken_run_goes_on_where_it_stood_and_calls_nothing_gone(connection):
    script = Script(Page(records=rows(1, 9)))
    script.run(connection)
    script.run(connection, Page(records=rows(1), next="b"), NotSent("Away."), full=True)
    assert (state().cursor, state().error, state().alarm) == ("b", "Away.", "")
    last_full = state().last_full_at
    run = script.run(connection, Page(records=rows(2)))
    assert (script.asked[-1][0], run.gone, ids()) == ("b", 0, ["1", "2", "9"])
    assert state().last_full_at == last_full


def test_pages_that_repeat_while_more_is_counted_call_nothing_gone(connection):
    script = Script()
    script.run(connection, Page(records=rows(1, 2, 3, 4)))
    again = [Page(records=rows(1, 2), next=str(n), total=4) for n in range(2)]
    stuck = [*again, Page(records=rows(1, 2), total=4)]
    run = script.run(connection, *stuck, *stuck, *stuck, full=True)
    assert (run.error, run.gone, ids()) == ("", 0, ["1", "2", "3", "4"])
    over = [Page(records=rows(1, 2), next="b", total=4), Page(records=(), total=4)]
    assert script.run(connection, *over, *over, *over, full=True).gone == 2
    assert ids() == ["1", "2"]


def test_failures_wait_longer_each_time_and_a_hint_counts(connection):
    script = Script()
    waits = []
    for _ in range(7):
        run = script.run(connection, Ambiguous("No answer."))
        waits.append(int((state().next_due_at - run.finished_at).total_seconds()))
    assert waits == [30, 60, 120, 240, 480, 900, 900]
    until = timezone.now() + timedelta(minutes=4)
    script.run(connection, NotSent("Slow down.", rate_limited=True, retry_at=until))
    assert (state().next_due_at, state().fails, state().error) == (until, 7, "Slow down.")


def test_a_refused_rate_is_waited_for_in_the_foreground_alone(connection):
    slow = NotSent("Slow down.", rate_limited=True)
    script = Script()
    run = script.run(connection, slow, slow, Page(records=rows(1)), purpose="foreground")
    assert (run.error, run.seen, ids(), len(script.asked)) == ("", 1, ["1"], 3)
    assert script.run(connection, slow, Page(records=rows(2)), full=True).error == "Slow down."
    assert (ids(), len(script.asked)) == (["1"], 4)
    script.pages.clear()
    run = script.run(connection, slow, slow, slow, slow, full=True, purpose="foreground")
    assert (run.error, len(script.asked)) == ("Slow down.", 8)
    assert script.run(connection, NotSent("Away."), full=True, purpose="foreground").error == "Away."
    assert len(script.asked) == 9


def test_refused_credentials_pause_the_connection_and_a_missing_scope_does_not(connection):
    script = Script()
    run = script.run(connection, AuthFailed("No scope products:read.", missing_scope="products:read"))
    connection.refresh_from_db()
    assert (run.error, connection.state) == ("No scope products:read.", Connection.ACTIVE)
    script.run(connection, AuthFailed("Token refused."))
    connection.refresh_from_db()
    assert (connection.state, connection.state_reason) == (Connection.REAUTH_NEEDED, "Token refused.")


def test_a_fault_of_ours_is_an_alarm_without_secrets(connection):
    script = Script()
    run = script.run(connection, ValueError("password=hunter2hunter2"))
    assert "hunter2" not in run.error
    assert (run.error.startswith("A fault of the dashboard: ValueError"), state().leased_until) == (True, None)


def test_two_at_once_are_one_run(connection):
    script = Script()

    def second():
        assert refresh(connection, script.feed) is None
        return Page(records=rows(1))

    script.run(connection, second)
    assert Run.objects.count() == 1


def test_who_lost_the_lease_writes_nothing(connection):
    script = Script()

    def taken():
        FeedState.objects.update(lease=99)
        return Page(records=rows(1))

    run = script.run(connection, taken)
    assert (run.error, ids(), state().lease) == (
        "Another process has taken over this feed; this run ends.", [], 99,
    )  # fmt: skip


def test_a_malformed_page_of_the_platform_stores_nothing(shop):
    fault(shop.sandbox, "CatalogProductsFind", "malformed", times=9)
    run = refresh(shop.connection, FEEDS["products"])
    assert run.error
    assert (run.seen, run.created) == (0, 0)
    assert FeedState.objects.get(feed="products").alarm == run.error
    assert Exchange.objects.filter(run=run).exists()
    shop.sandbox.faults.clear()
    RateBucket.objects.all().delete()  # the breaker need not be waited for here
    pull(shop.connection, "products")


def test_a_wrong_token_pauses_the_connection_and_says_so(connect):
    connection, _sandbox = connect("m2e", values={"access_token": "eyJwrong.wrong.wrong"})
    run = refresh(connection, FEEDS["products"])
    connection.refresh_from_db()
    assert run.error
    assert (connection.state, connection.state_reason) == (Connection.REAUTH_NEEDED, run.error)


def test_a_feed_about_orders_waits_until_they_were_read_once(connect, monkeypatch):
    woken = []
    monkeypatch.setattr(tasks, "tell", lambda task, *args: woken.append(args[-1]))
    connection, _sandbox = connect("imetastore")
    tasks.refresh_due()
    assert {"cases", "deliveries"} & set(woken) == set()
    assert "orders" in woken
    FeedState.objects.create(connection=connection, feed="orders", last_ok_at=timezone.now())
    woken.clear()
    tasks.refresh_due()
    assert {"cases", "deliveries"} <= set(woken)


def test_what_is_due_is_woken(connection, monkeypatch):
    woken = []
    monkeypatch.setattr(tasks, "tell", lambda task, *args: woken.append((task.name.rpartition(".")[2], *args)))
    tasks.refresh_due()
    names = [name for _task, _pk, name in woken]
    assert "products" in names
    FeedState.objects.create(connection=connection, feed="products", next_due_at=timezone.now() + timedelta(minutes=1))
    woken.clear()
    tasks.refresh_due()
    assert [name for _task, _pk, name in woken] == [name for name in names if name != "products"]
    Connection.objects.update(state=Connection.PAUSED)
    woken.clear()
    tasks.refresh_due()
    assert woken == []
