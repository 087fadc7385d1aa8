import { speak } from "./texts.js";

/**
 * What mount.js calls on every message of the server, for components of one kind.
 *
 * Streamlit may call with an older message after a newer one, and may clean up an earlier call when
 * a later one has taken over: both happen while the code is still on its way. What is on the page is
 * made again when the language changes; the user's settings live outside of it.
 *
 * @param {(parent: Element, data: object) => {update(component: object), destroy()}} create
 */
export function mounting(create) {
  const mounted = new WeakMap(); // parent element -> {shown, language, sent, calls}
  return (component) => {
    const { parentElement: parent, data } = component;
    if (!mounted.has(parent)) mounted.set(parent, { shown: null, sent: 0, calls: new Set() });
    const entry = mounted.get(parent);
    const call = Symbol("call");
    entry.calls.add(call);
    if (data.sent >= entry.sent) {
      const before = entry.shown;
      entry.sent = data.sent;
      speak(data);
      if (entry.language !== data.language) {
        Object.assign(entry, { shown: create(parent, data), language: data.language });
      }
      entry.shown.update(component);
      // Not before the next one holds the packets: the server does not send them again.
      if (before !== entry.shown) before?.destroy();
    }
    return () => setTimeout(() => {
      entry.calls.delete(call);
      if (mounted.get(parent) !== entry || (parent.isConnected && entry.calls.size > 0)) return;
      entry.shown.destroy();
      mounted.delete(parent);
    });
  };
}
