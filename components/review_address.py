"""Where a reader is, in the address of the page: a reload or a new server comes back there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.language import t
from core.review.projects import projects_of

if TYPE_CHECKING:
    from core.review.store import Store
    from core.review.values import Project, Purpose, Reader

_PROJECT, _ITEM, _PURPOSE = "project", "item", "purpose"


@dataclass(frozen=True)
class Place:
    """An item of a project, and what for.

    Attributes:
        item: Its id, or "" for none yet.
        purpose: A reading like any other, or the adjudication of those of others.
    """

    item: str
    purpose: Purpose


def place() -> Place:
    """Where the reader is."""
    adjudicates = st.query_params.get(_PURPOSE) == "adjudicate"
    return Place(st.query_params.get(_ITEM, ""), "adjudicate" if adjudicates else "read")


def go_to(item: str, purpose: Purpose = "read") -> None:
    """Write the address of an item; the next run shows it."""
    st.query_params[_ITEM] = item
    if purpose == "read":
        st.query_params.pop(_PURPOSE, None)
    else:
        st.query_params[_PURPOSE] = purpose


def leave_item() -> None:
    """Write the address of the project alone."""
    for name in (_ITEM, _PURPOSE):
        st.query_params.pop(name, None)


def carried() -> dict[str, str]:
    """What a link to another page of the review takes along."""
    return {k: st.query_params[k] for k in ("reader", _PROJECT) if k in st.query_params}


def choose_project(store: Store, reader: Reader) -> Project | None:
    """Let the reader choose among the projects that they take part in; None when there is none.

    Raises:
        StoreUnreachable: The database does not answer.
    """
    projects = {project.id: project for project in projects_of(store, reader)}
    if not projects:
        return None
    asked = st.query_params.get(_PROJECT, "")
    if asked not in projects:
        asked = next(iter(projects))
        st.query_params[_PROJECT] = asked
        leave_item()
    if len(projects) > 1:
        _select(projects, asked)
    return projects[asked]


def _select(projects: dict[str, Project], asked: str) -> None:
    names = {id_: project.name for id_, project in projects.items()}
    chosen = st.selectbox(
        t("Project"),
        list(names),
        index=list(names).index(asked),
        format_func=names.__getitem__,
        # A new key when the address has changed by other means than this box.
        key=f"project_{asked}",
    )
    if chosen != asked:
        st.query_params[_PROJECT] = chosen
        leave_item()
        st.rerun()
