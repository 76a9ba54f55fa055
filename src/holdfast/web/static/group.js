// A meeting takes two hours and a log-in less: before the form is sent, see that it will be taken. Nothing typed is lost.
(() => {
  "use strict";
  const form = document.querySelector("form.meeting");
  if (!form) return;
  const told = form.querySelector("[data-logged-out]"), token = form.querySelector("[name=csrfmiddlewaretoken]");
  let changed = false, sure = false, asked = Date.now();

  // The page as it would be opened now: null when the site would ask for a log-in first.
  const opened = async () => {
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok || new URL(answer.url).pathname !== location.pathname) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  // Whoever types is there: once a minute that counts as being at work.
  form.addEventListener("input", () => {
    changed = true;
    if (Date.now() - asked < 60000) return;
    asked = Date.now();
    fetch(location.href, { method: "HEAD", credentials: "same-origin", cache: "no-store" }).catch(() => { /* no signal: asked again with the next minute */ });
  });

  form.addEventListener("submit", async (event) => {
    if (sure) { changed = false; return; }
    event.preventDefault();
    const button = event.submitter;
    try {
      const page = await opened();
      told.hidden = page !== null;
      if (page === null) { told.scrollIntoView({ block: "center" }); return; }
      token.value = page.querySelector("form.meeting [name=csrfmiddlewaretoken]").value;
    } catch {
      // Without a signal the browser says so itself, and the page stays.
    }
    sure = true;
    form.requestSubmit(button);
    sure = false;
  });

  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
})();
