// Runs before the first paint. The server writes data-theme from the cookie; the time zone has to be told to it.
(() => {
  const year = ";path=/;max-age=31536000;samesite=lax";
  document.cookie = "convo_tz=" + encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC") + year;
  window.convoTheme = {
    get: () => document.documentElement.dataset.theme || "system",
    set: choice => {
      document.cookie = "convo_theme=" + choice + year;
      if (choice === "system") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = choice;
    },
  };
})();
