const PAUSE_MS = 60_000; // without any input for so long, nobody is working

/** Seconds that somebody has worked on the page: a pause between two inputs counts when it is short. */
export class ActiveTime {
  #ms = 0;
  #last = performance.now();

  constructor() {
    const seen = () => this.#seen();
    this.inputs = ["pointerdown", "pointermove", "keydown", "wheel"];
    for (const input of this.inputs) window.addEventListener(input, seen, { capture: true, passive: true });
    this.destroy = () => {
      for (const input of this.inputs) window.removeEventListener(input, seen, true);
    };
  }

  get seconds() {
    return this.#ms / 1000;
  }

  /** Seconds that have been handed over. */
  take(seconds) {
    this.#ms = Math.max(0, this.#ms - seconds * 1000);
  }

  #seen() {
    const now = performance.now();
    if (now - this.#last < PAUSE_MS) this.#ms += now - this.#last;
    this.#last = now;
  }
}
