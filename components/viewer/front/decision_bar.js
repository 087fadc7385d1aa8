import { decisionList, hasReason, strokesIcon, verdictWord } from "./decision_words.js";
import { h, press } from "./dom.js";
import { DraftStatus } from "./draft_status.js";
import { Pins } from "./pins.js";
import { t } from "./texts.js";

const GO_ON = "medimageparse-workbench.go-on"; // in the browser's own storage

/** Where labels are decided on, and the way from one item to the next. */
export class DecisionBar {
  #data = null;
  #active = null;
  #marks = new Map(); // id -> word that the editor shows

  constructor(editor, outbox) {
    Object.assign(this, { editor, outbox });
    this.pins = new Pins(editor, outbox);
    this.status = new DraftStatus(outbox);
    this.element = h("section.decision", { "aria-label": t("Decision") },
      this.status.questions, this.status.said,
      h("div.line", {}, this.#verdicts(), this.#moves()),
      h("div.line.details", {}, this.#details()),
      h("div.line", {}, this.pins.element),
      h("div.line.foot", {}, this.status.word, this.status.elsewhere, this.#goOn()));
    outbox.onStatus(() => this.#render());
  }

  #verdicts() {
    this.name = h("span.about");
    this.word = h("span.word");
    this.buttons = decisionList().map(({ verdict, key, label, strokes }) =>
      [verdict, h("button.verdict-button", { type: "button", on: { click: () => this.#decide(verdict) } },
        strokesIcon(strokes), label, h("kbd", {}, key))]);
    return h("div.verdicts", { role: "group", "aria-label": t("Decision on this label") },
      h("div.asked", {}, this.name, this.word), ...this.buttons.map(([, button]) => button));
  }

  #moves() {
    const move = (action, label, title, key) => h("button.quiet", { type: "button", title,
      on: { click: () => this.#go(action) } }, label, h("kbd", {}, key));
    this.position = h("span.position");
    this.back = move("back", t("Back"), t("Previous image"), "⌫");
    this.next = move("next", t("Next"), t("Next image"), "↵");
    this.finish = move("finish", t("Finish"), t("Finish this image and go on"), "↵");
    this.reopen = move("reopen", t("Reopen"), t("Take this image up again"), "");
    return h("div.moves", {}, this.position, this.back, this.reopen, this.next, this.finish);
  }

  #details() {
    this.levels = [1, 2, 3].map((level) => h("button.level-button", { type: "button",
      on: { click: () => this.#grade(level) } }, String(level)));
    const difficulty = h("div.difficulty", { role: "group", "aria-label": t("Difficulty") },
      t("Difficulty"), ...this.levels, h("span.faint", {}, t("1 easy, 3 hard")), h("kbd", {}, "*"));
    this.reason = h("select", { on: { change: () => this.#say({ reason: this.reason.value }) } });
    this.why = h("label.why", { hidden: true }, t("Reason"), this.reason, h("kbd", {}, "Y"));
    this.comment = h("textarea", { rows: 1, maxLength: 2000, on: {
      input: () => this.#say({ comment: this.comment.value }, true),
      change: () => this.#say({ comment: this.comment.value.trim() }),
      keydown: (event) => event.key === "Escape" && this.comment.blur(),
    } });
    return h("div.fields", {}, difficulty, this.why,
      h("label.comment", {}, t("Comment"), this.comment, h("kbd", {}, "/")));
  }

  #goOn() {
    this.goOn = h("input", { type: "checkbox", checked: goesOn(), on: {
      change: () => keepGoingOn(this.goOn.checked) } });
    return h("label.go-on", {}, this.goOn, t("Finish and go on by itself when the last label is accepted"));
  }

  // For the editor: see editor.js ---------------------------------------------------------------

  /** Take the server's newest message, after the outbox has. */
  update({ data }) {
    this.#data = data;
    this.#offerReasons(data.reasons);
    this.#render();
  }

  /** Another label is edited. */
  activated(id) {
    this.#active = id;
    this.#render();
  }

  /** Whether the key was used. */
  key(key) {
    const decision = decisionList().find((entry) => entry.key === key.toUpperCase());
    if (decision) this.#decide(decision.verdict);
    else if (key === "*") this.#grade(((this.#words.difficulty ?? 0) % 3) + 1);
    else if (key === "y" || key === "Y") this.why.hidden || this.reason.focus();
    else if (key === "/") this.comment.focus();
    else if (key === "m" || key === "M") this.pins.add.disabled || this.pins.start();
    else if (key === "Enter") this.#go(this.finish.hidden ? "next" : "finish");
    else if (key === "Backspace") this.#go("back");
    else return false;
    return true;
  }

  /** [key, meaning] pairs for the help. */
  get keys() {
    return [
      ...decisionList().map(({ key, label }) => [key, label]),
      ["*", t("difficulty")], ["Y", t("reason")], ["/", t("comment")], ["M", t("comment at a point")],
      [t("Enter"), t("next image, or finish when all is decided")], [t("Backspace"), t("previous image")],
      ...(this.#data?.keys ?? []),
    ];
  }

  destroy() {
    this.#data = null;
  }

  // What the reader does ------------------------------------------------------------------------

  get #words() {
    return this.outbox.wordsOf(this.#active);
  }

  get #canDecide() {
    return Boolean(this.#data && !this.#data.read_only && this.#layers.some(({ id }) => id === this.#active));
  }

  get #layers() {
    return this.#data?.layers ?? [];
  }

  #decide(verdict) {
    if (!this.#canDecide) return;
    const { difficulty, reason, comment } = this.#words;
    const decision = { label: this.#active, verdict, difficulty, comment,
      reason: hasReason(verdict) ? reason : "" };
    const rest = this.#layers.filter(({ id }) => id !== this.#active && !this.outbox.wordsOf(id).verdict);
    const isLast = verdict === "accept" && this.goOn.checked && rest.length === 0;
    const action = isLast && this.outbox.state.questions.length === 0 ? "finish" : "";
    this.outbox.act({ decision, action });
    if (!hasReason(verdict) && rest.length > 0) this.editor.activate(after(this.#layers, this.#active, rest));
  }

  #grade(level) {
    this.#say({ difficulty: this.#words.difficulty === level ? null : level });
  }

  /** Words about a label; without a verdict they wait for one. */
  #say(change, later = false) {
    if (!this.#canDecide) return;
    const { verdict, difficulty, reason, comment } = this.#words;
    const decision = { label: this.#active, verdict, difficulty, reason, comment, ...change };
    this.outbox.act({ decision, later: later || !verdict });
  }

  #go(action) {
    const button = this[action];
    if (this.#data && !button.hidden && !button.disabled) this.outbox.act({ action });
  }

  // The screen ----------------------------------------------------------------------------------

  #offerReasons(reasons) {
    const offered = [{ value: "", shown: t("none given") }, ...reasons];
    this.reason.replaceChildren(...offered.map(({ value, shown }) => h("option", { value }, shown)));
  }

  #render() {
    const data = this.#data;
    if (!data) return;
    for (const { id } of this.#layers) this.#mark(id);
    this.#renderLabel(this.#layers.find(({ id }) => id === this.#active));
    const undecided = this.#layers.filter(({ id }) => !this.outbox.wordsOf(id).verdict).length;
    const canFinish = !data.read_only && this.#layers.length > 0 && undecided === 0;
    this.position.textContent = data.position;
    this.back.disabled = !data.can_go_back;
    this.next.disabled = !data.can_go_on;
    this.next.hidden = canFinish;
    this.finish.hidden = !canFinish;
    this.finish.disabled = this.outbox.state.questions.length > 0;
    this.reopen.hidden = !data.can_reopen;
    this.goOn.parentElement.hidden = data.read_only;
    this.pins.update(!data.read_only);
    this.status.update(data);
  }

  #renderLabel(layer) {
    const words = layer ? this.#words : { verdict: "", difficulty: null, reason: "", comment: "", stored: true };
    this.name.textContent = layer?.shown.phrase ?? "";
    this.word.textContent = layer ? wordOf(words) : "";
    for (const [verdict, button] of this.buttons) {
      press(button, verdict === (words.verdict === "change" ? "accept" : words.verdict));
      button.disabled = !this.#canDecide;
    }
    this.levels.forEach((button, index) => {
      press(button, words.difficulty === index + 1);
      button.disabled = !this.#canDecide;
    });
    this.why.hidden = !hasReason(words.verdict);
    this.reason.disabled = this.comment.disabled = !this.#canDecide;
    this.#offerOld(words.reason);
    this.reason.value = words.reason;
    const isTyping = this.comment.matches(":focus") && this.commented === layer?.id;
    if (!isTyping) this.comment.value = words.comment;
    this.commented = layer?.id;
  }

  /** A reason that was given and is no longer in the list stays as it is. */
  #offerOld(value) {
    if ([...this.reason.options].every((option) => option.value !== value)) {
      this.reason.append(h("option", { value }, value));
    }
  }

  #mark(id) {
    const words = this.outbox.wordsOf(id);
    const word = words.verdict ? wordOf(words) : "";
    if (this.#marks.get(id) === word) return;
    this.#marks.set(id, word);
    this.editor.mark(id, word);
  }
}

/** Whether the reader wants to go on by itself; a browser that keeps nothing forgets it. */
function goesOn() {
  try {
    return localStorage.getItem(GO_ON) === "yes";
  } catch {
    return false;
  }
}

function keepGoingOn(wanted) {
  try {
    localStorage.setItem(GO_ON, wanted ? "yes" : "no");
  } catch {
    // It holds for as long as the page.
  }
}

/** What is decided; while it is on its way, with dots. */
function wordOf({ verdict, stored }) {
  return stored || !verdict ? verdictWord(verdict) : `${verdictWord(verdict)}…`;
}

/** The first of the undecided labels behind the active one, round and round. */
function after(layers, active, undecided) {
  const at = layers.findIndex(({ id }) => id === active);
  const turned = [...layers.slice(at + 1), ...layers.slice(0, at)];
  return turned.find((layer) => undecided.includes(layer)).id;
}
