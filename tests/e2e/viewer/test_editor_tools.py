"""What a reader does with the editor: keys, sizes, undo, labels, touch, a look at the original."""

from __future__ import annotations

import numpy as np
import pytest
import viewer_app_parts as parts
from editor_page import swept

pytestmark = pytest.mark.browser

SIZE = (96, 128)  # rows, columns
LINE = [(20.0, 14.0), (34.0, 20.0)]  # outside of all masks


def ai(number: int = 0) -> np.ndarray:
    return parts.soft_mask(*SIZE, number) >= 128


def pressed(editor_page, name: str) -> bool:
    button = editor_page.page.get_by_role("button", name=name)
    return button.get_attribute("aria-pressed") == "true"


def test_undo_and_redo_go_through_the_changes_of_all_labels(editor_page):
    editor_page.open()
    masks = [editor_page.mask("0-0"), editor_page.mask("0-1")]
    editor_page.drag(LINE)
    editor_page.key(".")
    editor_page.drag(LINE)
    editor_page.key(",", "w")
    drawn = [editor_page.mask("0-0"), editor_page.mask("0-1")]
    editor_page.key("Control+z", "Control+z")
    assert np.array_equal(editor_page.mask("0-1"), masks[1])
    assert not np.array_equal(editor_page.mask("0-0"), masks[0])
    editor_page.page.get_by_role("button", name="Undo").click()
    assert np.array_equal(editor_page.mask("0-0"), masks[0])
    assert editor_page.page.get_by_role("button", name="Undo").is_disabled()
    # Whoever keeps the work is told of every step, and a row says that nothing is changed any more.
    assert editor_page.drawn() == ["0-0", "0-1", "0-0", "0-0", "0-1", "0-0"]
    assert np.array_equal(editor_page.committed(), masks[0])
    assert "edited" not in editor_page.row("disc").inner_text()
    editor_page.key("Control+y", "Control+Shift+z", "Control+y")
    assert np.array_equal(editor_page.mask("0-0"), drawn[0])
    assert np.array_equal(editor_page.mask("0-1"), drawn[1])
    assert editor_page.page.get_by_role("button", name="Redo").is_disabled()


