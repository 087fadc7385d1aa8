/**
 * Texts in the reader's language. The English text stands in the code and is the key; the server
 * sends what it is in another language. What files say does not come from here: it stays English.
 */

let spoken = { language: "en", texts: {} };

/**
 * From now on say everything in this language; all viewers of the page share it.
 *
 * @param {{language: string, texts: object}} data The server's message: `texts` holds the texts by
 *     their English ones and is empty in English.
 */
export function speak({ language, texts }) {
  spoken = { language, texts };
}

/** The language of now, such as "it". */
export const spokenLanguage = () => spoken.language;

/** A text in the language of now, with the values of its {fields}. */
export function t(text, values = {}) {
  const found = spoken.texts[text] ?? text;
  return found.replace(/\{(\w+)\}/g, (field, name) => values[name] ?? field);
}
