"""Every platform can be read whole through the machinery, and a second reading writes nothing."""

import pytest

from channels.registry import PLATFORMS
from dashboard.sync.feeds import feeds_of
from dashboard.sync.models import Quarantined
from tests.connected import pull


@pytest.mark.parametrize("key", sorted(PLATFORMS))
def test_all_feeds_run_and_a_second_run_writes_nothing(connect, key):
    connection, _sandbox = connect(key)
    first = pull(connection, full=True)
    assert [run.feed for run in first] == [feed.name for feed in feeds_of(connection)]
    assert Quarantined.objects.filter(connection=connection).count() == sum(run.quarantined for run in first)
    second = pull(connection, full=True)
    assert [(run.feed, run.created, run.changed, run.gone) for run in second] == [(run.feed, 0, 0, 0) for run in first]
