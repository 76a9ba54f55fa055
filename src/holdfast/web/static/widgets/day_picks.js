// Days as buttons that fill in a date: by tap, by key, or by dragging the plan onto a day.
(() => {
  "use strict";
  for (const frame of document.querySelectorAll("form.exercise [data-day-picks]")) {
    const input = document.getElementById(frame.dataset.dayPicks);
    if (!input) continue;
    const isMoment = input.type === "datetime-local", NOON = "12:00";
    const picks = [...frame.querySelectorAll("[data-pick]")], note = frame.querySelector("[data-note]");
    const day = (pick) => pick.closest("[data-day]").dataset.day;
    frame.hidden = false;
    for (const pick of picks) pick.hidden = false;
    const put = (text) => { input.value = text; input.dispatchEvent(new Event("change", { bubbles: true })); };
    const choose = (on) => put(isMoment ? `${on}T${input.value.slice(11, 16) || NOON}` : on);
    const look = () => {
      const chosen = input.value.slice(0, 10);
      for (const pick of picks) {
        const isIt = chosen === "" ? "todayWhenEmpty" in frame.dataset && "today" in pick.dataset : day(pick) === chosen;
        pick.setAttribute("aria-pressed", String(isIt));
        pick.closest("[data-day]").classList.toggle("is-chosen", isIt);
        if (isIt && note) note.textContent = [pick.closest("[data-filled]") && note.dataset.filled, !("today" in pick.dataset) && note.dataset.late].filter(Boolean).join(" ");
      }
      for (const time of times?.querySelectorAll("[data-time]") || []) time.setAttribute("aria-pressed", String(input.value.slice(11, 16) === time.dataset.time));
    };
    const times = document.querySelector(`[data-times="${input.id}"]`);
    if (times) {
      times.hidden = false;
      const today = frame.querySelector(".is-today")?.dataset.day || (picks[0] && day(picks[0]));
      times.addEventListener("click", (event) => { const time = event.target.closest("[data-time]"); if (time) put(`${input.value.slice(0, 10) || today}T${time.dataset.time}`); });
    }
    frame.addEventListener("click", (event) => { const pick = event.target.closest("[data-pick]"); if (pick) choose(day(pick)); });
    input.addEventListener("change", look);
    input.addEventListener("input", look);

    const chip = document.querySelector("[data-drag]"), source = chip && document.getElementById(chip.dataset.drag);
    if (source) {
      const shown = chip.querySelector("[data-drag-text]");
      const name = () => { shown.textContent = source.value.trim() || shown.dataset.empty; };
      // A finger cannot drag what a mouse can: there the buttons are the way.
      chip.hidden = !matchMedia("(pointer: fine)").matches;
      source.addEventListener("input", name); source.addEventListener("change", name); name();
      chip.addEventListener("dragstart", (event) => { event.dataTransfer.effectAllowed = "copy"; event.dataTransfer.setData("text/plain", shown.textContent); });
      frame.addEventListener("dragover", (event) => { if (event.target.closest("[data-day]")) event.preventDefault(); });
      frame.addEventListener("drop", (event) => { const over = event.target.closest("[data-day]"); if (over) { event.preventDefault(); choose(over.dataset.day); } });
    }
    look();
  }
})();
