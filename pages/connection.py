"""The page that says where the endpoint is and how to sign in, finds endpoints, and checks all."""

import streamlit as st

from components.connection import arm_client, endpoint_settings, signed_in_source
from components.doctor_panel import show_doctor_panel
from components.endpoint_panel import show_endpoint_panel
from components.entry import enter_page
from components.find_panel import show_find_panel
from components.language import t
from components.notices import plain, show_error, show_footer
from components.sign_in_panel import show_sign_in_panel
from components.state import Session, session
from core.errors import WorkbenchError
from core.settings import AzureSettings


def show_target(state: Session) -> AzureSettings | WorkbenchError | None:
    """Say where pictures go, or why they cannot; returns what was said."""
    try:
        settings = endpoint_settings(state)
    except WorkbenchError as error:
        show_error(error)
        return error
    if settings is not None:
        target = t("Pictures go to {host}.", host=plain(settings.host))
        st.caption(f":material/cloud: {target}")
    return settings


enter_page()
state = session()
st.header(t("Connection"))
st.caption(t("For the engine MedImageParse. Kept for this browser session only."))
left, right = st.columns(2, gap="large")
try:
    with left:
        show_endpoint_panel(state)
        settings = show_target(state)
    with right:
        show_sign_in_panel(state)
    with left:
        show_find_panel(state, arm_client(state))
    show_doctor_panel(state, settings, signed_in_source(state))
except WorkbenchError as error:
    show_error(error)
show_footer()
