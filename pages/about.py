"""The page that says what the program is, what it is not, and what it can be asked for."""

import streamlit as st

from components.entry import enter_page
from components.notices import show_footer
from core import about
from core.backends.demo import KNOWN
from core.prompts import vocabulary

enter_page()
st.header("About")
st.markdown(
    f"**{about.NOTICE}** A mask is a suggestion by a program. Look at it before you use it: a "
    "model draws something for almost any phrase, also for what is not in the image."
)

left, right = st.columns(2, gap="large")
with left:
    st.subheader("How it works")
    st.markdown(
        "1. Your image is turned into 8-bit colour, in words that stand under it.\n"
        "2. It is centred on a black square and scaled to 1024 × 1024 pixels: the switch "
        "**What the model sees** shows exactly that.\n"
        "3. The engine returns one probability map a phrase, which is brought back to the pixels "
        "of your file and cut at the threshold that you set.\n\n"
        "The phrase is the label. The category beside it is what the model thinks it drew; where "
        "the two do not go together you see a warning."
    )
with right:
    st.subheader("What leaves this computer")
    st.markdown(
        "With the demo engine: nothing. With an endpoint: the 1024 × 1024 picture and your "
        "phrases, which you see before the first one is sent. Never the file, its name, or "
        "anything from its header. Names that are drawn into the pixels are sent with them: "
        "look first."
    )

st.subheader("What the demo engine knows")
st.markdown(
    "Classical image processing, not MedImageParse. It looks for these and leaves any other "
    "phrase empty."
)
st.dataframe(
    [{"Phrases": ", ".join(t.phrases), "In": ", ".join(t.looks), "How": t.note} for t in KNOWN],
    hide_index=True,
    width="stretch",
)

st.subheader("What MedImageParse was trained on")
st.dataframe(
    [
        {"Modality": g.modality, "Site": g.site, "Targets": ", ".join(g.targets)}
        for g in vocabulary().groups
    ],
    hide_index=True,
    width="stretch",
)
show_footer()