def test_a_hundred_steps_can_be_taken_back(editor_page):
    editor_page.open()
    editor_page.set_number("Size", 1)
    for step in range(103):
        editor_page.click((4.5 + 2 * (step % 20), 4.5 + 2 * (step // 20)))
    for _ in range(103):
        editor_page.key("Control+z")
    assert np.count_nonzero(editor_page.mask() & ~ai()) == 3


def test_a_row_says_what_was_added_and_removed(editor_page):
    editor_page.open(row_mm=2)
    assert "edited" not in editor_page.row("disc").inner_text()
    editor_page.set_number("Size", 8)
    added = swept(SIZE, editor_page.drag(LINE), 4) & ~ai()
    row, column = np.argwhere(ai())[30]
    editor_page.key("e")
    removed = swept(SIZE, [editor_page.click((column + 0.5, row + 0.5))], 4) & ai()
    text = editor_page.row("disc").inner_text()
    assert f"+{added.sum()} px" in text
    assert f"−{removed.sum()} px" in text
    assert f"{editor_page.mask().sum():,} px" in text
    assert "edited" not in editor_page.row("dark corner").inner_text()


def test_the_brush_changes_its_size_by_keys_and_by_alt_and_wheel(editor_page):
    editor_page.open()
    size = editor_page.page.locator(".number").filter(has_text="Size").locator("input")
    assert size.input_value() == "12"
    editor_page.key("]", "]")
    assert size.input_value() == "17"
    editor_page.key("[")
    assert size.input_value() == "14"
    scale = editor_page.call("viewer.scale()")
    editor_page.page.keyboard.down("Alt")
    editor_page.page.mouse.wheel(0, -100)
    editor_page.page.keyboard.up("Alt")
    editor_page.page.wait_for_function("() => true")
    assert size.input_value() == "17"
    assert editor_page.call("viewer.scale()") == scale
    editor_page.page.mouse.wheel(0, -100)
    editor_page.page.wait_for_timeout(100)
    assert editor_page.call("viewer.scale()") > scale
    assert size.input_value() == "17"


def test_the_ring_has_the_true_size_of_the_brush(editor_page):
    editor_page.open(row_mm=2)
    editor_page.set_number("Size", 20)
    x, y = editor_page.on_page((64, 48))
    editor_page.page.mouse.move(x, y)
    ring = editor_page.page.locator(".ring").bounding_box()
    (left, top), (right, bottom) = editor_page.point(54, 38), editor_page.point(74, 58)
    assert ring["width"] == pytest.approx(right - left, abs=1)
    assert ring["height"] == pytest.approx(bottom - top, abs=1)
    assert ring["x"] + ring["width"] / 2 == pytest.approx(x, abs=1)
    assert ring["y"] + ring["height"] / 2 == pytest.approx(y, abs=1)


def test_the_browser_remembers_the_tool_and_its_size(editor_page):
    editor_page.open()
    editor_page.key("e").set_number("Size", 31)
    editor_page.page.reload()
    editor_page.ready()
    assert pressed(editor_page, "Eraser (E)")
    size = editor_page.page.locator(".number").filter(has_text="Size").locator("input")
    assert size.input_value() == "31"


def test_nonsense_in_the_browsers_storage_gives_the_usual_brush(editor_page):
    editor_page.open()
    editor_page.page.evaluate(
        """() => localStorage.setItem("medimageparse-workbench.editor",
            '{"tool": "hammer", "size": -4, "level": "x"}')"""
    )
    editor_page.page.reload()
    editor_page.ready()
    assert pressed(editor_page, "Brush (B)")
    where = editor_page.drag(LINE)
    assert np.array_equal(editor_page.committed(), ai() | swept(SIZE, where, 6))


@pytest.mark.parametrize("way", ["space", "middle", "tool"])
def test_the_picture_is_moved_without_drawing(editor_page, way):
    editor_page.open()
    editor_page.zoom_to(12, 64, 48)
    x, y = editor_page.on_page((64, 48))
    editor_page.page.mouse.move(x, y)
    if way == "space":
        editor_page.page.keyboard.down(" ")
    elif way == "tool":
        editor_page.key("v")
    with editor_page.pressed((64, 48), "middle" if way == "middle" else "left"):
        editor_page.page.mouse.move(x - 90, y + 30, steps=3)
    editor_page.page.keyboard.up(" ")
    assert np.allclose(editor_page.point(64, 48), (x - 90, y + 30), atol=7)
    assert editor_page.drawn() == []
    assert not editor_page.page.get_by_text("Masks hidden").is_visible()


def test_a_tap_of_the_space_bar_hides_the_masks_and_drawing_brings_them_back(editor_page):
    editor_page.open()
    editor_page.key(" ")
    assert editor_page.page.get_by_text("Masks hidden").is_visible()
    editor_page.drag(LINE)
    assert not editor_page.page.get_by_text("Masks hidden").is_visible()
    assert editor_page.drawn() == ["0-0"]


def test_a_hidden_label_shows_when_it_is_drawn_on(editor_page):
    editor_page.open()
    editor_page.key("1")
    eye = editor_page.row("disc").get_by_role("button", name="Show disc")
    assert eye.get_attribute("aria-pressed") == "false"
    editor_page.drag(LINE)
    assert eye.get_attribute("aria-pressed") == "true"


def test_the_original_shows_while_q_is_held_and_is_not_drawn_on(editor_page):
    editor_page.open()
    column, row = (int(at) for at in editor_page.drag(LINE)[0])
    bare = parts.picture(*SIZE, 0)[row, column].tolist()
    assert editor_page.pixel_at(column, row) != bare
    editor_page.page.keyboard.down("q")
    assert editor_page.pixel_at(column, row) == bare
    assert editor_page.page.get_by_text("The AI's original ·").is_visible()
    editor_page.drag([(60, 12), (80, 12)])
    assert editor_page.drawn() == ["0-0"]
    editor_page.page.wait_for_timeout(300)
    editor_page.page.keyboard.up("q")
    assert editor_page.pixel_at(column, row) != bare
    assert "edited" in editor_page.row("disc").inner_text()


def test_a_new_label_starts_empty_and_is_the_one_that_is_drawn_on(editor_page):
    editor_page.open()
    editor_page.drag(LINE)
    before = editor_page.mask("0-0")
    editor_page.key("j")
    editor_page.page.keyboard.type("a cyst")
    editor_page.page.keyboard.press("Enter")
    editor_page.row("a cyst").wait_for()
    editor_page.ready()
    assert not editor_page.mask("0-2").any()
    where = editor_page.drag(LINE)
    assert np.array_equal(editor_page.committed(), swept(SIZE, where, 6))
    assert editor_page.drawn() == ["0-0", "0-2"]
    assert np.array_equal(editor_page.mask("0-0"), before)


def test_a_mask_is_copied_from_another_label(editor_page):
    editor_page.open()
    editor_page.key("d")
    editor_page.page.get_by_label("Label to copy from").select_option("dark corner")
    editor_page.page.get_by_role("button", name="Copy", exact=True).click()
    assert editor_page.drawn() == ["0-0"]
    assert np.array_equal(editor_page.committed(), ai(1))
    editor_page.key("Control+z")
    assert np.array_equal(editor_page.mask(), ai())


def test_a_label_is_chosen_by_a_click_or_by_keys(editor_page):
    editor_page.open(labels=3)
    editor_page.row("dark corner").click()
    editor_page.drag(LINE)
    editor_page.key(".", ".")
    editor_page.drag(LINE)
    editor_page.key(",")
    editor_page.drag(LINE)
    assert editor_page.drawn() == ["0-1", "0-0", "0-2"]


def test_keys_are_listed_and_those_of_decisions_are_handed_on(editor_page):
    editor_page.open()
    editor_page.key("?")
    listed = editor_page.page.locator(".help").inner_text()
    for text in ("accept", "Brush", "Lasso", "undo, redo", "Smooth the contour", "original"):
        assert text in listed
    editor_page.key("Escape", "a", "Enter", "Backspace", "Control+a")
    assert editor_page.page.evaluate("editorRecord.keys") == ["a", "Enter", "Backspace"]
    editor_page.page.get_by_role("button", name="New label").click()
    editor_page.page.keyboard.type("brae")
    assert editor_page.page.evaluate("editorRecord.keys.length") == 3
    assert pressed(editor_page, "Brush (B)")


@pytest.mark.parametrize(
    ("key", "name"),
    [("b", "Brush"), ("e", "Eraser"), ("t", "Probability brush"), ("p", "Polygon"), ("l", "Lasso"),
     ("g", "Probability fill"), ("k", "Keep only"), ("x", "Remove the"), ("v", "Move the picture")],
)  # fmt: skip
def test_every_tool_has_its_key(editor_page, key, name):
    editor_page.open()
    editor_page.key("v" if key == "b" else "b", key)
    rail = editor_page.page.get_by_role("toolbar", name="Tools")
    tools = rail.get_by_role("button", pressed=True)
    assert tools.count() == 1
    title = tools.first.get_attribute("title")
    assert title.startswith(name)
    assert title.endswith(f"({key.upper()})")


def test_a_finished_reading_shows_no_tools(editor_page):
    editor_page.open(read_only=1)
    assert not editor_page.page.get_by_role("toolbar", name="Tools").is_visible()
    assert not editor_page.page.get_by_role("button", name="New label").is_visible()
    before = editor_page.mask()
    editor_page.key("b", "w", "Control+z")
    editor_page.zoom_to(12, 64, 48)
    x, y = editor_page.on_page((64, 48))
    with editor_page.pressed((64, 48)):
        editor_page.page.mouse.move(x - 60, y, steps=2)
    assert np.allclose(editor_page.point(64, 48), (x - 60, y), atol=7)
    assert np.array_equal(editor_page.mask(), before)
    assert editor_page.drawn() == []
    editor_page.key("a")
    assert editor_page.page.evaluate("editorRecord.keys") == ["b", "w", "a"]


def touches(editor_page):
    session = editor_page.page.context.new_cdp_session(editor_page.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [editor_page.on_page(point) for point in points]
        session.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y, "id": n}
                                           for n, (x, y) in enumerate(places)]},
        )  # fmt: skip

    return touch


