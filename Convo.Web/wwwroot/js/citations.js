// A citation chip shows a card on hover and focus, and opens the passage on click. The facts are in the answer's own list of sources.
import { send } from "./dom.js";
import { place } from "./popover.js";

let lastOpener = null;
let timer = 0;

const sourceOf = chip => chip.closest("article")?.querySelector(`[data-source="${chip.dataset.cite}"]`);

function show(chip) {
  const card = document.getElementById("cite-card");
  const source = sourceOf(chip);
  if (!card || !source) return;
  card.querySelector("b").textContent = source.dataset.title;
  card.querySelector("small").textContent = source.dataset.where;
  card.querySelector("p").textContent = source.dataset.quote;
  card.showPopover();
  place(card, chip);
  chip.setAttribute("aria-describedby", "cite-card");
}

function hide() {
  clearTimeout(timer);
  const card = document.getElementById("cite-card");
  if (card?.matches(":popover-open")) card.hidePopover();
}

document.addEventListener("pointerover", event => {
  const chip = event.target.closest?.(".cite");
  if (!chip || event.pointerType === "touch") return;
  clearTimeout(timer);
  timer = setTimeout(() => show(chip), 120);
});
document.addEventListener("pointerout", event => { if (event.target.closest?.(".cite")) hide(); });
document.addEventListener("focusin", event => { if (event.target.matches?.(".cite:focus-visible")) show(event.target); else hide(); });
document.addEventListener("scroll", hide, true);

document.addEventListener("click", event => {
  const why = event.target.closest("[data-why]");
  if (why) { hide(); mark(why); send(why, "why", why.closest("article")?.dataset.message); return; }
  const chip = event.target.closest("[data-cite]");
  if (!chip) return;
  hide();
  mark(chip);
  send(chip, "cite", chip.closest("article")?.dataset.message, chip.dataset.cite);
});

document.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  hide();
  const pane = document.querySelector("[data-pane]");
  // Esc belongs first to what is on top of the pane, and to the composer.
  if (!pane || document.querySelector(":popover-open, dialog[open]") || event.target.closest?.("textarea, input")) return;
  pane.querySelector("[data-pane-close]")?.click();
});

function mark(chip) {
  lastOpener?.removeAttribute("aria-expanded");
  lastOpener = chip;
  chip?.setAttribute("aria-expanded", "true");
}

// The pane is gone: back to the chip it came from.
export function paneClosed() {
  const chip = lastOpener;
  mark(null);
  if (chip?.isConnected) chip.focus({ preventScroll: true });
}
