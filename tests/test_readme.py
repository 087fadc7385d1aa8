"""What the README says is what there is."""

import re
from pathlib import Path

import pytest

from core.__main__ import COMMANDS
from core.backends import BACKEND_NAMES
from core.backends.demo import KNOWN
from core.settings import SETTINGS, SIGN_IN_WAYS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
REQUIREMENTS = (
    "requirements.txt",
    "requirements-azure.txt",
    "requirements-postgres.txt",
    "requirements-staple.txt",
    "requirements-login.txt",
    "requirements-local.txt",
    "requirements-cluster.txt",
    "requirements-dev.txt",
)


def section(title):
    """Text of one section."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_cells(text):
    """First column of all tables in a text, without headers and code marks."""
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("|")]
    return [row.strip("`") for row in rows if not set(row) <= {"-", " "}]


def requirements(name):
    lines = (ROOT / name).read_text().splitlines()
    return [line for line in lines if line and line[0] not in "#-"]


def test_the_first_screen_has_a_picture_the_two_commands_and_what_it_is_not():
    first = README.split("\n## ")[0]
    picture = re.search(r"!\[.+\]\((.+)\)", first)
    assert (ROOT / picture[1]).is_file()
    assert "pip install -r requirements.txt && streamlit run app.py" in first
    assert "pip install -r requirements-dev.txt && pytest" in first
    assert "research, not for diagnosis" in first


def test_every_dependency_is_named_with_its_purpose_and_no_other():
    listed = [name for name in first_cells(section("Dependencies")) if name != "package"]
    wanted = [line for name in REQUIREMENTS for line in requirements(name)]
    assert listed == [re.match(r"[\w-]+", line)[0] for line in wanted]


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_dependency_has_a_lowest_version(name):
    for line in requirements(name):
        assert re.fullmatch(r"[\w-]+(\[\w+\])?>=[\d.]+(,<[\d.]+)?", line), line


def test_every_setting_is_documented_as_the_code_describes_it():
    for setting in SETTINGS:
        row = f"| `{setting.name}` | {setting.meaning} | {setting.default} |"
        assert row in section("Settings")


def test_every_way_to_sign_in_is_documented():
    text = (ROOT / "docs" / "endpoint.md").read_text().split("\n## Sign-in\n")[1]
    listed = first_cells(text.split("\n## ")[0])
    assert listed == ["MIP_SIGN_IN", *SIGN_IN_WAYS]


def test_every_command_is_documented():
    listed = first_cells(section("Command line"))
    assert listed == ["command", *COMMANDS]


def test_links_to_other_pages_lead_somewhere():
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        name = page.name
        for target, anchor in re.findall(r"\]\(([\w./-]*)(#[\w-]+)?\)", page.read_text()):
            found = (page.parent / target) if target else page
            assert found.exists(), f"{name}: {target}"
            headings = re.findall(r"^#+ (.+)$", found.read_text(), re.MULTILINE) if anchor else []
            slugs = {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in headings}
            assert not anchor or anchor[1:] in slugs, f"{name}: {target}{anchor}"


def test_every_engine_is_documented():
    listed = first_cells(section("Engines"))
    assert [row.split("`")[0] for row in listed if row != "engine"] == list(BACKEND_NAMES)


def test_every_target_of_the_demo_engine_is_in_its_table():
    text = section("What the demo engine reaches")
    for target in KNOWN:
        assert target.phrases[0] in text


def test_the_folders_are_there():
    for name in first_cells(section("Where things are")):
        if name != "folder":
            assert (ROOT / name).exists(), name
