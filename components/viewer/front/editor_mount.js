import { DecisionBar } from "./decision_bar.js";
import { Editor } from "./editor.js";
import { mounting } from "./mounting.js";
import { Outbox } from "./outbox.js";

/** The editor with what keeps its work, and with the decisions on it. */
export const mountEditor = mounting((parent, data) => new Editor(parent, data, (editor) => {
  const outbox = new Outbox(editor);
  return { outbox, bar: new DecisionBar(editor, outbox) };
}));
