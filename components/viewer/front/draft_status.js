import { h } from "./dom.js";
import { verdictWord } from "./decision_words.js";
import { spokenLanguage, t } from "./texts.js";

const WORDS = {
  looking: () => "",
  saved: () => t("Saved"),
  saving: () => t("Saving…"),
  kept: () => t("Not saved yet: kept in this browser"),
  here: () => t("Not saved yet: keep this tab open"),
  asks: () => t("Waiting for your answer"),
  closed: () => t("Not saved, because this reading is finished: kept in this browser"),
};

/** Whether the work is stored, and what has to be asked before it can be. */
export class DraftStatus {
  #asked = "";

  constructor(outbox) {
    this.outbox = outbox;
    this.questions = h("div.questions", { role: "alert" });
    this.said = h("p.server-said", { role: "status", hidden: true });
    this.word = h("span.saving", { role: "status" });
    this.elsewhere = h("span.elsewhere");
  }

  update({ layers, message }) {
    const { word, questions } = this.outbox.state;
    this.word.textContent = WORDS[word]();
    this.word.dataset.state = word;
    this.said.textContent = message;
    this.said.hidden = message === "";
    this.#ask(questions, layers);
    this.elsewhere.replaceChildren(...this.outbox.elsewhere.map((href) =>
      h("a", { href }, t("Work on another image waits in this browser"))));
  }

  #ask(questions, layers) {
    const asked = JSON.stringify([spokenLanguage(), ...questions.map(({ name, at }) => [name, at])]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.questions.replaceChildren(...questions.map((record) => this.#question(record,
      layers.find(({ id }) => id === record.label))));
  }

  #question({ kind, name, at }, { shown: { phrase }, verdict }) {
    const time = new Date(at).toLocaleTimeString(spokenLanguage());
    const text = kind === "edit"
      ? t("“{phrase}” was changed elsewhere after you drew this at {time}. Which mask is to hold?", { phrase, time })
      : t("“{phrase}” was decided elsewhere: {verdict}. Which decision is to hold?",
        { phrase, verdict: verdictWord(verdict) });
    const answer = (words, mine) => h("button.quiet", { type: "button",
      on: { click: () => this.outbox.answer(name, mine) } }, words);
    return h("div.question", {}, h("span", {}, text),
      answer(t("Use mine"), true), answer(t("Keep the stored one"), false));
  }
}
