import { spokenLanguage } from "./texts.js";

/** Numbers as the reader's language writes them, or as files do: those pass `ENGLISH`. */

export const ENGLISH = "en";

const formats = new Map(); // language -> Intl.NumberFormat

function formatOf(language) {
  if (!formats.has(language)) formats.set(language, new Intl.NumberFormat(language));
  return formats.get(language);
}

/** 12345 to "12,345". */
export const count = (number, language = spokenLanguage()) => formatOf(language).format(number);

/** A number that is written already, such as "0.35", with the language's decimal sign. */
export function written(digits, language = spokenLanguage()) {
  const sign = formatOf(language).formatToParts(0.5).find(({ type }) => type === "decimal").value;
  return String(digits).replace(".", sign);
}

/** A level 0..255 as a probability: "0.50". */
export const chance = (level, language = spokenLanguage()) => written((level / 255).toFixed(2), language);

/** A share as a percentage with about two figures: "0.04 %", "3.1 %", "42 %". */
export function percent(share, language = spokenLanguage()) {
  const value = share * 100;
  if (value === 0) return "0 %";
  if (value < 0.01) return `< ${written("0.01", language)} %`;
  return `${written(value.toFixed(value < 1 ? 2 : value < 10 ? 1 : 0), language)} %`;
}

/** "12.3 mm²", or cm² when it is large. */
export function areaText(mm2, language = spokenLanguage()) {
  if (mm2 >= 10_000) return `${count(Math.round(mm2 / 100), language)} cm²`;
  return `${mm2 >= 100 ? count(Math.round(mm2), language) : written(mm2.toPrecision(2), language)} mm²`;
}
