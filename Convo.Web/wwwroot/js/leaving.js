// Who signs out leaves no half-written message behind for the next person at this computer. A session that merely expired keeps its drafts.
document.addEventListener("submit", event => {
  if (!event.target.matches('form[action="/account/sign-out"], form[action="/account/delete"]')) return;
  // The composer writes its draft once more when the page goes away: not this time.
  document.documentElement.dataset.leaving = "";
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("convo:draft:")) localStorage.removeItem(key);
  }
});
