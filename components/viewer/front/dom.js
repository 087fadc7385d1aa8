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
  hand: ["M5 8.6V4.3a1 1 0 0 1 2 0v3M7 7.3V2.9a1 1 0 0 1 2 0v4.4M9 7.3V3.7a1 1 0 0 1 2 0v4",
    "M11 7.7V5.6a1 1 0 0 1 2 0v4.1a4.2 4.2 0 0 1-4.2 4.2c-1.6 0-2.6-.6-3.4-1.8L2.7 9.2c-.7-1 .6-2 1.4-1.2L5 8.9"],
  brush: ["M13.6 2.4 7.5 8.5", "M6.6 8.4a2.3 2.3 0 0 0-2.7 2.2c0 1.3-.8 2-1.7 2.2 1.3 1 6 1.4 6.5-1.9"],
  eraser: ["M6.4 13 2.6 9.2a1 1 0 0 1 0-1.4l5.2-5.2a1 1 0 0 1 1.4 0l3.8 3.8a1 1 0 0 1 0 1.4L7.8 13Z",
    "M5.2 5.2l5.2 5.2", "M7 13.3h6.5"],
  levelBrush: ["M13.6 1.9 8.9 6.6", "M8.1 6.6a2 2 0 0 0-2.3 1.9c0 1.1-.7 1.7-1.5 1.9 1.1.8 5.2 1.2 5.6-1.7",
    "M1.8 13.6h12.4", "M5.5 12.3v2.6M10.5 12.3v2.6"],
  polygon: ["M8 2.6 13.4 6.6 11.3 13H4.7L2.6 6.6Z", "M8 2.6v.01M13.4 6.6v.01M11.3 13v.01M4.7 13v.01M2.6 6.6v.01"],
  lasso: ["M5 9.9C3.2 9.3 2 8.1 2 6.6c0-2.3 2.6-4.1 6-4.1s6 1.8 6 4.1-2.6 4.1-6 4.1c-.5 0-1 0-1.5-.1",
    "M5.2 9.2a1.3 1.3 0 1 0 .1 2.6 1.3 1.3 0 0 0-.1-2.6Z", "M5.6 11.8c.3 1-.2 1.9-1.3 2.2"],
  bucket: ["M7 2.6 2.4 7.2a1 1 0 0 0 0 1.4l3.9 3.9a1 1 0 0 0 1.4 0l4.6-4.6Z", "M5.6 1.4 7 2.8", "M2.5 8.2h9.4",
    "M13.6 10.4s1.1 1.4 1.1 2.2a1.1 1.1 0 0 1-2.2 0c0-.8 1.1-2.2 1.1-2.2Z"],
  keepPart: ["M6.5 4a4.3 4.3 0 1 0 0 8.6 4.3 4.3 0 0 0 0-8.6Z", "M4.6 8.4l1.4 1.4 2.5-2.8",
    "M13 3.2v.01M14 6.6v.01M12.8 13v.01"],
  removePart: ["M6.5 4a4.3 4.3 0 1 0 0 8.6 4.3 4.3 0 0 0 0-8.6Z", "M5 6.8l3 3M8 6.8l-3 3",
    "M13.2 3.2v.01M14 6.8v.01M12.8 13v.01"],
  holes: ["M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8Z",
    "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6Z", "M6.8 8.9 8.9 6.8"],
  grow: ["M6.2 6.2 2.5 2.5M2.5 5.4V2.5h2.9M9.8 9.8l3.7 3.7M13.5 10.6v2.9h-2.9",
    "M9.8 6.2l3.7-3.7M10.6 2.5h2.9v2.9M6.2 9.8l-3.7 3.7M2.5 10.6v2.9h2.9"],
  shrink: ["M2.5 2.5l3.7 3.7M6.2 3.3v2.9H3.3M13.5 13.5 9.8 9.8M9.8 12.7V9.8h2.9",
    "M13.5 2.5 9.8 6.2M9.8 3.3v2.9h2.9M2.5 13.5l3.7-3.7M3.3 9.8h2.9v2.9"],
  smooth: ["M1.6 10.8C3.4 4.4 5.4 4.2 8 8s4.6 3.6 6.4-2.8"],
  undo: ["M5.6 3.2 2.6 6.2l3 3", "M2.6 6.2h6.9a3.6 3.6 0 0 1 0 7.2H6.4"],
  redo: ["M10.4 3.2l3 3-3 3", "M13.4 6.2H6.5a3.6 3.6 0 0 0 0 7.2h3.1"],
  original: ["M7 2.8l1.3 3.9L12.2 8 8.3 9.3 7 13.2 5.7 9.3 1.8 8l3.9-1.3Z", "M12.8 2v2.6M11.5 3.3h2.6"],
  subtract: ["M9.8 6.2V3.5a1 1 0 0 0-1-1H3.5a1 1 0 0 0-1 1v5.3a1 1 0 0 0 1 1h2.7", "M8.5 11.3h5.5"],
  copy: ["M6 6h7.5v7.5H6Z", "M3.5 10h-1V2.5H10v1"],
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
