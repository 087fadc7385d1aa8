/**
 * What mount.js calls on every message of the server, for components of one kind.
 *
 * Streamlit may call with an older message after a newer one, and may clean up an earlier call when
 * a later one has taken over: both happen while the code is still on its way.
 *
 * @param {(parent: Element, data: object) => {update(component: object), destroy()}} create
 */
export function mounting(create) {
  const mounted = new WeakMap(); // parent element -> {shown, sent, calls}
  return (component) => {
    const { parentElement: parent, data } = component;
    if (!mounted.has(parent)) {
      mounted.set(parent, { shown: create(parent, data), sent: 0, calls: new Set() });
    }
    const entry = mounted.get(parent);
    const call = Symbol("call");
    entry.calls.add(call);
    if (data.sent >= entry.sent) {
      entry.sent = data.sent;
      entry.shown.update(component);
    }
    return () => setTimeout(() => {
      entry.calls.delete(call);
      if (mounted.get(parent) !== entry || (parent.isConnected && entry.calls.size > 0)) return;
      entry.shown.destroy();
      mounted.delete(parent);
    });
  };
}
