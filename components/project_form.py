"""Makes a project, and sets how it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.language import t, told
from core.review.projects import create_project
from core.review.rules import LONGEST_TITLE, MOST_READS
from core.review.values import DEFAULT_REASONS, Rules

if TYPE_CHECKING:
    from core.review.desk import Desk
    from core.review.store import Store
    from core.review.values import Project, Reader

_ORDERS = {"worst": "Least believable first", "given": "As they were added"}
_READS_HELP = "They do not see one another's work before all of them have finished an item."
_SHARE_HELP = "Of all items; which ones is drawn by a hash. The others are read by one person."
_QUORUM_HELP = "So many must agree on a verdict, and on a pixel, for a majority."
_CLAIM_HELP = "After so long without work on it, another reader can take the item."
_REASONS_HELP = "One a line; offered when a mask is rejected or flagged."


def show_new_project(store: Store, reader: Reader) -> None:
    """A form for a project of one's own; its address is opened when it is made.

    Raises:
        InputError: The name or the rules make no sense.
        StoreUnreachable: The database does not answer.
    """
    with st.form("new_project", border=False):
        name = st.text_input(t("Name of the project"), max_chars=LONGEST_TITLE, key="project_name")
        rules = _ask_rules(Rules(), "new")
        pressed = st.form_submit_button(t("Make the project"), type="primary")
    if pressed:
        st.query_params["project"] = create_project(store, reader, name, rules)
        st.rerun()


def show_rules(desk: Desk, project: Project) -> None:
    """The rules of a project, for its owner to change.

    Raises:
        InputError: The name or the rules make no sense.
        StoreUnreachable: The database does not answer.
    """
    with st.form("rules", border=False):
        name = st.text_input(
            t("Name of the project"),
            value=project.name,
            max_chars=LONGEST_TITLE,
            key=f"rename_{project.id}",
        )
        rules = _ask_rules(project.rules, project.id)
        st.caption(t("New rules hold for items that nobody has begun."))
        pressed = st.form_submit_button(t("Save the rules"), type="primary")
    if pressed:
        desk.change(name=name, rules=rules)
        st.rerun()


def _ask_rules(now: Rules, key: str) -> Rules:
    left, right = st.columns(2, gap="medium")
    with left:
        reads = st.number_input(
            t("People who read an item"),
            1,
            MOST_READS,
            now.reads,
            key=f"reads_{key}",
            help=t(_READS_HELP),
        )
        share = st.number_input(
            t("Share that all of them read (%)"),
            0,
            100,
            round(now.share * 100),
            key=f"share_{key}",
            help=t(_SHARE_HELP),
        )
        quorum = st.number_input(
            t("Quorum"), 1, MOST_READS, now.quorum, key=f"quorum_{key}", help=t(_QUORUM_HELP)
        )
    with right:
        minutes = st.number_input(
            t("Minutes that an item stays with a reader"),
            1,
            1440,
            round(now.claim_minutes),
            key=f"claim_{key}",
            help=t(_CLAIM_HELP),
        )
        orders = {order: t(_ORDERS[order]) for order in _ORDERS}
        order = st.selectbox(
            t("Order of the queue"),
            list(_ORDERS),
            index=list(_ORDERS).index(now.order),
            format_func=orders.__getitem__,
            key=f"order_{key}",
        )
        reasons = st.text_area(
            t("Reasons to choose from"),
            _shown(now.reasons),
            key=f"reasons_{key}",
            help=t(_REASONS_HELP),
            height=104,
        )
    return Rules(
        reads=int(reads),
        share=share / 100,
        quorum=int(quorum),
        claim_minutes=float(minutes),
        reasons=_kept(reasons),
        order="given" if order == "given" else "worst",
    )


def _shown(reasons: tuple[str, ...]) -> str:
    return "\n".join(told(reason) for reason in reasons)


def _kept(text: str) -> tuple[str, ...]:
    """Reasons as they are stored; the usual ones in English, whatever the language of the page."""
    usual = {told(reason): reason for reason in DEFAULT_REASONS}
    lines = (" ".join(line.split()) for line in text.splitlines())
    return tuple(dict.fromkeys(usual.get(line, line) for line in lines if line))
