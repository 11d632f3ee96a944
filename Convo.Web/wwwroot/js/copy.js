// Copy buttons: data-copy="code" copies the block it heads, data-copy="text" copies its data-text. Works without https too.
import { announce } from "./dom.js";

async function write(text) {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "vh";
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  const focused = document.activeElement;
  area.select();
  document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
}

export async function copyFrom(button) {
  const text = button.dataset.copy === "code" ? button.closest(".code").querySelector("code").textContent : button.dataset.text ?? "";
  await write(text);
  button.dataset.copied = "";
  announce("Copied");
  clearTimeout(button.copyTimer);
  button.copyTimer = setTimeout(() => delete button.dataset.copied, 1600);
}

document.addEventListener("click", event => {
  const button = event.target.closest("[data-copy]");
  if (button) copyFrom(button);
});
