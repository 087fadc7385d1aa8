"""The operator's command line, run as the operator runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from review_history import copy_of

ROOT = Path(__file__).resolve().parents[3]


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "core", "review", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "MIP_DATA_FOLDER": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def folder(kept_scene, tmp_path):
    """A data folder with one project in it."""
    copy_of(*kept_scene, tmp_path).store.engine.dispose()
    return tmp_path


def test_a_new_store_holds_no_project(tmp_path):
    done = run(tmp_path, "projects")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "There is no review project yet.\n"


def test_projects_are_listed_without_signing_in(folder, kept_scene):
    done = run(folder, "projects")
    assert (done.returncode, done.stderr) == (0, "")
    heading, line = done.stdout.splitlines()
    assert heading.split("  ")[0] == "Id"
    assert line.startswith(f"{kept_scene[0].project_id}  Livers and spleens  3      4")


def test_an_audit_says_that_all_holds_and_what_to_note(folder):
    done = run(folder, "audit", "Livers and spleens")
    assert (done.returncode, done.stderr) == (0, "")
    head = done.stdout.split()[-1]
    assert len(head) == 64
    assert run(folder, "audit", "Livers and spleens", "--head", head).returncode == 0
    done = run(folder, "audit", "Livers and spleens", "--head", "0" * 64)
    assert done.returncode == 2
    assert done.stderr.startswith("The audit log has no entry with the noted hash 000000000000")


def test_an_audit_finds_a_changed_decision(folder, kept_scene):
    scene = copy_of(*kept_scene, folder)
    with scene.store.create() as session:
        session.connection().exec_driver_sql("UPDATE decision SET verdict = 'flag'")
    scene.store.engine.dispose()
    done = run(folder, "audit", scene.project_id[:12])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("What is stored is not what the audit log says: label ")
    assert len(done.stderr.splitlines()) == 1


def test_a_backup_is_restored_into_another_folder(folder, kept_scene, tmp_path):
    file = tmp_path / "livers.zip"
    done = run(folder, "backup", kept_scene[0].project_id, "--out", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert file.stat().st_mode & 0o077 == 0
    other = tmp_path / "other"
    done = run(other, "restore", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Restored: {kept_scene[0].project_id}\n"
    again = tmp_path / "again.zip"
    assert run(other, "backup", "Livers and spleens", "--out", again).returncode == 0
    assert again.read_bytes() == file.read_bytes()
    assert list(tmp_path.glob("*.tmp")) == []


def test_an_earlier_backup_is_not_written_over(folder, tmp_path):
    file = tmp_path / "livers.zip"
    file.write_bytes(b"precious")
    done = run(folder, "backup", "Livers and spleens", "--out", file)
    assert done.returncode == 2
    assert done.stderr == f"{file} is there already. Choose another name with --out.\n"
    assert file.read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("audit", "Kidneys"), "There is no project called 'Kidneys'."),
        (("audit", ""), "There is no project called ''."),
        (("backup", "Livers and spleens", "--out", "/nowhere/x.zip"), "/nowhere/x.zip cannot be"),
        (("restore", "/nowhere/x.zip"), "/nowhere/x.zip cannot be read: No such file"),
        (("restore", "README.md"), "The file is no backup of a review project"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(folder, arguments, sentence):
    done = run(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1


def test_a_name_that_two_projects_have_is_not_guessed(folder, kept_scene, tmp_path):
    scene = copy_of(*kept_scene, folder)
    type(scene)(scene.store).owner.change(name="Livers and spleens")
    scene.store.engine.dispose()
    done = run(folder, "audit", "Livers and spleens")
    assert done.returncode == 2
    assert done.stderr.startswith("There is more than one project called 'Livers and spleens'.")
