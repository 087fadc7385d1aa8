import { shared } from "./store.js";

/** The way back to the server: what the user asks for, and with it which packets are here. */
export class Replies {
  #trigger = null;

  /** @param {Settings} settings Keeps what the server was told. */
  constructor(settings) {
    this.settings = settings;
  }

  /** @param {(event: string, value: object) => void} trigger The newest that Streamlit gave. */
  use(trigger) {
    this.#trigger = trigger;
  }

  send(event, value) {
    const have = shared().store.hashes();
    this.settings.claimed = new Set(have);
    this.#trigger(event, { ...value, have });
  }

  /** Ask for packets that the server does not send because it was told that they are here. */
  askForLosses(hashes) {
    const missing = hashes.filter(
      (hash) => this.settings.claimed.has(hash) && !shared().store.has(hash));
    if (missing.length > 0) this.send("missing", { missing });
  }
}
