import { grow, shrink, smooth } from "./edit_morph.js";
import { fillHoles } from "./edit_region.js";
import { t } from "./texts.js";

/** What is done to a whole mask at once: `reach` is the reader's number of pixels. */
export const actionList = () => [
  { name: "holes", key: "i", icon: "holes", label: t("Fill the holes inside"), paint: () => fillHoles },
  { name: "grow", key: "w", icon: "grow", label: t("Grow"), paint: by(grow) },
  { name: "shrink", key: "s", icon: "shrink", label: t("Shrink"), paint: by(shrink) },
  { name: "smooth", key: "c", icon: "smooth", label: t("Smooth the contour"), paint: by(smooth) },
];

function by(change) {
  return (reach) => (mask, width, height) => change(mask, width, height, reach);
}
