"""The page that gets BiomedParse to run on this computer: PyTorch, weights, memory, a trial."""

import streamlit as st

from components.entry import enter_page
from components.language import t
from components.local_model_panel import show_local_model
from components.notices import show_error, show_footer
from core.errors import WorkbenchError

enter_page()
st.header(t("Local model"))
st.caption(
    t(
        "BiomedParse on the computer that runs this program: no account and no cost for a run, and "
        "no picture leaves it."
    )
)
try:
    show_local_model()
except WorkbenchError as error:
    show_error(error)
show_footer()
