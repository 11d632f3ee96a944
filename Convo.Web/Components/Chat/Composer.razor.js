// The message box: keys, drafts, files. Everything between two sends happens here.
import { announce, isTouch, send } from "../../js/dom.js";
import { draftKey } from "../../js/drafts.js";
import { createEstimate } from "../../js/estimate.js";
import { createUploads } from "../../js/uploads.js";

const longText = 6000;
const pasteAsFile = 8000;
// Not crypto.randomUUID, which plain http has not.
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");

export function attach(form, options) {
  const box = form.querySelector("[data-composer]");
  const stop = new AbortController();
  const on = (target, type, handler, more) => target.addEventListener(type, handler, { signal: stop.signal, ...more });
  let thread = form.dataset.thread ?? "";
  let sent = null;
  // A message keeps its key until the server has taken it, over reloads too: sent twice it is still one.
  let key = null;
  let keyOf = null;
  let sentFrom = "";
  let timer = 0;
  let plainPaste = false;

  const ownHint = text => {
    const hint = form.querySelector("[data-own-hint]");
    if (hint.textContent !== text) hint.textContent = text;
  };
  const uploads = createUploads(form, options, { changed: refresh, hint: ownHint, signal: stop.signal });
  const estimate = createEstimate(form, box, options, stop.signal);

  function refresh() {
    const button = form.querySelector("[data-send]");
    const waiting = uploads.count() > 0;
    ownHint(waiting ? "Sending the file…" : box.value.length > options.maxLength ? "That is too long for one message. Attach it as a file." : "");
    if (button) button.disabled = !ready();
    estimate.refresh();
    if (!CSS.supports("field-sizing: content")) {
      box.style.height = "auto";
      box.style.height = `${box.scrollHeight}px`;
    }
  }

  const ready = () => box.value.trim() !== "" && box.value.length <= options.maxLength && uploads.count() === 0
    && !form.dataset.hold && form.dataset.blocked === undefined && form.dataset.running === undefined;

  function save() {
    if (document.documentElement.dataset.leaving !== undefined) return;
    const draft = { text: box.value || (sentFrom === thread && sent) || "", files: form.dataset.files || "" };
    if (key && keyOf === draft.text + draft.files) draft.key = key;
    try {
      if (draft.text || draft.files) localStorage.setItem(draftKey(thread), JSON.stringify(draft));
      else localStorage.removeItem(draftKey(thread));
    } catch { /* Storage is full or forbidden: the draft lives as long as the page. */ }
  }

  // What was typed before this module had loaded is newer than any draft.
  function restore(keepTyped = false) {
    let draft = null;
    try { draft = JSON.parse(localStorage.getItem(draftKey(thread)) ?? "null"); } catch { /* not ours */ }
    if (!keepTyped || box.value === "") box.value = draft?.text ?? "";
    if (draft?.files) send(form, "restore", null, draft.files);
    if (draft?.key && box.value === draft.text) {
      [key, keyOf] = [draft.key, draft.text + draft.files];
      send(form, "recover", key);
    }
    refresh();
  }

  const saveSoon = () => { clearTimeout(timer); timer = setTimeout(save, box.value ? 65 : 850); };

  function focus() {
    if (!isTouch()) box.focus({ preventScroll: true });
  }

  function set(text) {
    box.value = text;
    box.setSelectionRange(text.length, text.length);
    refresh();
    saveSoon();
  }

  function submit() {
    if (!ready()) return;
    sent = box.value;
    sentFrom = thread;
    if (keyOf !== sent + (form.dataset.files || "")) [key, keyOf] = [newKey(), sent + (form.dataset.files || "")];
    box.value = "";
    refresh();
    save();
    // A long text is fetched in pieces: one message of the circuit could not hold it.
    send(form, "send", key, sent.length <= longText ? sent : null);
    focus();
  }

  on(form, "submit", event => { event.preventDefault(); submit(); });
  on(box, "input", () => { refresh(); saveSoon(); });
  on(box, "keydown", event => {
    plainPaste = event.shiftKey && (event.ctrlKey || event.metaKey);
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && (!isTouch() || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && !event.shiftKey) {
      form.querySelector("[data-stop]")?.click();
    } else if (event.key === "ArrowUp" && box.value === "") {
      const last = [...document.querySelectorAll("article[data-role='user'] [data-copy='text']")].at(-1)?.dataset.text;
      if (last) { event.preventDefault(); set(last); }
    }
  });
  on(box, "paste", event => {
    const files = [...event.clipboardData.files];
    const text = event.clipboardData.getData("text/plain");
    if (files.length && !text) { event.preventDefault(); uploads.add(files); }
    else if (text.length > pasteAsFile && !plainPaste) {
      event.preventDefault();
      uploads.add([new File([text], "Pasted text.txt", { type: "text/plain" })]);
      announce("The pasted text was attached as a file");
    }
  });
  on(document, "click", event => {
    const example = event.target.closest("[data-fill]");
    if (example) { set(example.dataset.fill); box.focus(); }
  });

  // What the server changes on the form: the thread, its files, whether an answer runs.
  const watcher = new MutationObserver(records => {
    if (records.some(record => record.attributeName === "data-thread")) {
      const next = form.dataset.thread ?? "";
      if (next !== thread) {
        // A new chat that was sent gets its address; any other change shows another chat.
        const follows = sent !== null && thread === "" && sentFrom === "";
        if (!follows) { clearTimeout(timer); save(); send(form, "clear"); }
        else localStorage.removeItem(draftKey(thread));
        thread = next;
        if (!follows) restore();
        focus();
      }
    }
    if (records.some(record => record.attributeName === "data-files")) {
      uploads.listed((form.dataset.files || "").split(","));
      save();
    }
    refresh();
  });
  watcher.observe(form, { attributes: true, attributeFilter: ["data-thread", "data-files", "data-running", "data-hold", "data-blocked", "data-model"] });
  watcher.observe(form.querySelector("[data-buttons]"), { childList: true });
  on(window, "pagehide", save);

  restore(true);
  form.dataset.attached = "";
  // Words that came before this module are a draft, too.
  if (box.value) saveSoon();
  focus();

  return {
    accepted() {
      localStorage.removeItem(draftKey(sentFrom));
      sent = key = keyOf = null;
      clearTimeout(timer);
      save();
      refresh();
    },
    // The server had it before the page went away.
    recovered() {
      if (box.value + (form.dataset.files || "") === keyOf) set("");
      key = keyOf = null;
      clearTimeout(timer);
      save();
    },
    giveBack(text) {
      sent = null;
      if (sentFrom !== thread) {
        localStorage.setItem(draftKey(sentFrom), JSON.stringify({ text, files: "", key: keyOf === text ? key : undefined }));
        return;
      }
      set(box.value ? `${text}\n\n${box.value}` : text);
      save();
    },
    focus,
    takeLong: () => new TextEncoder().encode(sent ?? ""),
    dispose() {
      clearTimeout(timer);
      save();
      watcher.disconnect();
      stop.abort();
      uploads.abort();
    },
  };
}
