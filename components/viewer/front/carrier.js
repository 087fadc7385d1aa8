import { shared } from "./store.js";

/** An invisible component that brings one packet to the page's store and holds it there. */
const carried = new WeakMap(); // parent element -> hash

export default function carry({ data, parentElement }) {
  const { store } = shared();
  const before = carried.get(parentElement);
  const hash = store.put(data);
  carried.set(parentElement, hash);
  store.hold(hash, parentElement);
  if (before && before !== hash) store.release(before, parentElement);
  return () => store.release(carried.get(parentElement), parentElement);
}
