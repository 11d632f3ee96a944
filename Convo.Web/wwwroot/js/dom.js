// Small helpers. send() tells the server; announce() tells a screen reader.
export const send = (target, action, key = null, text = null) =>
  target.dispatchEvent(new CustomEvent("convoaction", { bubbles: true, detail: { action, key, text } }));

export function announce(message) {
  const region = document.getElementById("announcer");
  if (!region) return;
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = message; });
}

export const isTouch = () => matchMedia("(pointer: coarse)").matches;
export const isNarrow = () => matchMedia("(max-width: 899px)").matches;
export const composer = () => document.querySelector("textarea[data-composer]");
