import { shared } from "./store.js";

/**
 * The component that Streamlit mounts. The viewer's code itself comes as a packet like everything
 * else, so that a change of its small JSON never sends the code again.
 */
async function load(hash) {
  const { body } = await shared().store.get(hash);
  return import(URL.createObjectURL(new Blob([body], { type: "text/javascript" })));
}

export default async function mount(component) {
  const { code } = shared();
  const hash = component.data.code;
  if (!code.has(hash)) code.set(hash, load(hash));
  const library = await code.get(hash);
  return library[component.data.mounts ?? "mountViewer"](component);
}
