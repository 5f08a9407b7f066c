"""`--since` asks when something became new here: no row is left out for want of a time that its platform never told."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from dashboard.core import exports
from dashboard.sync.models import Command
from dashboard.sync.models.commands import DONE
from tests.connected import pull

pytestmark = pytest.mark.django_db
WAITING = {"callbacks", "commands", "quarantine"}  # nothing of these comes from a first reading


def exported(domain, **options):
    out = io.StringIO()
    call_command("export", domain, stdout=out, format="json", **options)
    return json.loads(out.getvalue())


def test_everything_that_was_just_read_is_new(connect):
    for key in ("accplanet", "fulfillbot", "imetastore", "m2e", "shoppo"):
        pull(connect(key).connection)
    for domain in exports.discover():
        whole = exported(domain)
        assert exported(domain, since="1d") == whole, domain
        assert exported(domain, since="2999-01-01") == [], domain
        assert bool(whole) is (domain not in WAITING), domain


def test_a_command_is_new_when_it_ends(connect):
    connection, _sandbox = connect("m2e")
    long_ago, now = timezone.now() - timedelta(days=9), timezone.now()
    for n, ended in enumerate((long_ago, now, None)):
        row = Command(connection=connection, kind="catalog.set_stock", target=f"v{n}", state=DONE)
        row.not_before = row.created_at = long_ago
        row.save()
        Command.objects.filter(pk=row.pk).update(created_at=long_ago, finished_at=ended)
    assert [one["target"] for one in exported("commands", since="1d")] == ["v1"]
