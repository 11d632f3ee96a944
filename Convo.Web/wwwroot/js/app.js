// What every page has: pop-ups, the drawer, shortcuts, copying, citations, code colours. All of it listens on the document,
// so nothing has to be attached again when Blazor renders.
import "./popover.js";
import "./drafts.js";
import "./drawer.js";
import "./copy.js";
import "./citations.js";
import "./highlight.js";
import "./palette.js";
import "./shortcuts.js";
import "./leaving.js";
