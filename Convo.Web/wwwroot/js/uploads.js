// Files on their way to the server: by button, drop or paste. Each has a chip with its progress; taking the chip away cancels the request.
// Blazor never draws inside [data-uploads], so these elements are ours.
import { announce, send } from "./dom.js";

const size = bytes => bytes >= 1024 * 1024 ? `${Math.round(bytes / 1024 / 1024)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;

export function createUploads(form, options, { changed, signal }) {
  const area = form.querySelector("[data-uploads]");
  const input = form.querySelector("[data-file-input]");
  const running = new Map();
  // Stored, but the page does not list them yet: what is sent now would go without them.
  const unlisted = new Set();
  const patience = 10000;
  const on = (target, type, handler) => target.addEventListener(type, handler, { signal });

  function chip(file) {
    const element = document.createElement("div");
    element.className = "filechip";
    element.dataset.status = "uploading";
    const ring = document.createElement("span");
    ring.className = "ring";
    ring.setAttribute("role", "progressbar");
    ring.setAttribute("aria-label", `Sending ${file.name}`);
    const name = document.createElement("span");
    name.className = "name truncate";
    name.textContent = file.name;
    name.title = file.name;
    const acts = document.createElement("span");
    acts.className = "acts";
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "icon-btn small";
    remove.setAttribute("aria-label", `Remove ${file.name}`);
    remove.textContent = "✕";
    const text = document.createElement("small");
    text.textContent = size(file.size);
    acts.append(remove);
    element.append(ring, name, acts, text);
    remove.addEventListener("click", () => { running.get(element)?.abort(); drop(element); });
    area.append(element);
    return {
      element,
      progress(share) {
        ring.style.setProperty("--p", `${Math.round(share * 100)}%`);
        ring.setAttribute("aria-valuenow", Math.round(share * 100));
        text.textContent = share < 1 ? `${Math.round(share * 100)} % of ${size(file.size)}` : "Storing…";
      },
      fail(reason) {
        element.dataset.status = "failed";
        ring.setAttribute("role", "img");
        ring.setAttribute("aria-label", "Refused");
        text.textContent = reason;
        announce(`${file.name}: ${reason}`);
      },
    };
  }

  function drop(element) {
    running.delete(element);
    element.remove();
    changed();
  }

  const refusal = file => file.size === 0 ? "The file is empty."
    : file.size > options.maxBytes ? `It is ${size(file.size)}; the limit is ${size(options.maxBytes)}.`
    : null;

  function reasonOf(request) {
    try { return JSON.parse(request.responseText).detail ?? ""; } catch { return ""; }
  }

  function upload(file) {
    const shown = chip(file);
    const refused = refusal(file);
    if (refused) { shown.fail(refused); return; }
    const body = new FormData();
    if (form.dataset.thread) body.append("thread_id", form.dataset.thread);
    if (form.dataset.collection) body.append("collection_id", form.dataset.collection);
    body.append("file", file, file.name);
    const request = new XMLHttpRequest();
    running.set(shown.element, request);
    request.open("POST", "/api/convo/attachments");
    request.setRequestHeader("Accept", "application/json");
    if (options.token) request.setRequestHeader("RequestVerificationToken", options.token);
    request.upload.onprogress = event => { if (event.lengthComputable) shown.progress(event.loaded / event.total); };
    request.onload = () => {
      running.delete(shown.element);
      if (request.status === 201) {
        const id = JSON.parse(request.responseText).id;
        unlisted.add(id);
        // A page that never lists it has said why; nobody has to wait for ever.
        setTimeout(() => { if (unlisted.delete(id)) changed(); }, patience);
        send(form, "uploaded", id);
        shown.element.remove();
      } else {
        shown.fail(reasonOf(request) || (request.status === 413 ? "The file is too large." : `The server refused it (${request.status}). Try again, or take another file.`));
      }
      changed();
    };
    request.onerror = () => { running.delete(shown.element); shown.fail("The connection was lost. Remove it and add it again."); changed(); };
    shown.progress(0);
    request.send(body);
  }

  function add(files) {
    for (const file of files) upload(file);
    changed();
  }

  on(form.querySelector("[data-attach]"), "click", () => input.click());
  on(input, "change", () => { add([...input.files]); input.value = ""; });

  // Anywhere on the chat. dragenter and dragleave come in pairs for every element passed over, hence the count.
  const zone = form.closest("[data-drop]") ?? form;
  const hasFiles = event => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const over = active => { zone.toggleAttribute("data-dropping", active); if (!active) depth = 0; };
  on(zone, "dragenter", event => { if (hasFiles(event)) { event.preventDefault(); depth++; over(true); } });
  on(zone, "dragover", event => { if (hasFiles(event)) event.preventDefault(); });
  on(zone, "dragleave", event => { if (hasFiles(event) && --depth <= 0) over(false); });
  on(zone, "drop", event => { if (hasFiles(event)) { event.preventDefault(); over(false); add([...event.dataTransfer.files]); } });

  return {
    add,
    count: () => running.size + unlisted.size,
    listed: ids => ids.forEach(id => unlisted.delete(id)),
    abort: () => { for (const request of running.values()) request.abort(); over(false); },
  };
}
