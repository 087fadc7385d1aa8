"""A page with one comparison and nothing else: what it shows is chosen by query parameters."""

import streamlit as st
from compare_app_parts import result_of, side_of

from components.language import choose_language
from components.viewer.compare import CompareSide, comparison
from core.analysis.comparison import pairs_of

st.set_page_config(layout="wide")
choose_language()
st.button("Rerun")
a, b = result_of("a"), result_of("b")
if "evil" in st.query_params:
    a = result_of("a", "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>")
left = side_of(a, "A engine, invented", "window bone")
right = side_of(b, "B engine, invented", "window lung")
pairs = pairs_of(a.phrases, b.phrases)
if "waiting" in st.query_params:
    right, pairs = CompareSide(b.frame, (), "Nobody yet", note="Press Compare to run this side"), ()
levels = comparison(left, right, pairs, key="test", viewer_key="viewer", file_stem="case 1")
st.write(f"levels {dict(levels.a.thresholds)} {dict(levels.b.thresholds)}" if levels else "none")
