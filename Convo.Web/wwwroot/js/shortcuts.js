// Keys that work everywhere. The list people see is Components/Layout/ShortcutsDialog.razor.
import { composer } from "./dom.js";
import { copyFrom } from "./copy.js";
import { toggleDrawer } from "./drawer.js";
import { openPalette } from "./palette.js";

const lastOf = selector => [...document.querySelectorAll(selector)].at(-1);

const commands = {
  "new-chat": () => document.querySelector("[data-new-chat]")?.click(),
  "sidebar": toggleDrawer,
  "shortcuts": () => document.getElementById("shortcuts")?.showModal(),
  "focus-composer": () => composer()?.focus(),
  "copy-answer": () => { const button = lastOf("article [data-copy='text'][data-answer]"); if (button) copyFrom(button); },
  "copy-code": () => { const button = lastOf("article [data-copy='code']"); if (button) copyFrom(button); },
  "attach": () => document.querySelector("[data-attach]")?.click(),
  "theme-light": () => chooseTheme("light"),
  "theme-dark": () => chooseTheme("dark"),
  "theme-system": () => chooseTheme("system"),
};

function chooseTheme(choice) {
  window.convoTheme.set(choice);
  for (const button of document.querySelectorAll("[data-theme-choice]")) button.setAttribute("aria-checked", button.dataset.themeChoice === choice);
}

document.addEventListener("convorun", event => commands[event.detail]?.());
document.addEventListener("click", event => {
  const name = event.target.closest("[data-run]:not([role='option'])")?.dataset.run;
  if (name) commands[name]?.();
});

function byKey(event) {
  const mod = event.ctrlKey || event.metaKey;
  if (mod && !event.shiftKey && event.code === "KeyK") return openPalette;
  if (mod && event.shiftKey && event.code === "KeyO") return commands["new-chat"];
  if (mod && event.shiftKey && event.code === "KeyS") return commands.sidebar;
  if (mod && !event.shiftKey && event.key === "/") return commands.shortcuts;
  if (mod && event.shiftKey && event.code === "KeyC" && !String(getSelection())) return commands["copy-answer"];
  if (mod && event.shiftKey && event.code === "Semicolon") return commands["copy-code"];
  if (event.shiftKey && event.key === "Escape") return commands["focus-composer"];
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) return () => step(event.key === "ArrowUp" ? -1 : 1);
  return null;
}

// Message to message. From outside the conversation the last one comes first.
function step(direction) {
  const all = [...document.querySelectorAll("[role='log'] article")];
  if (!all.length) return;
  const at = all.indexOf(document.activeElement?.closest("article"));
  const next = all[at < 0 ? all.length - 1 : Math.min(Math.max(at + direction, 0), all.length - 1)];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", event => {
  const command = byKey(event);
  if (!command) return;
  event.preventDefault();
  command();
});

// The editor of a message tells the server its text once, when it is saved: not at every key.
document.addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.("textarea[data-edit]"))
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
}, true);
