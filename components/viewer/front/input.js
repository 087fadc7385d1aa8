/** Pointer, wheel and keyboard, turned into what the user wants. */

const LINE_PX = 33; // what a wheel reports as one line
const SLICE_PX = 40; // wheel travel for one slice
const NOTCH_PX = 100; // wheel travel that is one step of a size
const TAP_MS = 250; // a shorter press of a key switches, a longer one is held
const PEN_ERASER = 5; // the button that the back end of a pen reports

/**
 * Listen on the picture.
 *
 * @param {HTMLElement} box
 * @param {object} wish zoom(x, y, factor), pan(dx, dy), hover(x, y), leave(), fit(), and
 *     slice(step) or null when there are no slices; x and y in CSS pixels from the box's corner.
 *     Where something can be drawn also `draw` with begin(x, y, event) (false leaves the pointer to
 *     panning), move(points), end(), cancel(), and resize(notches, event) (false: the wheel zooms).
 */
export class PointerInput {
  #pointers = new Map(); // id -> [x, y]
  #drawing = null; // id of the pointer that draws
  #penSeen = false; // with a pen in the hand, fingers and the palm do not draw
  #travel = 0;

  constructor(box, wish) {
    Object.assign(this, { box, wish });
    const listen = (name, listener, options) =>
      box.addEventListener(name, (event) => this.#onPicture(event) && listener(event), options);
    listen("wheel", (event) => this.#wheel(event), { passive: false });
    listen("pointerdown", (event) => this.#down(event));
    listen("dblclick", () => wish.fit());
    box.addEventListener("pointermove", (event) => this.#move(event));
    box.addEventListener("pointerup", (event) => this.#up(event, "end"));
    box.addEventListener("pointercancel", (event) => this.#up(event, "cancel"));
    box.addEventListener("pointerleave", () => wish.leave());
  }

  /** Controls that lie over the picture keep their own events. */
  #onPicture(event) {
    return !event.target.closest("button, input, .help");
  }

  #place(event) {
    const corner = this.box.getBoundingClientRect();
    return [event.clientX - corner.left, event.clientY - corner.top];
  }

  #wheel(event) {
    event.preventDefault();
    const delta = event.deltaY * (event.deltaMode === 1 ? LINE_PX : event.deltaMode === 2 ? 400 : 1);
    if (this.wish.resize?.(-delta / NOTCH_PX, event)) return;
    if (this.wish.slice && !event.ctrlKey && !event.metaKey) {
      this.#travel += delta;
      const steps = Math.trunc(this.#travel / SLICE_PX);
      this.#travel -= steps * SLICE_PX;
      // One notch of a wheel is one slice, however far the system says that it went.
      if (steps !== 0) this.wish.slice(Math.abs(delta) >= 100 ? Math.sign(steps) : steps);
      if (Math.abs(delta) >= 100) this.#travel = 0;
      return;
    }
    const speed = event.ctrlKey && Math.abs(delta) < 50 ? 0.01 : 0.0016;
    this.wish.zoom(...this.#place(event), Math.exp(-delta * speed));
  }

  #down(event) {
    if (event.button > 1 && event.button !== PEN_ERASER) return;
    const place = this.#place(event);
    this.#pointers.set(event.pointerId, place);
    this.box.setPointerCapture(event.pointerId);
    if (this.#draws(place, event)) return;
    this.#stopDrawing("cancel");
    this.box.classList.add("dragging");
  }

  /** Whether this pointer draws; a second finger turns drawing into zooming. */
  #draws(place, event) {
    const { draw } = this.wish;
    this.#penSeen ||= event.pointerType === "pen";
    const isPalm = this.#penSeen && event.pointerType === "touch";
    if (!draw || this.#pointers.size > 1 || event.button === 1 || isPalm) return false;
    if (!draw.begin(...place, event)) return false;
    this.#drawing = event.pointerId;
    return true;
  }

  #stopDrawing(how) {
    if (this.#drawing === null) return;
    this.#drawing = null;
    this.wish.draw[how]();
  }

  #move(event) {
    const [x, y] = this.#place(event);
    const before = this.#pointers.get(event.pointerId);
    if (event.pointerId === this.#drawing) {
      const passed = event.getCoalescedEvents?.() ?? [];
      this.wish.draw.move((passed.length > 0 ? passed : [event]).map((one) => this.#place(one)));
    } else if (before) {
      const others = [...this.#pointers].filter(([id]) => id !== event.pointerId);
      this.#pointers.set(event.pointerId, [x, y]);
      if (others.length === 0) this.wish.pan(x - before[0], y - before[1]);
      else this.#pinch(before, [x, y], others[0][1]);
    }
    if (this.#pointers.size < 2) this.wish.hover(x, y);
  }

  #pinch(before, now, other) {
    const spread = ([x, y]) => Math.hypot(x - other[0], y - other[1]);
    const [x, y] = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
    this.wish.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    this.wish.zoom(x, y, spread(now) / Math.max(1, spread(before)));
  }

  #up(event, how) {
    if (event.pointerId === this.#drawing) this.#stopDrawing(how);
    this.#pointers.delete(event.pointerId);
    if (this.#pointers.size === 0) this.box.classList.remove("dragging");
  }
}

const TYPING = new Set(["text", "search", "number", "email", "password", "url", "tel", "date", "time"]);

function isTyping(target) {
  if (target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName)) return true;
  return target.tagName === "INPUT" && TYPING.has(target.type);
}

/** Keys that a focused control needs for itself. */
function isTaken(target, key) {
  if (key === " " || key === "Enter") return ["BUTTON", "INPUT", "A", "SUMMARY"].includes(target.tagName);
  const arrows = key.startsWith("Arrow") || key.startsWith("Page") || key === "Home" || key === "End";
  return (target.tagName === "INPUT" || target.getAttribute("role") === "slider") && arrows;
}

/** A key that switches something when it is tapped, and for as long as it is held. */
export class HoldKey {
  #since = 0; // when it went down, 0 while it is up

  /** @param {() => void} toggle */
  constructor(toggle) {
    this.toggle = toggle;
  }

  get isDown() {
    return this.#since !== 0;
  }

  down() {
    if (this.isDown) return;
    this.#since = performance.now();
    this.toggle();
  }

  up() {
    if (this.isDown && performance.now() - this.#since > TAP_MS) this.toggle();
    this.#since = 0;
  }

  /** Take the switching back: the key was meant for something else. */
  revoke() {
    if (this.isDown) this.toggle();
    this.#since = 0;
  }
}

/**
 * Listen for keys while the pointer is over the viewer or the focus is in it.
 *
 * @param {HTMLElement} root
 * @param {(key: string) => boolean} onKey True when the key was used.
 * @param {(key: string) => void} onRelease
 * @param {(key: string, shift: boolean) => boolean} [onChord] The same for keys with Ctrl or Cmd.
 * @returns {() => void} Stops listening.
 */
export function listenForKeys(root, onKey, onRelease, onChord = () => false) {
  const isOurs = (event) => {
    const [target] = event.composedPath();
    const here = root.matches(":hover") || root.matches(":focus-within");
    return here && !event.altKey && !isTyping(target) && !isTaken(target, event.key);
  };
  const use = (event) =>
    event.ctrlKey || event.metaKey ? onChord(event.key, event.shiftKey) : onKey(event.key);
  const down = (event) => {
    if (!isOurs(event)) return;
    if (event.repeat && event.key === " ") event.preventDefault();
    else if (use(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const up = (event) => onRelease(event.key);
  window.addEventListener("keydown", down, true);
  window.addEventListener("keyup", up, true);
  return () => {
    window.removeEventListener("keydown", down, true);
    window.removeEventListener("keyup", up, true);
  };
}
