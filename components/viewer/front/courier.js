const RESEND_MS = 4000; // after the first time; then twice as long each time,
const LONGEST_MS = 16_000; // so that a server that is slow is not kept from answering

/**
 * Takes one message at a time to the server, with a rising number, and repeats it until the server
 * has acknowledged that number: a message can be lost with a connection, a server, or a rerun.
 *
 * The message on its way belongs to the page (`drafts.flight`), so that an editor that takes over
 * from another one goes on with it.
 */
export class Courier {
  #timer = 0;

  /** @param {() => void} onLate The message was sent again. */
  constructor(drafts, onLate) {
    Object.assign(this, { drafts, onLate });
  }

  /** @param {(event: string, value: object) => void} trigger The newest that Streamlit gave. */
  use(trigger) {
    this.trigger = trigger;
  }

  get flight() {
    return this.drafts.flight;
  }

  /** Whether the message on its way should have arrived by now. */
  get late() {
    return this.flight?.tries > 1;
  }

  /**
   * @param {object} data The server's message that this one is made for.
   * @param {object} parts What editing.py reads, without number and reading.
   * @param {object[]} records The drafts in it.
   */
  send({ reading, session }, parts, records) {
    this.drafts.number = Math.max(Date.now(), this.drafts.number + 1);
    const message = { number: this.drafts.number, reading, ...parts };
    this.drafts.flight = { message, records, reading, session, tries: 0 };
    this.#repeat();
  }

  /**
   * What the server's newest message means for the one on its way: {state, flight} with the states
   * "none", "waiting", "done", and "lost" when nobody will answer it any more.
   */
  land(data) {
    const { flight } = this;
    if (!flight) return { state: "none" };
    const isDone = data.ack >= flight.message.number;
    if (!isDone && data.session === flight.session && data.reading === flight.reading) {
      if (!this.#timer) this.#wait();
      return { state: "waiting", flight };
    }
    this.drafts.flight = null;
    this.destroy();
    return { state: isDone ? "done" : "lost", flight };
  }

  destroy() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  #repeat() {
    this.flight.tries += 1;
    this.trigger("work", this.flight.message);
    this.#wait();
  }

  #wait() {
    this.#timer = setTimeout(() => {
      this.#repeat();
      this.onLate();
    }, Math.min(RESEND_MS * 2 ** (this.flight.tries - 1), LONGEST_MS));
  }
}
