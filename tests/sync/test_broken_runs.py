"""Runs that are broken off, and rows that come by another way: nothing is missed, nothing called gone too early."""

from datetime import timedelta

from channels.errors import NotSent, Rejected
from channels.records import Page
from dashboard.catalog.mirror import CATEGORIES
from dashboard.sync.upsert import upsert
from tests.sync.test_runner import Script, ids, rows, state


def test_what_changed_while_a_run_was_broken_off_is_asked_for_by_the_next(connection):
    """It may stand on a page that was read before: the way on from the cursor cannot see it."""
    script = Script(Page(records=rows(1, 2)))
    first = script.run(connection)
    script.run(connection, Page(records=rows(1), next="b"), NotSent("Away."))
    resumed = script.run(connection, Page(records=rows(2)))
    assert (resumed.error, script.asked[-1][0], state().cursor) == ("", "b", "")
    assert state().watermark == first.started_at
    whole = script.run(connection, Page(records=rows(3)))
    assert script.asked[-1] == (None, first.started_at - timedelta(minutes=10), False)
    assert (ids(), state().watermark) == (["1", "2", "3"], whole.started_at)


def test_a_cursor_that_the_platform_refuses_is_not_tried_for_ever(connection):
    script = Script()
    script.run(connection, Page(records=rows(1), next="b"), Rejected("There is no such page."))
    assert (state().cursor, state().error, state().alarm) == ("", "There is no such page.", "")
    run = script.run(connection, Page(records=rows(1, 2)))
    assert (script.asked[-1][0], run.error, ids()) == (None, "", ["1", "2"])


def test_a_row_that_came_by_another_way_during_the_sweep_is_not_called_gone(connection):
    """A push, or a command's reading, brings what the sweep's pages were read too early to show."""
    script = Script(Page(records=rows(1, 2)))
    script.run(connection)

    def meanwhile():
        upsert(CATEGORIES, connection, rows(3))
        return Page(records=rows(1))

    run = script.run(connection, Page(records=(), next="b"), meanwhile, full=True)
    assert (run.error, run.gone, ids()) == ("", 1, ["1", "3"])
