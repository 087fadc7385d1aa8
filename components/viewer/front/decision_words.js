import { svg } from "./dom.js";
import { t } from "./texts.js";

/**
 * The decisions in their order, with key and strokes on a 16 by 16 grid. Marks are of the colour of
 * the text: nothing gets a green tick.
 */
export const decisionList = () => [
  { verdict: "accept", key: "A", label: t("Accept"), strokes: ["M3 8.5 6.5 12 13 4.5"] },
  { verdict: "reject", key: "R", label: t("Reject"), strokes: ["M4 4l8 8M12 4l-8 8"] },
  { verdict: "flag", key: "F", label: t("Flag"), strokes: ["M4 14V2.5h8.5L10 5.8l2.5 3.2H4"] },
  { verdict: "absent", key: "N", label: t("Not present"),
    strokes: ["M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Z", "M4.2 4.2l7.6 7.6"] },
];

/** Decisions that a reason is offered for. */
export const hasReason = (verdict) => verdict === "reject" || verdict === "flag";

/** What has been decided, as the server tells it. */
export function verdictWord(verdict) {
  return {
    accept: t("accepted"),
    change: t("accepted with changes"),
    reject: t("rejected"),
    flag: t("flagged"),
    absent: t("not present"),
  }[verdict] ?? t("undecided");
}

/** A line icon of these strokes. */
export function strokesIcon(strokes) {
  return svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true", class: "icon" },
    ...strokes.map((d) => svg("path", { d })));
}
