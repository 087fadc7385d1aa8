"""Undo and redo of what a reader has drawn."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

# Random strokes and fills on two masks; the states as hashes, forwards, undone and made again.
SESSION = """(async () => {
    const [width, height, steps, kept] = values;
    const history = new lib.EditHistory(kept);
    const masks = {a: new Uint8Array(width * height), b: new Uint8Array(width * height)};
    let state = 7;
    const random = (below) => (state = (state * 48271) % 2147483647) % below;
    const point = () => [random(width * 8) / 8, random(height * 8) / 8];
    const all = async () => (await lib.maskHash(masks.a, width, height))
        + (await lib.maskHash(masks.b, width, height));
    const put = ({id, box, patch}) => lib.pasteBox(masks[id], width, box, patch);
    const forwards = [await all()];
    for (let n = 0; n < steps; n++) {
        const id = random(3) ? "a" : "b";
        const before = masks[id].slice();
        const box = n % 10 === 9 ? lib.smooth(masks[id], width, height, 2)
            : n % 10 === 5
            ? lib.fillPolygon(masks[id], width, height, [point(), point(), point()], 1)
            : lib.paintStroke(
                masks[id], width, height, [point(), point()], random(9), random(3) ? 1 : 0);
        history.record(id, masks[id], width, box, box && lib.cutBox(before, width, box));
        if (box) forwards.push(await all());
    }
    const undone = [];
    while (history.canUndo) { put(history.undo()); undone.push(await all()); }
    const redone = [];
    while (history.canRedo) { put(history.redo()); redone.push(await all()); }
    return [forwards, undone, redone, history.undo() !== null, history.redo() !== null];
})()"""


def test_a_hundred_steps_come_back_in_every_byte_and_can_be_made_again(library):
    forwards, undone, redone, _, _ = library(SESSION, 117, 93, 140, 100)
    assert len(forwards) > 120
    assert len(set(forwards)) > 110
    assert undone == forwards[-2:-102:-1]
    assert redone == forwards[-100:]


def test_with_few_steps_all_are_undone_to_the_empty_masks(library):
    forwards, undone, redone, _, _ = library(SESSION, 31, 40, 20, 100)
    assert undone[-1] == forwards[0]
    assert undone == forwards[-2::-1]
    assert redone == forwards[1:]


def test_nothing_to_undo_or_to_redo_is_said_so(library):
    answers = library(
        """(() => {
            const history = new lib.EditHistory();
            history.record("a", new Uint8Array(4), 2, null, null);
            return [history.canUndo, history.canRedo, history.undo(), history.redo()];
        })()"""
    )
    assert answers == [False, False, None, None]


# Three dots in a row on masks "a", "b", "a"; then `act` with the history.
DOTS = """(() => {
    const history = new lib.EditHistory();
    const masks = {a: new Uint8Array(9), b: new Uint8Array(9)};
    const dot = (id, at) => {
        masks[id][at] = 1;
        const box = {top: 0, bottom: 1, left: at, right: at + 1};
        history.record(id, masks[id], 9, box, Uint8Array.of(0));
    };
    dot("a", 0); dot("b", 1); dot("a", 2);
    const undo = () => { const step = history.undo(); return step && [step.id, step.box.left]; };
    const redo = () => { const step = history.redo(); return step && [step.id, step.box.left]; };
    return %s;
})()"""


def test_a_new_step_ends_what_could_be_made_again(library):
    assert library(DOTS % "[undo(), dot('b', 5), history.canRedo, redo(), undo(), undo()]") == [
        ["a", 2], None, False, None, ["b", 5], ["b", 1],
    ]  # fmt: skip


def test_the_steps_of_a_replaced_mask_are_forgotten(library):
    answers = library(
        DOTS % "[undo(), history.forget('a'), history.canRedo, undo(), undo(), redo()]"
    )
    assert answers == [["a", 2], None, False, ["b", 1], None, ["b", 1]]


def test_noise_over_the_whole_picture_takes_bounded_memory(library):
    sizes, undone = library(
        """(() => {
            const side = 512;
            const box = {top: 0, bottom: side, left: 0, right: side};
            const history = new lib.EditHistory(100, 2 ** 20);
            const mask = new Uint8Array(side * side);
            let state = 1;
            const sizes = [];
            for (let n = 0; n < 40; n++) {
                const before = mask.slice();
                for (let at = 0; at < mask.length; at++) {
                    state = (state * 48271) % 2147483647;
                    mask[at] = (state >> 8) & 1;
                }
                history.record("a", mask, side, box, before);
                sizes.push(history.byteLength);
            }
            let undone = 0;
            while (history.undo()) undone++;
            return [sizes, undone];
        })()"""
    )
    assert max(sizes) <= 2**20
    assert undone == 2**20 // (2 * (512 * 512 // 8 + 1))


def test_the_newest_step_stays_however_large_it_is(library):
    assert library(
        """(() => {
            const history = new lib.EditHistory(100, 1);
            const box = {top: 0, bottom: 8, left: 0, right: 8};
            const mask = new Uint8Array(64);
            for (let n = 0; n < 3; n++) history.record("a", mask, 8, box, mask);
            return [history.undo() !== null, history.undo()];
        })()"""
    ) == [True, None]


def test_a_hundred_strokes_on_a_large_picture_take_little_memory(library):
    assert 0 < library(
        """(() => {
            const history = new lib.EditHistory();
            const mask = new Uint8Array(2048 * 2048);
            for (let n = 0; n < 100; n++) {
                const before = mask.slice();
                const points = [[n * 20, 100], [1000, 19 * n]];
                const box = lib.paintStroke(mask, 2048, 2048, points, 20, n % 3 === 2 ? 0 : 1);
                history.record("a", mask, 2048, box, lib.cutBox(before, 2048, box));
            }
            return history.byteLength;
        })()"""
    ) < 4 * 2**20  # fmt: skip
