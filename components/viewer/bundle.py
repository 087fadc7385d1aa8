"""The viewer's front end, joined from its source files into the strings that Streamlit takes."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path

FRONT = Path(__file__).parent / "front"

# In the order of their dependencies; each is a plain ES module.
_LIBRARY = (
    "store.js", "texts.js", "numbers.js", "png.js", "zip.js", "sha256.js", "geometry.js",
    "ramp.js", "overlaps.js", "masks.js", "shaders.js", "gl.js", "dom.js", "canvas2d.js",
    "settings.js", "export_words.js", "levels.js", "manifest.js", "export.js", "scene.js",
    "painter.js", "camera.js", "input.js", "slices.js", "marks.js", "stage.js", "curve.js",
    "legend.js", "controls.js", "panel.js", "hooks.js", "replies.js", "mounting.js", "viewer.js",
    "compare_numbers.js",
    "compare_settings.js", "compare_model.js", "compare_side.js", "compare_table.js",
    "compare_stage.js", "compare_export.js", "swipe.js", "compare.js",
    "edit_box.js", "edit_raster.js", "edit_region.js", "edit_morph.js", "edit_codec.js",
    "edit_history.js", "drafts.js", "active_time.js", "courier.js", "standing.js", "packing.js",
    "shown_masks.js", "outbox.js", "decision_words.js", "pins.js", "draft_status.js",
    "decision_bar.js", "edit_settings.js", "edit_layers.js", "edit_tools.js", "edit_actions.js",
    "edit_cursor.js", "edit_hand.js", "edit_keys.js", "edit_toolbar.js", "edit_panel.js",
    "edit_pins.js", "edit_view.js", "editor.js", "editor_mount.js",
)  # fmt: skip
_STYLES = ("viewer.css", "compare.css", "edit.css", "decision.css")
_IMPORT = re.compile(r"^import .*;\n", re.MULTILINE)
_EXPORTED = re.compile(r"^export (?:async )?(?:function|class|const) (\w+)", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def _joined(*names: str) -> str:
    """One module from several: without the imports between them and their named exports."""
    source = "\n".join((FRONT / name).read_text("utf-8") for name in names)
    return _EXPORT.sub("", _IMPORT.sub("", source))


@cache
def carrier_js() -> str:
    """The module of the invisible component that brings packets to the page."""
    return _joined("store.js", "carrier.js")


@cache
def mount_js() -> str:
    """The module that Streamlit mounts; it waits for the library and hands over to it."""
    return _joined("store.js", "mount.js")


@cache
def library_js() -> bytes:
    """The viewer itself with its styles, a module with the exports of all of its files."""
    style = json.dumps("\n".join((FRONT / name).read_text("utf-8") for name in _STYLES))
    source = f"const STYLE = {style};\n{_joined(*_LIBRARY)}"
    exported = [_EXPORTED.findall((FRONT / name).read_text("utf-8")) for name in _LIBRARY]
    names = [name for found in exported for name in found]
    return f"{source}\nexport {{ {', '.join(names)} }};\n".encode()


@cache
def library_hash() -> str:
    """Content hash of :func:`library_js`."""
    return hashlib.sha256(library_js()).hexdigest()[:24]
