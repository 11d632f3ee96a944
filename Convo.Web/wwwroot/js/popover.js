// A button with data-pop="id" opens that native popover beside itself. The popover learns which row it serves from the button's data-key;
// data-flags="pinned archived" shows items with data-when="pinned" and hides those with data-unless="pinned".
import { send } from "./dom.js";

let opener = null;

export function place(pop, anchor) {
  const a = anchor.getBoundingClientRect();
  const p = pop.getBoundingClientRect();
  const gap = 6;
  const alignEnd = pop.dataset.align === "end";
  const left = Math.min(Math.max(8, alignEnd ? a.right - p.width : a.left), innerWidth - p.width - 8);
  const below = a.bottom + gap;
  const above = a.top - gap - p.height;
  const top = below + p.height <= innerHeight - 8 || above < 8 ? Math.min(below, Math.max(8, innerHeight - p.height - 8)) : above;
  pop.style.left = `${Math.round(left)}px`;
  pop.style.top = `${Math.round(top)}px`;
}

const items = pop => [...pop.querySelectorAll("[role^='menuitem']")].filter(item => !item.hidden && !item.disabled);

function open(button) {
  const pop = document.getElementById(button.dataset.pop);
  if (!pop) return;
  if (pop.matches(":popover-open")) { pop.hidePopover(); return; }
  const flags = new Set((button.dataset.flags ?? "").split(" "));
  for (const item of pop.querySelectorAll("[data-when], [data-unless]"))
    item.hidden = item.dataset.when ? !flags.has(item.dataset.when) : flags.has(item.dataset.unless);
  for (const choice of pop.querySelectorAll("[data-theme-choice]")) choice.setAttribute("aria-checked", choice.dataset.themeChoice === window.convoTheme.get());
  pop.dataset.key = button.dataset.key ?? "";
  opener = button;
  pop.showPopover();
  place(pop, button);
  button.setAttribute("aria-expanded", "true");
  const first = pop.querySelector("[aria-checked='true'], [autofocus]") ?? items(pop)[0] ?? pop.querySelector("input, button, a");
  first?.focus({ preventScroll: false });
}

document.addEventListener("click", event => {
  const button = event.target.closest("[data-pop]");
  if (button) { event.preventDefault(); open(button); return; }
  const item = event.target.closest("[popover] [data-action], [popover] a, [popover] [data-dismiss]");
  if (!item) return;
  const pop = item.closest("[popover]");
  pop.hidePopover();
  if (item.dataset.action) send(pop, item.dataset.action, pop.dataset.key || item.dataset.key, item.dataset.text);
});

document.addEventListener("toggle", event => {
  if (event.newState !== "closed" || !event.target.matches?.("[popover].pop") || !opener || opener.dataset.pop !== event.target.id) return;
  opener.setAttribute("aria-expanded", "false");
  if (event.target.contains(document.activeElement) || document.activeElement === document.body) opener.focus();
  opener = null;
}, true);

document.addEventListener("keydown", event => {
  const pop = event.target.closest?.(".menu[popover]");
  if (!pop) return;
  const list = items(pop);
  const at = list.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
  if (to !== undefined && list.length) {
    event.preventDefault();
    list[(to + list.length) % list.length].focus();
  } else if (event.key === "Tab") {
    pop.hidePopover();
  } else if (event.key.length === 1 && /\S/.test(event.key) && !event.ctrlKey && !event.metaKey && event.target.tagName !== "INPUT") {
    const start = event.key.toLowerCase();
    const rotated = [...list.slice(at + 1), ...list.slice(0, at + 1)];
    rotated.find(item => item.textContent.trim().toLowerCase().startsWith(start))?.focus();
  }
});

addEventListener("resize", () => document.querySelector("[popover].pop:popover-open")?.hidePopover());
