// Colours finished code blocks. Only the inside of <code> is touched: everything around it belongs to Blazor. Loaded when the first one shows up.
const maxLength = 20000;
let library = null;
let queued = false;

async function run() {
  queued = false;
  const blocks = [...document.querySelectorAll("code[data-highlight]:not([data-coloured])")];
  if (!blocks.length) return;
  library ??= import("../lib/highlight/highlight.min.js").then(module => module.default);
  const hljs = await library;
  for (const block of blocks) {
    block.dataset.coloured = "";
    const language = block.dataset.highlight.toLowerCase();
    const text = block.textContent;
    if (text.length > maxLength || !hljs.getLanguage(language)) continue;
    block.innerHTML = hljs.highlight(text, { language, ignoreIllegals: true }).value;
  }
}

new MutationObserver(() => {
  if (queued) return;
  queued = true;
  queueMicrotask(run);
}).observe(document.body, { childList: true, subtree: true });
run();
