import { h, press } from "./dom.js";
import { t } from "./texts.js";

/** How masks are drawn: shown at all, filled, outlined, and how strongly. */
export class DrawingControls {
  /**
   * @param {object} actions setOpacity(percent), setFill(on), setOutline(on), setOverlay(on).
   * @param {...HTMLElement} more What stands below.
   */
  constructor(actions, ...more) {
    this.opacity = h("input", { type: "range", min: 0, max: 100, step: 1, "aria-label": t("Opacity of the masks"),
      on: { input: () => actions.setOpacity(Number(this.opacity.value)) } });
    this.opacityText = h("output.value");
    this.fill = onOff(t("Fill"), t("Tint the inside of the masks"), actions.setFill);
    this.outline = onOff(t("Outline"), t("Draw the edge of the masks (o)"), actions.setOutline);
    this.overlay = onOff(t("Masks"), t("Show the masks (space)"), actions.setOverlay);
    this.element = h("div.controls", {},
      h("div.switches", { role: "group", "aria-label": t("Drawing") }, this.overlay, this.fill, this.outline),
      h("label.opacity", {}, h("span", {}, t("Opacity")), this.opacity, this.opacityText), ...more);
  }

  /** @param {Settings} settings */
  update({ opacity, fill, outline, overlay }) {
    if (Number(this.opacity.value) !== opacity) this.opacity.value = opacity;
    this.opacity.style.setProperty("--part", `${opacity}%`);
    this.opacityText.textContent = `${opacity} %`;
    press(this.fill, fill);
    press(this.outline, outline);
    press(this.overlay, overlay);
  }
}

function onOff(text, title, set) {
  const button = h("button.switch", { type: "button", title,
    on: { click: () => set(button.getAttribute("aria-pressed") !== "true") } }, text);
  return button;
}
