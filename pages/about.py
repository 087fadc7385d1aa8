"""The page that says what the program is, what it is not, and what it can be asked for."""

import streamlit as st

from components.entry import enter_page
from components.language import t, told
from components.notices import show_footer
from core import about
from core.backends.demo import KNOWN
from core.prompts import vocabulary

_SUGGESTION = (
    "**{notice}** A mask is a suggestion by a program. Look at it before you use it: a model draws "
    "something for almost any phrase, also for what is not in the image."
)
_STEPS = (
    "1. Your image is turned into 8-bit colour, in words that stand under it.\n"
    "2. It is centred on a black square and scaled to 1024 × 1024 pixels: the switch "
    "**What the model sees** shows exactly that.\n"
    "3. The engine returns one probability map a phrase, which is brought back to the pixels "
    "of your file and cut at the threshold that you set.\n\n"
    "The phrase is the label. The category beside it is what the model thinks it drew; where "
    "the two do not go together you see a warning."
)
_LEAVES = (
    "With the demo engine and the local model: nothing. With an endpoint: the 1024 × 1024 "
    "picture and your phrases, which you see before the first one is sent. Never the file, "
    "its name, or anything from its header. Names that are drawn into the pixels are sent "
    "with them: look first."
)
_DEMO = (
    "Classical image processing, not MedImageParse. It looks for these and leaves any other "
    "phrase empty."
)

enter_page()
st.header(t("About"))
st.markdown(t(_SUGGESTION, notice=told(about.NOTICE)))

left, right = st.columns(2, gap="large")
with left:
    st.subheader(t("How it works"))
    st.markdown(t(_STEPS))
with right:
    st.subheader(t("What leaves this computer"))
    st.markdown(t(_LEAVES))

st.subheader(t("What the demo engine knows"))
st.markdown(t(_DEMO))
st.dataframe(
    [
        {
            t("Phrases"): ", ".join(target.phrases),
            t("In"): ", ".join(told(look) for look in target.looks),
            t("How"): told(target.note),
        }
        for target in KNOWN
    ],
    hide_index=True,
    width="stretch",
)

st.subheader(t("What MedImageParse was trained on"))
st.dataframe(
    [
        {t("Kind of picture"): told(group.title), t("Targets"): ", ".join(group.targets)}
        for group in vocabulary().groups
    ],
    hide_index=True,
    width="stretch",
    column_config={t("Kind of picture"): st.column_config.TextColumn(width=220)},
)
show_footer()
