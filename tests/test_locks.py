"""The locks: everything named is pinned with hashes, and nothing says where it was found."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)(?:\[[a-z,-]+\])?==([^\s;]+)")


def pins(name):
    """Name → version → hashes of one lock file."""
    found, current = {}, None
    for line in (ROOT / name).read_text().splitlines():
        if match := PIN.match(line):
            current = found.setdefault((match[1], match[2]), [])
        elif "--hash=sha256:" in line:
            current.append(line.strip())
    return found


def wanted(*extras):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return {re.match(r"[A-Za-z0-9.-]+", line)[0].lower() for line in lines}


@pytest.mark.parametrize(
    ("name", "extras"),
    [("requirements.txt", ["production"]), ("requirements-dev.txt", ["production", "dev"])],
)
def test_all_that_the_project_names_is_pinned_with_hashes(name, extras):
    locked = pins(name)
    assert wanted(*extras) - {package for package, _version in locked} == set()
    assert [pin for pin, hashes in locked.items() if not hashes] == []


def test_development_has_the_versions_of_production():
    development = pins("requirements-dev.txt")
    assert [pin for pin in pins("requirements.txt") if pin not in development] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_no_host_or_path_is_named(name):
    text = (ROOT / name).read_text()
    assert re.findall(r"://|--index|--extra-index|--find-links|file:", text) == []


def test_no_lock_that_records_hosts_is_kept():
    assert [name for name in ("uv.lock", "pylock.toml", "poetry.lock") if (ROOT / name).exists()] == []


def test_no_package_shadows_our_channels():
    assert "channels" not in {package for package, _version in pins("requirements-dev.txt")}
