"""``python -m core review``: what the operator does with review projects; nobody has to sign in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.commands.find import as_table
from core.commands.review_export import export, export_arguments
from core.commands.review_project import add_project, project_called
from core.errors import ExportError, InputError
from core.review.backup import export_project, import_project
from core.review.overview import all_projects
from core.review.place import open_review
from core.review.rows import project_rows
from core.review.verify import verify
from core.review.whole_file import flush_folder, whole_file

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from core.review.store import Store


@dataclass(frozen=True)
class Action:
    """One thing to do with the store.

    Attributes:
        help: What it does.
        add_arguments: Declares its arguments.
        run: Does it and prints what came of it.
    """

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[Store, argparse.Namespace], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    for name, action in ACTIONS.items():
        action.add_arguments(actions.add_parser(name, help=action.help, description=action.help))


def run(arguments: argparse.Namespace) -> None:
    """Run the command on the store that the environment names.

    Raises:
        WorkbenchError: The store does not answer, or what was asked for cannot be done.
    """
    store = open_review(os.environ)
    try:
        ACTIONS[arguments.action].run(store, arguments)
    finally:
        store.engine.dispose()


def _audit_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument(
        "--head", default="", help="hash that was noted after an earlier audit: it must be there"
    )


def _backup_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="ZIP to write")


def _restore_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="ZIP of an earlier backup")


def _no_arguments(_parser: argparse.ArgumentParser) -> None:
    pass


def _projects(store: Store, _arguments: argparse.Namespace) -> None:
    rows = [
        (p.id, p.name, str(p.items), str(p.members), str(p.entries), f"{p.created_at:%Y-%m-%d}")
        for p in all_projects(store)
    ]
    headings = ("Id", "Name", "Items", "Members", "Log entries", "Made on")
    print(as_table(headings, rows) if rows else "There is no review project yet.")


def _audit(store: Store, arguments: argparse.Namespace) -> None:
    project_id = project_called(store, arguments.project)
    with store.change(project_id) as (session, _):
        rows = project_rows(session, project_id)
    head = verify(rows, store.blobs.get, arguments.head)
    print(f"{rows.project.name}: {head.entries} log entries and {len(rows.blobs())} files hold.")
    print(f"Note this, and give it to --head another time: {head.hash}")


def _backup(store: Store, arguments: argparse.Namespace) -> None:
    project_id = project_called(store, arguments.project)
    if arguments.out.exists():
        raise ExportError(f"{arguments.out} is there already.", "Choose another name with --out.")
    try:
        with whole_file(arguments.out) as file:
            head = export_project(store, project_id, file)
        flush_folder(arguments.out.parent)
    except OSError as error:
        raise ExportError(
            f"{arguments.out} cannot be written: {error.strerror or 'the disk refused'}.",
            "Choose another place with --out.",
        ) from error
    print(f"{arguments.out}: {head.entries} log entries, the last one {head.hash}")
    print("It holds images and names of readers: keep it as safe as the store itself.")


def _restore(store: Store, arguments: argparse.Namespace) -> None:
    try:
        with arguments.file.open("rb") as file:
            project_id = import_project(store, file)
    except OSError as error:
        raise InputError(
            f"{arguments.file} cannot be read: {error.strerror or 'the disk refused'}.",
            "Give the ZIP of an earlier backup.",
        ) from error
    print(f"Restored: {project_id}")


ACTIONS = {
    "projects": Action("list all projects", _no_arguments, _projects),
    "audit": Action("check a project's audit log, rows and files", _audit_arguments, _audit),
    "backup": Action("write a whole project into one ZIP", _backup_arguments, _backup),
    "restore": Action("restore a project from its backup", _restore_arguments, _restore),
    "export": Action("write the results for other programs", export_arguments, export),
}
