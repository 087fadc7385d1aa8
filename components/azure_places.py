"""Subscriptions and workspaces to choose from, read once a session and sign-in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from components.held_choice import hold_choice
from components.language import t
from components.notices import show_error
from core.arm import ResourceId
from core.arm.find import subscriptions, workspace_at, workspaces
from core.errors import WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.arm import ArmClient
    from core.arm.inventory import Subscription, Workspace

_KEY = "azure_places"


@dataclass
class _Places:
    """What one sign-in sees.

    Attributes:
        arm: The sign-in; another one sees other places.
        subscriptions: All of them, or None before they were read.
        workspaces: By id of the subscription.
        pasted: Workspaces that were given by their id.
    """

    arm: ArmClient
    subscriptions: tuple[Subscription, ...] | None = None
    workspaces: dict[str, tuple[Workspace, ...]] = field(default_factory=dict)
    pasted: dict[str, Workspace] = field(default_factory=dict)


def choose_workspace(arm: ArmClient, key: str) -> Workspace | None:
    """Show the choice of a workspace, or None while there is none.

    Args:
        arm: Azure, as whoever is signed in.
        key: Prefix of the widgets' keys.
    """
    pasted = st.text_input(
        t("Resource id of the workspace (optional)"),
        key=f"{key}_workspace_id",
        persist_state="session",
        placeholder=t("/subscriptions/.../workspaces/NAME"),
        help=t(
            "Spares the search. In Azure Machine Learning studio: the name of the workspace at "
            "the top right, View all properties."
        ),
    )
    try:
        if pasted.strip():
            return _pasted(arm, pasted.strip())
        subscription = _choose_subscription(arm, key)
        found = known_workspaces(arm, subscription) if subscription else ()
    except WorkbenchError as error:
        show_error(error)
        return None
    return _chosen(found, key)


def known_subscriptions(arm: ArmClient) -> Sequence[Subscription]:
    """The subscriptions, read once; raises what reading raises."""
    places = _places(arm)
    if places.subscriptions is None:
        with st.spinner(t("Reading your subscriptions")):
            places.subscriptions = subscriptions(arm)
    return places.subscriptions


def known_workspaces(arm: ArmClient, subscription: str) -> Sequence[Workspace]:
    """The workspaces of a subscription, read once; raises what reading raises."""
    places = _places(arm)
    if subscription not in places.workspaces:
        with st.spinner(t("Reading its workspaces")):
            places.workspaces[subscription] = workspaces(arm, subscription)
    return places.workspaces[subscription]


def forget_places() -> None:
    """Read everything again."""
    st.session_state.pop(_KEY, None)


def _choose_subscription(arm: ArmClient, key: str) -> str:
    """The choice of a subscription: its id, or empty where there is none."""
    found = known_subscriptions(arm)
    names = {subscription.id: subscription.name for subscription in found}
    if not names:
        st.info(t("This account sees no subscription."), icon=":material/info:")
        return ""
    chosen = st.selectbox(
        t("Subscription"),
        list(names),
        format_func=lambda key: names.get(key, key),
        key=f"{key}_subscription",
        persist_state="session",
    )
    return chosen or ""


def _chosen(found: Sequence[Workspace], key: str) -> Workspace | None:
    if not found:
        st.info(
            t("There is no workspace of Azure Machine Learning in this subscription."),
            icon=":material/info:",
        )
        return None
    by_id = {str(workspace.id): workspace for workspace in found}
    titles = {key: _title(workspace) for key, workspace in by_id.items()}
    hold_choice(f"{key}_workspace")
    chosen = st.selectbox(
        t("Workspace"),
        list(titles),
        format_func=lambda key: titles.get(key, key),
        key=f"{key}_workspace",
        persist_state="session",
    )
    return by_id.get(chosen or "")


def _title(workspace: Workspace) -> str:
    project = f", {t('Foundry project')}" if workspace.kind.lower() == "project" else ""
    return f"{workspace.id.workspace} ({workspace.id.group}, {workspace.location}{project})"


def _pasted(arm: ArmClient, text: str) -> Workspace:
    places = _places(arm)
    if text not in places.pasted:
        with st.spinner(t("Reading the workspace")):
            places.pasted[text] = workspace_at(arm, ResourceId.parse(text))
    return places.pasted[text]


def _places(arm: ArmClient) -> _Places:
    found: _Places | None = st.session_state.get(_KEY)
    if found is None or found.arm is not arm:
        found = st.session_state[_KEY] = _Places(arm)
    return found
