// What is typed before the composer is attached is a draft as well: attaching takes a circuit, which may be gone by then.
export const draftKey = thread => `convo:draft:${thread || "new"}`;

document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("form.composer");
  if (!form || target.dataset.composer === undefined || form.dataset.attached !== undefined) return;
  try {
    localStorage.setItem(draftKey(form.dataset.thread), JSON.stringify({ text: target.value, files: form.dataset.files || "" }));
  } catch { /* Storage is full or forbidden: the draft lives as long as the page. */ }
});
