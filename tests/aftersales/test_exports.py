"""The export of cases has the columns of the public surface."""

import json

import pytest
from django.core.management import call_command

from dashboard.aftersales.models import Case

pytestmark = pytest.mark.django_db
COLUMNS = (
    "connection platform remote_id number status remote_status currency placed_at updated_at gone_at "
    "order_remote_id reason amount decision decide_by"
)


def test_columns_and_values(shop, capsys):
    call_command("export", "cases", format="json")
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == Case.objects.count()
    assert " ".join(rows[0]) == COLUMNS
    row = next(one for one in rows if one["decision"] == "pending")
    case = Case.objects.get(remote_id=row["remote_id"])
    assert (row["connection"], row["platform"], row["order_remote_id"]) == ("shop", "imetastore", case.order_remote_id)
    assert row["decide_by"] == case.decide_by.isoformat().replace("+00:00", "Z")
    assert row["amount"] == f"{case.amount:.2f}"
