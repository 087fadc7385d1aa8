"""Which project a command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import InputError
from core.review.overview import all_projects

if TYPE_CHECKING:
    import argparse

    from core.review.store import Store


def add_project(parser: argparse.ArgumentParser) -> None:
    """Declare the argument by which :func:`project_called` finds a project."""
    parser.add_argument("project", metavar="PROJECT", help="id, beginning of the id, or name")


def project_called(store: Store, words: str) -> str:
    """Id of the project with this id, the beginning of one, or this name.

    Raises:
        InputError: There is none, or more than one.
        StoreUnreachable: The database does not answer.
    """
    found = [
        project.id
        for project in all_projects(store)
        if words and (project.id.startswith(words) or project.name == words)
    ]
    if len(found) == 1:
        return found[0]
    count = "more than one project" if found else "no project"
    raise InputError(
        f"There is {count} called {words!r}.",
        "Give an id from: python -m core review projects.",
    )
