"""What is to be deployed, as chosen on the page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from components.held_choice import hold_choice
from components.language import t, told
from components.notices import show_error
from core.deploy.plan import MODELS, DeployPlan, chosen_model, chosen_sku, shared_quota_end
from core.deploy.quota import REQUEST_URL
from core.deploy.roles import SCORING_ROLE
from core.deploy.skus import SKUS
from core.errors import SettingsError, WorkbenchError

if TYPE_CHECKING:
    from components.deploy_desk import Desk
    from core.arm.inventory import Workspace
    from core.deploy.plan import RegistryModel
    from core.deploy.quota import Quota
    from core.deploy.skus import Sku

_TITLES = {"MedImageParse": "MedImageParse", "MedImageParse3D": "MedImageParse 3D"}
_AUTH = {"key": "Key", "entra": "Microsoft Entra"}


def show_form(desk: Desk, workspace: Workspace) -> DeployPlan | None:
    """Show the choices; the plan, or None while one of them makes no sense.

    Args:
        desk: What the page remembers.
        workspace: Where.
    """
    st.subheader(t("2. What"))
    model = _choose_model()
    name = st.text_input(
        t("Name of the endpoint"),
        value=desk.name,
        key=f"deploy_name_{desk.name}",
        help=t("Unique in the region: 3 to 32 letters, digits and single dashes."),
    )
    sku, instances, shared = _choose_machines(desk, workspace)
    st.subheader(t("3. How it is called"))
    concurrency = st.number_input(
        t("Requests at once, each machine"),
        1,
        64,
        model.concurrency,
        key=f"deploy_concurrency_{model.name}",
        help=t("As many workers are started. Twice as many requests may wait; more are refused."),
    )
    auth = _choose_auth()
    try:
        return DeployPlan(
            workspace.id,
            workspace.location,
            name.strip(),
            model=model,
            sku=sku,
            instances=instances,
            concurrency=int(concurrency),
            auth=auth,
            scoring_users=_choose_users(desk) if auth == "entra" else (),
            delete_at=_deletion(desk) if shared else None,
        )
    except WorkbenchError as error:
        show_error(error)
        return None


def _choose_model() -> RegistryModel:
    chosen = st.segmented_control(
        t("Model"),
        [model.name for model in MODELS],
        format_func=lambda name: _TITLES.get(name, name),
        default=MODELS[0].name,
        required=True,
        key="deploy_model",
        persist_state="session",
    )
    model = chosen_model(chosen or MODELS[0].name)
    st.caption(
        t(
            "Version {version} of the registry azureml; a request may take {seconds} s.",
            version=model.version,
            seconds=model.timeout_s,
        )
    )
    return model


def _choose_machines(desk: Desk, workspace: Workspace) -> tuple[Sku, int, bool]:
    """Machine size, number of machines, and whether on shared quota."""
    quota = _quota(desk, workspace)
    left, right = st.columns([3, 1])
    sizes = {sku.name: _size(sku, quota) for sku in SKUS}
    with left:
        hold_choice("deploy_sku")
        name = st.selectbox(
            t("Machine size"),
            list(sizes),
            format_func=lambda name: sizes.get(name, name),
            key="deploy_sku",
            persist_state="session",
            help=t("The sizes that the model card allows, with the quota that is free for each."),
        )
    with right:
        count = st.number_input(
            t("Machines"), 1, 50, 1, key="deploy_instances", persist_state="session"
        )
    sku, instances = chosen_sku(name or SKUS[0].name), int(count)
    shared = st.checkbox(
        t("On shared quota, for a test"),
        key="deploy_shared",
        persist_state="session",
        help=t("Borrowed from Azure's common pool where your agreement has it. It is billed too."),
    )
    if shared:
        when = t("Azure deletes the endpoint 168 hours after its creation.")
        st.caption(f":material/schedule: {when}")
    elif quota is not None and quota.fits(sku, instances):
        st.caption(f":material/check: {_need(quota, sku, instances)}.")
    elif quota is not None:
        more = t("Ask for more at {url}.", url=REQUEST_URL)
        st.warning(f"{_need(quota, sku, instances)}. {more}", icon=":material/warning:")
    return sku, instances, shared


def _quota(desk: Desk, workspace: Workspace) -> Quota | None:
    """The quota, or None with the reason on the page."""
    try:
        with st.spinner(t("Reading the quota")):
            return desk.quota(workspace)
    except WorkbenchError as error:
        show_error(error)
        return None


def _need(quota: Quota, sku: Sku, instances: int) -> str:
    """What is needed and free; it is said within other sentences too, so begins small."""
    told_so = told(quota.sentence(sku, instances))
    return told_so[:1].upper() + told_so[1:]


def _size(sku: Sku, quota: Quota | None) -> str:
    free = f", {t('{count} free', count=quota.free(sku))}" if quota is not None else ""
    return f"{sku.name}: {told(sku.summary)}{free}"


def _choose_auth() -> str:
    names = {key: t(_AUTH[key]) for key in _AUTH}
    st.session_state.setdefault("deploy_auth", "key")
    hold_choice("deploy_auth")
    chosen = st.segmented_control(
        t("Sign-in of those who call it"),
        list(names),
        format_func=lambda key: names.get(key, key),
        required=True,
        key="deploy_auth",
        persist_state="session",
        help=t(
            "Key: whoever has the key may call it. Microsoft Entra: everybody signs in, and "
            "rights are given and taken by name."
        ),
    )
    return chosen or "key"


def _choose_users(desk: Desk) -> tuple[str, ...]:
    """Object ids of those who get the role.

    Raises:
        SettingsError: The own id is not told by the sign-in.
    """
    text = st.text_area(
        t("Who may score ({role})", role=SCORING_ROLE),
        "me",
        height=90,
        key="deploy_users",
        persist_state="session",
        help=t(
            "One object id of Microsoft Entra a line; me stands for you. For an e-mail address "
            "the command that looks the id up is shown."
        ),
    )
    return tuple(
        dict.fromkeys(
            _own_id(desk) if word.lower() == "me" else word
            for word in text.replace(",", " ").split()
        )
    )


def _own_id(desk: Desk) -> str:
    own = desk.arm.object_id()
    if not own:
        raise SettingsError(
            t("This sign-in does not tell your object id."),
            t("Write it in place of me; look it up with: az ad signed-in-user show --query id"),
        )
    return own


def _deletion(desk: Desk) -> datetime:
    """When Azure would delete it; one moment a session, so that a checked plan stays the same."""
    if desk.shared_from is None:
        desk.shared_from = datetime.now(UTC).replace(microsecond=0)
    return shared_quota_end(desk.shared_from)
