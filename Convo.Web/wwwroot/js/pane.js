// The source pane: bring the quoted words into view, and give focus back when it closes.
import { paneClosed } from "./citations.js";

export function showMark() {
  const mark = document.querySelector("[data-pane] [data-quote], [data-pane] [data-passage]");
  const page = mark?.closest(".pg");
  if (page) page.scrollTop += mark.getBoundingClientRect().top - page.getBoundingClientRect().top - page.clientHeight / 3;
}

export const closed = paneClosed;
