// The sidebar: a column that can be hidden on wide screens, a temporary drawer on narrow ones. State sits on <html>, which Blazor never renders again.
import { isNarrow } from "./dom.js";

const root = document.documentElement;
const key = "convo:side";
if (localStorage.getItem(key) === "hidden") root.dataset.side = "hidden";

const opener = () => [...document.querySelectorAll("[data-side-open]")].find(button => button.offsetParent !== null);
const side = () => document.getElementById("side");

export function openDrawer() {
  if (isNarrow()) {
    root.dataset.drawer = "open";
    document.getElementById("main")?.setAttribute("inert", "");
    side()?.querySelector("[data-side-close]")?.focus();
  } else {
    delete root.dataset.side;
    localStorage.removeItem(key);
    side()?.querySelector("[data-side-close]")?.focus();
  }
}

export function closeDrawer(returnFocus = true) {
  if (isNarrow()) {
    if (root.dataset.drawer !== "open") return;
    delete root.dataset.drawer;
    document.getElementById("main")?.removeAttribute("inert");
  } else {
    root.dataset.side = "hidden";
    localStorage.setItem(key, "hidden");
  }
  if (returnFocus) opener()?.focus();
}

export const toggleDrawer = () => (isNarrow() ? root.dataset.drawer === "open" : root.dataset.side !== "hidden") ? closeDrawer() : openDrawer();

document.addEventListener("click", event => {
  if (event.target.closest("[data-side-open]")) openDrawer();
  else if (event.target.closest("[data-side-close]")) closeDrawer();
  else if (isNarrow() && event.target.closest("#side a[href], #side [data-closes]")) closeDrawer(false);
});

document.addEventListener("keydown", event => {
  if (event.key === "Escape" && isNarrow() && root.dataset.drawer === "open" && !document.querySelector(":popover-open, dialog[open]")) closeDrawer();
});

matchMedia("(max-width: 899px)").addEventListener("change", () => {
  delete root.dataset.drawer;
  document.getElementById("main")?.removeAttribute("inert");
});
