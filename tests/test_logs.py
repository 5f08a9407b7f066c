"""Each case logs in a process of its own, as a process configures its logging once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from dashboard import logs

ROOT = Path(__file__).resolve().parent.parent
KEY = "a-secret-key-of-the-product-0123456789-0123456789-abcdef"
DATABASE_PASSWORD = "s3cr3t-of-the-database"
SAY = """
import django, logging, structlog
django.setup()
try:
    raise ValueError("refused with access_token=abcdef123456")
except ValueError:
    logging.getLogger("plain").exception("sent password=hunter2hunter2 to %s", "shop")
event = {{"order": "A-1", "password": "hunter2hunter2", "header": "Bearer abcdef123456"}}
structlog.get_logger("events").warning("order_sent", **event)
logging.getLogger("plain").warning("keys: {key} {fernet} {database}")
logging.getLogger("plain").warning("one\\nline")
"""


def lines(tmp_path, **more):
    fernet = Fernet.generate_key().decode()
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": KEY,
        "SECRETS_KEYS": fernet,
        "DATABASE_URL": f"postgres://u:{DATABASE_PASSWORD}@127.0.0.1:1/none",
    }
    code = SAY.format(key=KEY, fernet=fernet, database=DATABASE_PASSWORD)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment | more, cwd=ROOT, capture_output=True, text=True, check=True
    )
    for secret in ("hunter2hunter2", "abcdef123456", KEY, fernet, DATABASE_PASSWORD):
        assert secret not in done.stderr
    return done.stderr.splitlines()


def test_production_writes_one_json_object_an_event_without_secrets(tmp_path):
    events = [json.loads(line) for line in lines(tmp_path)]
    assert [event["logger"] for event in events] == ["plain", "events", "plain", "plain"]
    assert [event["level"] for event in events] == ["error", "warning", "warning", "warning"]
    assert events[1]["event"] == "order_sent"
    assert events[1]["order"] == "A-1"
    assert "ValueError" in events[0]["exception"]
    assert events[3]["event"] == "one\nline"


def test_debug_is_readable_and_as_silent_about_secrets(tmp_path):
    text = "\n".join(lines(tmp_path, DEBUG="true"))
    assert "order_sent" in text
    assert "ValueError" in text


def test_the_level_is_configurable(tmp_path):
    assert [json.loads(line)["level"] for line in lines(tmp_path, LOG_LEVEL="ERROR")] == ["error"]


def test_error_reports_are_scrubbed():
    event = {"request": {"headers": {"Authorization": "Bearer abcdef123456"}}, "extra": {"order": "A-1"}}
    scrubbed = logs._scrubbed(event, None)
    assert "abcdef123456" not in str(scrubbed)
    assert scrubbed["extra"] == {"order": "A-1"}


def test_the_processors_own_entries_are_left_alone():
    record = object()
    event = logs.without_secrets(None, "info", {"event": "x", "_record": record, "password": "hunter2hunter2"})
    assert event["_record"] is record
    assert "hunter2hunter2" not in str(event)


def test_a_missing_reporter_is_said_clearly():
    with pytest.raises(Exception, match="sentry-sdk is not installed"):
        logs.report_errors("https://key@sentry.example/1")


def test_of_a_long_traceback_the_cause_stays():
    text = "Traceback\n" + "  a frame\n" * 2000 + "ValueError: password=hunter2hunter2 was refused"
    event = logs.without_secrets(None, "error", {"event": "x", "exception": text})
    assert event["exception"].endswith("\n  a frame\nValueError: password=••• was refused")
    assert len(event["exception"]) < 4100