def test_one_finger_draws(editor_page):
    editor_page.open()
    touch = touches(editor_page)
    touch("touchStart", LINE[0])
    touch("touchMove", LINE[1])
    touch("touchEnd")
    where = editor_page.image_points([editor_page.on_page(point) for point in LINE])
    assert np.array_equal(editor_page.committed(), ai() | swept(SIZE, where, 6))


def test_a_second_finger_zooms_and_takes_back_what_the_first_drew(editor_page):
    editor_page.open()
    scale = editor_page.call("viewer.scale()")
    touch = touches(editor_page)
    touch("touchStart", (40, 48))
    touch("touchMove", (44, 48))
    touch("touchStart", (44, 48), (70, 48))
    for spread in (8, 16, 24):
        touch("touchMove", (44 - spread, 48), (70 + spread, 48))
    touch("touchEnd")
    assert editor_page.call("viewer.scale()") > 1.3 * scale
    assert np.array_equal(editor_page.mask(), ai())
    assert editor_page.drawn() == []


def test_a_pen_draws_and_its_other_end_erases(editor_page):
    editor_page.open()
    session = editor_page.page.context.new_cdp_session(editor_page.page)

    def pen(kind: str, point: tuple[float, float], buttons: int = 1) -> None:
        x, y = editor_page.on_page(point)
        session.send(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1,
             "pointerType": "pen", "force": 0.5},
        )  # fmt: skip

    pen("mousePressed", LINE[0])
    pen("mouseMoved", LINE[1])
    pen("mouseReleased", LINE[1], 0)
    where = editor_page.image_points([editor_page.on_page(point) for point in LINE])
    assert np.array_equal(editor_page.committed(), ai() | swept(SIZE, where, 6))
    # The palm on the glass moves the picture and does not draw.
    touch = touches(editor_page)
    touch("touchStart", (60, 12))
    touch("touchMove", (80, 12))
    touch("touchEnd")
    assert editor_page.drawn() == ["0-0"]
    middle = editor_page.on_page(LINE[0])
    editor_page.page.evaluate(
        """([x, y]) => {
            const host = [...document.querySelectorAll('.stBidiComponent > * > *')]
                .map((element) => element.shadowRoot?.querySelector('.medviewer')).find(Boolean);
            const box = host.querySelector('.picture');
            box.setPointerCapture = () => {};
            for (const [type, buttons] of [["pointerdown", 32], ["pointerup", 0]]) {
                box.dispatchEvent(new PointerEvent(type, {bubbles: true, pointerId: 9,
                    pointerType: "pen", button: 5, buttons, clientX: x, clientY: y}));
            }
        }""",
        middle,
    )
    spot = editor_page.image_points([middle])
    wanted = (ai() | swept(SIZE, where, 6)) & ~swept(SIZE, spot, 6)
    assert np.array_equal(editor_page.committed(), wanted)


