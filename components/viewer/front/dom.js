/** Small helpers to build elements. Text is always text: nothing here parses HTML. */

/**
 * Create an element.
 *
 * @param {string} tag A tag name, with classes after dots: "button.tool.quiet".
 * @param {object} properties `on` holds listeners by event name; names with a dash and `role` are
 *     attributes; everything else is a property.
 * @param {...(Node | string)} children
 */
export function h(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  element.classList.add(...classes);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (key.includes("-") || key === "role" || key === "for") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

/** Strokes on a 16 by 16 grid. */
const ICONS = {
  eye: ["M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8Z", "M8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z"],
  eyeOff: ["M2.5 2.5l11 11", "M6.2 3.8A6 6 0 0 1 8 3.5c4 0 6.5 4.5 6.5 4.5a12 12 0 0 1-2 2.5",
    "M4.3 5A11 11 0 0 0 1.5 8S4 12.5 8 12.5a6 6 0 0 0 3-.8"],
  solo: ["M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Z", "M8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6Z"],
  sliders: ["M2 5h6M12 5h2M2 11h2M8 11h6", "M10 3.2v3.6", "M6 9.2v3.6"],
  plus: ["M8 3v10M3 8h10"],
  minus: ["M3 8h10"],
  fit: ["M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"],
  help: ["M6 6.2A2 2 0 1 1 8.6 8.1c-.4.2-.6.5-.6.9v.4", "M8 11.8v.2"],
  measure: ["M1.5 5.5h13v5h-13Z", "M4.5 5.5v2.2M7 5.5v2.2M9.5 5.5v2.2M12 5.5v2.2"],
  download: ["M8 2.5v7.5M4.8 7 8 10.2 11.2 7", "M2.5 13.5h11"],
  model: ["M2.5 2.5h11v11h-11Z", "M5.5 2.5v11M10.5 2.5v11M2.5 5.5h11M2.5 10.5h11"],
  close: ["M4 4l8 8M12 4l-8 8"],
  note: ["M8 2.5 14.3 13.3H1.7Z", "M8 6.8v3M8 11.4v.2"],
};

/** Create an element of a drawing; all properties are attributes. */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** A line icon that takes the colour of the text; it is hidden from screen readers. */
export function icon(name) {
  const paths = ICONS[name].map((d) => svg("path", { d }));
  return svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true", class: "icon" }, ...paths);
}

/** A button with an icon; its label is the accessible name and the tooltip. */
export function iconButton(name, label, onClick, classes = "tool") {
  const properties = { type: "button", title: label, "aria-label": label, on: { click: onClick } };
  return h(`button.${classes}`, properties, icon(name));
}

/** Show a button as pressed or not. */
export function press(button, pressed) {
  button.setAttribute("aria-pressed", String(pressed));
}
