import { createUploads } from "../../js/uploads.js";

export function attach(page, options) {
  const stop = new AbortController();
  const uploads = createUploads(page, options, { changed() { }, signal: stop.signal });
  return { dispose() { stop.abort(); uploads.abort(); } };
}
