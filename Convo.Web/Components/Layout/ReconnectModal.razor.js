// The states of .NET 10's reconnection: show, hide, retrying, failed, rejected, paused, resume-failed.
const modal = document.getElementById("components-reconnect-modal");

modal.addEventListener("components-reconnect-state-changed", ({ detail: { state } }) => {
  if (state === "hide") modal.close();
  else if (state === "rejected") location.reload();
  else {
    if (!modal.open) modal.show();
    leaveWhenSignedOut();
  }
  if (state === "failed") document.addEventListener("visibilitychange", retryWhenVisible);
});

// Whose session has ended is cut off and answered 401 for ever after: the way on is the sign-in page, and back to here. The draft stays.
let asking = false;
async function leaveWhenSignedOut() {
  if (asking) return;
  asking = true;
  try {
    const me = await fetch("/api/convo/me", { cache: "no-store" });
    if (me.status === 401) location.assign(`/sign-in?returnUrl=${encodeURIComponent(location.pathname + location.search)}`);
  } catch { /* Not reached: the reconnection goes on trying. */ } finally {
    asking = false;
  }
}

async function retry() {
  document.removeEventListener("visibilitychange", retryWhenVisible);
  try {
    // True: connected. False: the server is there but has let the circuit go. An exception: not reached.
    if (await Blazor.reconnect()) return;
    if (await Blazor.resumeCircuit()) modal.close();
    else location.reload();
  } catch {
    document.addEventListener("visibilitychange", retryWhenVisible);
  }
}

async function resume() {
  try {
    if (!await Blazor.resumeCircuit()) location.reload();
  } catch {
    modal.classList.replace("components-reconnect-paused", "components-reconnect-resume-failed");
  }
}

function retryWhenVisible() {
  if (document.visibilityState === "visible") retry();
}

document.getElementById("components-reconnect-button").addEventListener("click", retry);
document.getElementById("components-resume-button").addEventListener("click", resume);
document.getElementById("components-reload-button").addEventListener("click", () => location.reload());