def test_a_rerun_of_the_page_leaves_the_work_alone(editor_page):
    editor_page.open()
    where = editor_page.drag(LINE)
    editor_page.click_and_wait("Rerun")
    assert np.array_equal(editor_page.mask(), ai() | swept(SIZE, where, 6))
    editor_page.key("Control+z")
    assert np.array_equal(editor_page.mask(), ai())


def test_the_next_item_starts_afresh(editor_page):
    editor_page.open()
    editor_page.drag(LINE)
    editor_page.click_and_wait("Next item")
    assert np.array_equal(editor_page.mask("1-0"), ai())
    assert editor_page.page.get_by_role("button", name="Undo").is_disabled()
    editor_page.drag(LINE)
    assert editor_page.drawn() == ["0-0", "1-0"]


def test_a_draft_that_is_brought_back_is_shown_and_can_be_undone(editor_page):
    editor_page.open()
    editor_page.call("host.editor.setMask('0-0', new Uint8Array(96 * 128).fill(1, 0, 128 * 4))")
    assert editor_page.mask()[:4].all()
    assert editor_page.drawn() == []
    assert f"+{4 * 128} px" in editor_page.row("disc").inner_text()
    editor_page.key("Control+z")
    assert np.array_equal(editor_page.mask(), ai())


def test_a_place_is_asked_for_and_pins_lie_where_they_belong(editor_page):
    editor_page.open()
    editor_page.call("(host.editor.pick().then((place) => { window.picked = place; }), null)")
    editor_page.click((30.5, 20.5))
    editor_page.page.wait_for_function("() => window.picked")
    assert editor_page.page.evaluate("window.picked") == {"row": 20, "column": 30}
    assert editor_page.drawn() == []
    editor_page.call(
        """host.editor.setPins([{id: "p", row: 20, column: 30, text: "unclear"}],
                                (id) => { window.opened = id; })"""
    )
    pin = editor_page.page.get_by_role("button", name="Comment 1: unclear")
    for scale in (3, 9):
        editor_page.zoom_to(scale, 40, 30)
        box = pin.bounding_box()
        centre = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert np.allclose(centre, editor_page.point(30, 20), atol=1.5)
    pin.click()
    assert editor_page.page.evaluate("window.opened") == "p"
