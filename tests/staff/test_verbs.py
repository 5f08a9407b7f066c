"""Every act that the audit trail can hold has words for people, and no word is about nothing."""

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation

from dashboard.staff import permissions, verbs
from dashboard.staff.audit import audit
from dashboard.sync.models import Connection
from tests.pages import assert_strict_html

DASHBOARD = Path(__file__).resolve().parents[2] / "dashboard"
WRITERS = {"audit", "_audit", "_noted", "Desk"}  # what a verb is handed to


def written():
    """The verbs that the sources name where something is noted."""
    for path in DASHBOARD.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "func", None) and getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in WRITERS:
                for argument in node.args[:3]:
                    for part in ast.walk(argument):
                        if isinstance(part, ast.Constant) and re.fullmatch(r"[a-z]+\.[a-z_]+", str(part.value)):
                            yield part.value


def test_every_verb_has_words_and_all_words_have_a_verb():
    states = {f"connection.{state}" for state in (Connection.ACTIVE, Connection.PAUSED, Connection.DISABLED)}
    found = {verb for verb in written() if verb not in permissions.HOLDERS} | states
    assert found == set(verbs.VERBS)
    assert {verb.partition(".")[0] for verb in found} == set(verbs.AREAS)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Gave the password again"), ("zh-hans", "再次输入了密码")]
)  # fmt: skip
def test_the_trail_and_its_filter_speak_the_readers_language(client_for, user_for, language, words):
    admin = user_for("admin")
    admin.language = language
    admin.save()
    audit(admin, "staff.confirmed", admin)
    audit(admin, "of.a_version_to_come", admin)
    with translation.override(language):
        response = client_for("admin").get("/staff/audit/")
    assert_strict_html(response)
    page = response.content.decode()
    assert f'<td class="nowrap" title="staff.confirmed">{words}</td>' in page
    assert '<td class="nowrap" title="of.a_version_to_come">of.a_version_to_come</td>' in page
    assert f'<option value="staff.confirmed">{words}</option>' in page


def test_acts_are_found_one_by_one_and_by_area(client_for, user_for):
    client = client_for("admin")
    for verb in ("staff.confirmed", "staff.signed_out", "orders.assigned"):
        audit(user_for("admin"), verb)

    def found(verb):
        return [row["verb"] for row in client.get("/staff/audit/", {"verb": verb}).context["listing"].page.rows]

    assert found("staff.confirmed") == ["staff.confirmed"]
    assert found("staff.") == ["staff.signed_out", "staff.confirmed"]
    page = client.get("/staff/audit/", {"verb": "orders.assigned"}).content.decode()
    assert "Assigned an order" in page.partition('class="chip')[2][:400]
