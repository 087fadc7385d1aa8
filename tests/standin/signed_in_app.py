"""A page of the workbench where somebody is signed in: run with PAGE set to its file.

``PAGE=pages/deploy.py MIP_ARM_URL=... streamlit run tests/standin/signed_in_app.py``.
"""

import os
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402 - the project is not installed: its folder comes first

from components.connection import arm_client  # noqa: E402
from components.entry import THROUGH_THE_DOOR  # noqa: E402
from components.find_panel import show_find_panel  # noqa: E402
from components.page_style import apply_page_style  # noqa: E402
from components.state import session  # noqa: E402
from tests.standin.tokens import FixedSource  # noqa: E402

st.set_page_config(layout="wide")
apply_page_style()
state = session()
if state.source is None and not os.environ.get("SIGNED_OUT"):
    state.source = FixedSource()
page = os.environ["PAGE"]
if page == "find":
    show_find_panel(state, arm_client(state))
else:
    st.session_state[THROUGH_THE_DOOR] = True
    runpy.run_path(str(ROOT / page))
