// The command palette opens at once; the server only fills the list. Focus stays in the input, the chosen option is told by aria-activedescendant.
import { send } from "./dom.js";

const dialog = () => document.getElementById("palette");
let before = null;

export function openPalette() {
  const element = dialog();
  if (!element || element.open) return;
  before = document.activeElement;
  const input = element.querySelector("input");
  input.value = "";
  element.showModal();
  input.focus();
  send(element, "palette-query", null, "");
}

const options = () => [...dialog().querySelectorAll("[role='option']")];

function activate(index) {
  const all = options();
  const input = dialog().querySelector("input");
  all.forEach(option => option.setAttribute("aria-selected", "false"));
  if (!all.length) { input.removeAttribute("aria-activedescendant"); return; }
  const option = all[(index + all.length) % all.length];
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option.id);
}

const active = () => options().findIndex(option => option.getAttribute("aria-selected") === "true");

document.addEventListener("keydown", event => {
  const element = dialog();
  if (!element?.open || event.isComposing) return;
  const at = active();
  if (event.key === "ArrowDown") { event.preventDefault(); activate(at + 1); }
  else if (event.key === "ArrowUp") { event.preventDefault(); activate(at < 0 ? -1 : at - 1); }
  else if (event.key === "Enter") { event.preventDefault(); options()[Math.max(at, 0)]?.click(); }
});

let timer = 0;
document.addEventListener("input", event => {
  if (!event.target.closest?.("#palette")) return;
  clearTimeout(timer);
  timer = setTimeout(() => send(dialog(), "palette-query", null, event.target.value.slice(0, 200)), 60);
});

document.addEventListener("click", event => {
  const element = dialog();
  if (event.target.closest("[data-palette]")) { openPalette(); return; }
  if (!element?.open) return;
  const option = event.target.closest("#palette [role='option']");
  if (option) {
    before = null;
    element.close();
    if (option.dataset.run) document.dispatchEvent(new CustomEvent("convorun", { detail: option.dataset.run }));
  } else if (event.target === element) element.close();
});

// The list is rendered by the server; the first option becomes the active one whenever it changes.
let watched = null;
new MutationObserver(() => {
  const element = dialog();
  if (!element || element === watched) return;
  watched = element;
  element.addEventListener("close", () => { before?.focus?.(); before = null; });
  new MutationObserver(() => { if (element.open) activate(0); }).observe(element.querySelector("[role='listbox']"), { childList: true, subtree: true });
}).observe(document.body, { childList: true, subtree: true });
