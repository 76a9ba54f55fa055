// Marks the next step of a ladder, and asks for a smaller one when it takes a lot.
(() => {
  "use strict";
  const frame = document.querySelector("form.exercise .ladder");
  const list = frame?.querySelector('[data-field="steps"] [data-rows]');
  if (!list) return;
  const note = frame.querySelector("[data-too-big]"), TOO_BIG = 7;
  const chosen = (row, end) => row.querySelector(`input[name$="-${end}"]:checked`)?.value || "";
  const look = () => {
    const rows = [...list.querySelectorAll(":scope > [data-row]")];
    const next = rows.find((row) => row.querySelector('input[name$="-step"]')?.value.trim() && chosen(row, "done") !== "yes");
    for (const row of rows) {
      row.classList.toggle("is-next", row === next);
      row.classList.toggle("is-done", chosen(row, "done") === "yes");
    }
    if (note) note.hidden = !(next && Number(chosen(next, "effort") || 0) >= TOO_BIG);
  };
  frame.addEventListener("change", look);
  document.addEventListener("exercise:row", look);
  look();
})();
