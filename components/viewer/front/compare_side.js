import { h } from "./dom.js";
import { hooksOf } from "./hooks.js";
import { PointerInput } from "./input.js";
import { Marks } from "./marks.js";
import { Painter } from "./painter.js";
import { t } from "./texts.js";

/** One of the two pictures: its canvas, what is written above and over it, and the other's pointer. */
export class Side {
  /**
   * @param {"a" | "b"} name
   * @param {object} wish What `PointerInput` tells.
   * @param {() => object} look What the painter draws.
   * @param {object} options For the painter.
   */
  constructor(name, wish, look, options) {
    this.name = name;
    const letter = name.toUpperCase();
    this.marks = new Marks();
    this.title = h("span.title");
    this.engine = h("span.engine");
    this.note = h("div.off-note", { hidden: true });
    this.cross = h("div.cross", { hidden: true });
    this.box = h(`div.picture.side-${name}`, { tabIndex: 0, role: "group",
      "aria-label": t("Picture {letter}", { letter }) },
      ...this.marks.elements, this.note, this.cross);
    this.caption = h(`div.side-caption.side-${name}`, {}, h("b", {}, letter),
      h("div", {}, this.title, this.engine));
    this.painter = new Painter(this.box, look, options);
    this.pointer = new PointerInput(this.box, { ...wish, slice: null });
  }

  /** Both sides move as one: they look through the same view. */
  join(other) {
    this.painter.view = other.painter.view;
  }

  /** Texts that belong to what is on show. */
  describe({ shown, image }) {
    this.title.textContent = shown.title;
    this.engine.textContent = shown.engine;
    this.marks.waiting.hidden = true;
    this.marks.setLetters(image.letters);
  }

  /** Draw the picture of a scene with these masks. */
  show(scene, stack) {
    this.painter.show(scene.picture, stack, scene.data.image.spacing);
  }

  /** Marks that depend on the zoom. */
  follow(spacing) {
    this.marks.follow(this.painter.view, spacing, this.painter.ratio);
  }

  /** Say something over the picture, or nothing. */
  say(text) {
    this.note.hidden = !text;
    this.note.textContent = text;
  }

  /** Mark the point at which the pointer is over the other picture; CSS pixels, or null. */
  point(place) {
    this.cross.hidden = !place;
    if (place) this.cross.style.translate = `${place[0]}px ${place[1]}px`;
  }

  hooks(move) {
    return hooksOf(this.painter, move);
  }

  destroy() {
    this.painter.destroy();
  }
}
