"""Nothing is drawn that has not gone through ``t``; the files still to do are listed here."""

from __future__ import annotations

from language_core import ROOT
from language_drawn import unwrapped_in_javascript
from language_wrapped import unwrapped, wrapped_in_javascript, wrapped_in_python

# Files whose texts are not wrapped yet. Take a file out when it is done; the list ends empty.
NOT_YET: tuple[str, ...] = ()
# What these say stands in files, which are English, or is read by a graphics card.
_IN_FILES = frozenset({
    "compare_export.js", "export.js", "export_words.js", "manifest.js", "shaders.js",
})  # fmt: skip
# Names of languages stand in their own language.
_IN_EVERY_LANGUAGE = "Language / Lingua"


def _literals():
    files = [*(ROOT / "components").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"]
    found = {file.relative_to(ROOT).as_posix(): unwrapped(file) for file in sorted(files)}
    return {
        path: drawn
        for path, lines in found.items()
        if (drawn := [line for line in lines if _IN_EVERY_LANGUAGE not in line])
    }


def test_a_page_draws_no_text_that_has_not_gone_through_t():
    assert {path: drawn for path, drawn in _literals().items() if path not in NOT_YET} == {}


def test_the_list_of_files_to_do_holds_no_file_that_is_done():
    assert sorted(set(NOT_YET) - _literals().keys()) == []


def test_texts_are_seen_wherever_they_are_drawn(tmp_path):
    page = tmp_path / "page.py"
    page.write_text(
        "LABEL = 'Label'\n"
        "st.button(LABEL, help=f'Of {n} files')\n"
        "left.caption(plain('Left') if x else t('Right'))\n"
        "st.selectbox(t('Pick'), options, placeholder='None')\n"
        "st.column_config.NumberColumn('Area')\n"
        "st.markdown(f':material/info: **{told(x)}** &nbsp; :gray[{n}]')\n"
        "_log.info('not for readers')\n"
    )
    shown = [line.split(": ", 1)[1] for line in unwrapped(page)]
    assert sorted(shown) == ["'Area'", "'Label'", "'Left'", "'None'", "'Of {0} files'"]


def test_a_text_that_cannot_be_found_is_complained_about(tmp_path):
    page = tmp_path / "page.py"
    page.write_text(
        "NAMES = {'a': 'First', 'b': 'Second'}\n"
        "t('{count} masks', count=3)\n"
        "t(NAMES[key])\n"
        "t('One' if n == 1 else 'Many')\n"
        "t(f'{n} masks')\n"
        "t('{count} files', number=3)\n"
    )
    found = wrapped_in_python([page])
    texts = {"{count} masks", "First", "Second", "One", "Many", "{count} files"}
    assert found.texts.keys() == texts
    assert [complaint.split(":")[1] for complaint in found.complaints] == ["5", "6"]


def test_texts_of_the_viewer_are_found_in_its_javascript(tmp_path):
    script = tmp_path / "panel.js"
    script.write_text(
        "export function t(text) { return text; }\n"
        'button.append(t("Measure")); canvas.getContext("2d"); at("x");\n'
        'note(t("A long text that " +\n  "goes on: {count} \\"px\\"", { count }));\n'
        "note(t(name));\n"
    )
    found = wrapped_in_javascript([script])
    assert found.texts.keys() == {"Measure", 'A long text that goes on: {count} "px"'}
    assert [complaint.split(":")[1] for complaint in found.complaints] == ["5"]


def test_the_viewer_draws_no_text_that_has_not_gone_through_t():
    scripts = sorted((ROOT / "components" / "viewer" / "front").glob("*.js"))
    drawn = [unwrapped_in_javascript(file) for file in scripts if file.name not in _IN_FILES]
    assert [line for lines in drawn for line in lines] == []


def test_texts_are_seen_wherever_the_viewer_draws_them(tmp_path):
    script = tmp_path / "panel.js"
    script.write_text(
        'import { h } from "./dom.js"; // no text at all\n'
        'throw new Error("not for readers");\n'
        'box.title = "hidden"; row.setAttribute("aria-label", `Mask ${n}`);\n'
        'h("p.hint", {}, "none"); h("b", { title: t("A long text that " +\n  "goes on") });\n'
        'note(`${n} of them`, "two words", "Fill", "outline", `${a ? "One pixel" : ""}`);\n'
        'key === "Escape" && press("ArrowUp", "button.tool wide");\n'
    )
    shown = [line.split(": ", 1)[1] for line in unwrapped_in_javascript(script)]
    assert sorted(shown) == sorted([
        "'hidden'", "'Mask ${n}'", "'none'", "'${n} of them'", "'two words'", "'Fill'",
        "'One pixel'",
    ])  # fmt: skip
