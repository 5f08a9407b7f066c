"""Each case starts its own process, as settings are read once."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import environ
import pytest
from cryptography.fernet import Fernet

from dashboard.environment import fernet_keys, read, refuse_unsafe

ROOT = Path(__file__).resolve().parent.parent
KEY = "k" * 20 + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH"
FERNET = Fernet.generate_key().decode()
SHOW = """
import json
from django.conf import settings
def plain(value):
    return value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else str(value)
names = {names!r}
print(json.dumps({{name: plain(getattr(settings, name, None)) for name in names}}, default=str))
"""


def run(tmp_path, code, **environment):
    """Run code in a fresh process whose environment is the given one alone."""
    clean = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "dashboard.settings", "DATA_DIR": str(tmp_path)}
    return subprocess.run(
        [sys.executable, *(code if isinstance(code, list) else ["-c", code])],
        env=clean | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def values(tmp_path, *names, **environment):
    done = run(tmp_path, SHOW.format(names=names), **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def production(**more):
    return {"SECRET_KEY": KEY, "SECRETS_KEYS": FERNET, "ALLOWED_HOSTS": "dashboard.example"} | more


@pytest.mark.parametrize("name", ["SECRET_KEY", "SECRETS_KEYS"])
def test_production_without_a_secret_says_so_in_one_line_and_makes_none(tmp_path, name):
    done = run(tmp_path, ["manage.py", "check"], **production(**{name: ""}))
    assert done.returncode == 1
    assert done.stderr == f"Set {name}, or {name}_FILE: outside DEBUG nothing makes one for you.\n"
    assert not (tmp_path / name.lower()).exists()


def test_a_database_that_was_never_migrated_is_told_in_one_line(tmp_path):
    done = run(tmp_path, ["manage.py", "connection", "list"], DEBUG="true")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "The database refused: no such table: sync_connection "
        "(before the first start and after an upgrade: manage.py migrate)\n"
    )
    assert "Traceback" in run(tmp_path, ["manage.py", "connection", "list", "--traceback"], DEBUG="true").stderr


def test_debug_makes_secrets_once_and_keeps_them_private(tmp_path):
    first = values(tmp_path, "SECRET_KEY", "SECRETS_KEYS", DEBUG="true")
    assert len(first["SECRET_KEY"]) >= 50
    assert len(first["SECRETS_KEYS"]) == 1
    assert values(tmp_path, "SECRET_KEY", "SECRETS_KEYS", DEBUG="true") == first
    for name in ("secret_key", "secrets_keys"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_secrets_come_from_files(tmp_path):
    secret = tmp_path / "given"
    secret.write_text("$" + KEY + "\n")
    keys = tmp_path / "keys"
    keys.write_text(FERNET + "\n")
    found = values(
        tmp_path,
        "SECRET_KEY",
        "SECRETS_KEYS",
        SECRET_KEY_FILE=str(secret),
        SECRETS_KEYS_FILE=str(keys),
        ALLOWED_HOSTS="dashboard.example",
    )
    assert found == {"SECRET_KEY": "$" + KEY, "SECRETS_KEYS": [FERNET]}


def test_dot_env_supplies_what_the_process_lacks(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("FROM_DOT_ENV=file\nFROM_BOTH=file\n")
    process = {"FROM_BOTH": "process"}
    monkeypatch.setattr(environ.Env, "ENVIRON", process)
    read(tmp_path, dot_env=True)
    assert process == {"FROM_BOTH": "process", "FROM_DOT_ENV": "file"}


def test_an_empty_address_of_a_database_is_none(tmp_path):
    assert values(tmp_path, "DATABASES", DEBUG="true", DATABASE_URL="") == values(tmp_path, "DATABASES", DEBUG="true")


def test_the_embedded_defaults(tmp_path):
    found = values(
        tmp_path, "DATABASES", "CELERY_BROKER_URL", "CACHES", "ALLOWED_HOSTS", "CHANNEL_ALLOWED_HOSTS",
        "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "COMMAND_LEASE_SECONDS", DEBUG="true",
    )  # fmt: skip
    database = found["DATABASES"]["default"]
    assert database["NAME"] == str(tmp_path / "dashboard.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database["OPTIONS"]["timeout"] == 20
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert "synchronous=NORMAL" in database["OPTIONS"]["init_command"]
    assert found["CELERY_BROKER_URL"] == "filesystem://"
    assert found["CACHES"]["default"]["BACKEND"] == "django.core.cache.backends.locmem.LocMemCache"
    assert found["CHANNEL_ALLOWED_HOSTS"] == ["127.0.0.1", "localhost"]
    assert (found["SECURE_SSL_REDIRECT"], found["SESSION_COOKIE_SECURE"]) == (False, False)
    assert (found["SECURE_HSTS_SECONDS"], found["COMMAND_LEASE_SECONDS"]) == (0, 60)


def test_production_with_services(tmp_path):
    found = values(
        tmp_path, "DATABASES", "CELERY_BROKER_TRANSPORT_OPTIONS", "CACHES", "SESSION_ENGINE", "SECURE_SSL_REDIRECT",
        "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "CHANNEL_ALLOWED_HOSTS", "DEBUG",
        **production(
            DATABASE_URL="postgres://u:p@db:5432/shop",
            CELERY_BROKER_URL="redis://redis:6379/0",
            REDIS_URL="redis://redis:6379/1",
            DATABASE_STATEMENT_TIMEOUT="5",
        ),
    )  # fmt: skip
    options = found["DATABASES"]["default"]["OPTIONS"]
    assert options["pool"] == {"min_size": 1, "max_size": 16, "timeout": 10, "reconnect_timeout": 5}
    assert found["DATABASES"]["default"]["ENGINE"] == "dashboard.core.postgresql"
    assert options["options"] == "-c statement_timeout=5s"
    assert found["DATABASES"]["default"].get("CONN_MAX_AGE", 0) == 0
    assert found["CELERY_BROKER_TRANSPORT_OPTIONS"]["unacked_restore_throttle"] == 1
    assert found["CELERY_BROKER_TRANSPORT_OPTIONS"]["visibility_timeout"] == 3600
    assert found["CACHES"]["default"]["BACKEND"] == "dashboard.core.cache.ForgivingRedisCache"
    assert found["SESSION_ENGINE"] == "dashboard.core.session_store"
    assert found["SECURE_SSL_REDIRECT"] is found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is True
    assert found["SECURE_HSTS_SECONDS"] == 31536000
    assert (found["CHANNEL_ALLOWED_HOSTS"], found["DEBUG"]) == ([], False)


def test_plain_http_on_a_trusted_network(tmp_path):
    found = values(
        tmp_path, "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS",
        **production(SECURE_SSL_REDIRECT="false"),
    )  # fmt: skip
    assert list(found.values()) == [False, False, False, 0]


def test_production_passes_djangos_own_checks(tmp_path):
    done = run(tmp_path, ["manage.py", "check", "--deploy", "--fail-level", "WARNING"], **production())
    assert done.returncode == 0, done.stderr


def test_an_error_reporter_that_is_not_installed_is_named(tmp_path):
    done = run(tmp_path, ["manage.py", "check"], **production(SENTRY_DSN="https://key@sentry.example/1"))
    assert done.stderr == "SENTRY_DSN is set, but the package sentry-sdk is not installed.\n"


@pytest.mark.parametrize("key", ["django-insecure-" + KEY, "changeme", "SECRET"])
def test_a_well_known_key_is_refused(key):
    with pytest.raises(Exception, match="SECRET_KEY is a well-known value"):
        refuse_unsafe(debug=False, secret_key=key, hosts=[])


@pytest.mark.parametrize("host", ["shop.example.com", ".example.com"])
def test_debug_on_a_public_host_is_refused(host):
    with pytest.raises(Exception, match=f"DEBUG is on while ALLOWED_HOSTS names {host}"):
        refuse_unsafe(debug=True, secret_key=KEY, hosts=["localhost", host])


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "[::1]", "box", "box.local", "a.localhost", "*", "10.0.0.5"]
)
def test_debug_at_home_is_fine(host):
    refuse_unsafe(debug=True, secret_key=KEY, hosts=[host])


def test_a_broken_fernet_key_is_named_by_position_and_not_shown():
    with pytest.raises(Exception, match="number 2 is not a Fernet key") as caught:
        fernet_keys(f"{FERNET}, not-a-key-at-all")
    assert "not-a-key" not in str(caught.value)


def test_tests_run_apart(settings):
    assert settings.TESTING
    assert "dashboard-tests-" in str(settings.DATA_DIR) or "DATA_DIR" in os.environ
    assert settings.CELERY_BROKER_URL.startswith("memory") or "CELERY_BROKER_URL" in os.environ
    assert settings.CELERY_TASK_SERIALIZER == "json"
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_WORKER_REDIRECT_STDOUTS is False


def test_each_test_process_has_a_redis_database_of_its_own():
    from dashboard.environment import redis_of_process

    assert redis_of_process("redis://127.0.0.1:6379/9", "gw1") == "redis://127.0.0.1:6379/11"
    assert redis_of_process("redis://127.0.0.1:6379/9", "") == "redis://127.0.0.1:6379/9"
