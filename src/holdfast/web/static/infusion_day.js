// The board of the day follows by itself: every half minute, without taking the focus or the place on the page.
(() => {
  "use strict";
  const EVERY = 30000, LONGEST = 600000;  // untouched for so long, it rests: a log-in is not kept open by an empty room
  const board = document.querySelector("[data-board]"), told = document.querySelector("[data-board-told]");
  if (!board || !told) return;
  let touched = Date.now();
  for (const kind of ["pointerdown", "keydown", "scroll"]) addEventListener(kind, () => { touched = Date.now(); }, { passive: true });

  const taken = (now) => {
    const held = document.activeElement, place = board.contains(held) && (held.id || held.getAttribute("href"));
    board.innerHTML = now.innerHTML;
    if (!place) return;
    const again = [...board.querySelectorAll("a, button")].find((one) => one.id === place || one.getAttribute("href") === place);
    if (again) again.focus({ preventScroll: true });
  };

  const look = async () => {
    if (document.hidden) return;
    if (Date.now() - touched > LONGEST) { told.textContent = told.dataset.resting; return; }
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
      if (!answer.ok || new URL(answer.url).pathname !== location.pathname) { told.textContent = told.dataset.loggedOut; return; }
      const now = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-board]");
      if (now) taken(now);
      told.textContent = "";
    } catch {
      told.textContent = told.dataset.noSignal;
    }
  };
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
})();
