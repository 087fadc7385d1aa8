"""The page that puts MedImageParse behind an endpoint of one's own, and deletes it again."""

import streamlit as st

from components.azure_places import choose_workspace
from components.connection import arm_client
from components.deploy_desk import desk_of
from components.deploy_form import show_form
from components.deploy_panel import show_check, show_work
from components.deployed_panel import show_deployed
from components.entry import enter_page
from components.language import t
from components.notices import show_error, show_footer
from components.state import Session, session
from core.arm import ArmClient
from core.errors import WorkbenchError


def show_page(state: Session, arm: ArmClient) -> None:
    """The steps at the left, what runs already at the right."""
    desk = desk_of(arm)
    desk.collect()
    show_work(desk)
    if desk.at_work:
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader(t("1. Where"))
        workspace = choose_workspace(arm, "deploy")
        if workspace is not None:
            show_check(desk, show_form(desk, workspace))
    with right:
        if workspace is not None:
            show_deployed(state, desk, workspace)


enter_page()
st.header(t("Deploy"))
st.caption(
    t(
        "Puts MedImageParse from Azure's model registry behind an endpoint in your own workspace. "
        "It is billed by the hour."
    )
)
mine = session()
try:
    client = arm_client(mine)
except WorkbenchError as error:
    show_error(error)
    client = None
if client is None:
    st.info(
        t(
            "Sign in under Connection with a Microsoft account or the sign-in of this computer. "
            "A key alone cannot deploy."
        ),
        icon=":material/login:",
    )
else:
    show_page(mine, client)
show_footer()
