"""The rules of the house, as far as a machine can check them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOWER = {"core": {"components", "pages", "app", "tests"}, "components": {"pages", "app", "tests"}}


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("folder", LOWER)
def test_arrows_point_one_way(folder):
    for path in (ROOT / folder).rglob("*.py"):
        for name in imports_of(path):
            assert name.split(".")[0] not in LOWER[folder], f"{path.name} imports {name}"


def test_core_works_where_streamlit_torch_and_azure_are_not_installed():
    # The network is made of torch's modules; the rest of core imports it where it is asked for.
    program = """
import importlib, pkgutil, sys
for name in ("streamlit", "torch", "azure", "ray"):
    sys.modules[name] = None  # importing it now fails
import core
for module in pkgutil.walk_packages(core.__path__, "core."):
    network = module.name.startswith("core.backends.local.network.")
    if not network and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_pages_are_thin():
    for path in (ROOT / "pages").glob("*.py"):
        assert len(path.read_text().splitlines()) <= 150, path.name


def test_files_have_one_job():
    for folder in ("core", "components"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".js", ".css"}:
                assert len(path.read_text().splitlines()) <= 350, path.name


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "--quiet"], ["ruff", "format", "--check", "--quiet"], ["mypy"]],
    ids=" ".join,
)
def test_the_code_is_clean(command):
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
