"""Sizes and single places that keep the house readable."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULE_LINES, FUNCTION_LINES, TEMPLATE_LINES, TEMPLATE_WIDTH = 400, 40, 120, 360
UNSAFE_TEMPLATE = re.compile(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off")
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|tmp)/\w")


def python_files(*folders):
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts and "__pycache__" not in path.parts
    ]


def templates():
    return sorted((ROOT / "templates").rglob("*.html"))


def name(path):
    return str(path.relative_to(ROOT))


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.split(".")[0]


def test_modules_are_short():
    files = python_files("channels", "dashboard", "tests")
    long = {name(path): count for path in files if (count := len(path.read_text().splitlines())) > MODULE_LINES}
    assert long == {}


def test_functions_are_short():
    long = {
        f"{name(path)}:{node.name}": size
        for path in python_files("channels", "dashboard")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (size := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    }
    assert long == {}


def test_the_median_function_is_under_ten_lines():
    sizes = sorted(
        (node.end_lineno or 0) - node.lineno + 1
        for path in python_files("channels", "dashboard")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
    )
    assert sizes[len(sizes) // 2] < 10


def test_templates_are_short():
    long = {name(path): count for path in templates() if (count := len(path.read_text().splitlines())) > TEMPLATE_LINES}
    assert long == {}


def test_templates_are_narrow():
    widest = {name(path): max(map(len, path.read_text().splitlines()), default=0) for path in templates()}
    assert {path: width for path, width in widest.items() if width > TEMPLATE_WIDTH} == {}


def test_templates_escape_everything():
    assert [name(path) for path in templates() if UNSAFE_TEMPLATE.search(path.read_text())] == []


def test_templates_carry_no_inline_style_or_script():
    inline = re.compile(
        r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\bsrc=)(?![^>]*application/json)|javascript:", re.I
    )
    assert [name(path) for path in templates() if inline.search(path.read_text())] == []


def test_markup_is_trusted_in_one_module():
    trusted = {
        name(path)
        for path in python_files("channels", "dashboard")
        if any(
            isinstance(node, ast.Attribute | ast.Name | ast.alias)
            and {getattr(node, "attr", ""), getattr(node, "id", ""), getattr(node, "name", "")} & {"mark_safe"}
            for node in ast.walk(tree(path))
        )
    }
    assert trusted <= {"dashboard/core/html.py"}


def test_one_module_speaks_http():
    assert {name(path) for path in python_files("channels", "dashboard") if "httpx" in imported(path)} <= {
        "channels/http.py"
    }


@pytest.mark.parametrize("forbidden", ["django", "dashboard", "celery"])
def test_channels_stand_alone(forbidden):
    assert [name(path) for path in python_files("channels") if forbidden in imported(path)] == []


def test_sandboxes_read_the_document_for_themselves():
    for path in sorted((ROOT / "channels").glob("*/sandbox*.py")):
        allowed = ("channels.sandbox", f"channels.{path.parent.name}.sandbox")
        ours = {
            f"{node.module}.{alias.name}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("channels")
            for alias in node.names
        }
        assert {thing for thing in ours if not thing.startswith(allowed)} == set(), name(path)


def test_no_signals():
    receivers = re.compile(r"django\.(db\.models|core|dispatch)[\w.]*\s+import\s+.*\b(signals|receiver|Signal)\b")
    assert [name(path) for path in python_files("dashboard") if receivers.search(path.read_text())] == []


def test_choices_stay_out_of_migrations():
    inline = re.compile(r"choices=\[")
    paths = sorted((ROOT / "dashboard").rglob("migrations/*.py"))
    assert [name(path) for path in paths if inline.search(path.read_text())] == []


def test_no_source_names_a_machine():
    suffixes = {".py", ".html", ".js", ".css", ".md", ".toml"}
    paths = [
        path
        for folder in ("channels", "dashboard", "templates", "static")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in suffixes and "__pycache__" not in path.parts
    ]
    assert [name(path) for path in paths if MACHINE.search(path.read_text(encoding="utf-8"))] == []
