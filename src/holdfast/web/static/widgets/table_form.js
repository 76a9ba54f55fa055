// Folds the rows of a table: what is filled in shows as one line, so that the next row is in sight. The dial uses it too.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  const frame = form?.querySelector("[data-folding]");
  if (!frame) return;

  const named = (row) => [...row.querySelectorAll("input[type=text], textarea, .ex-choice input:checked")].map((one) => one.value.trim()).find(Boolean);
  const answered = (row) => Boolean(named(row)) || [...row.querySelectorAll("input:checked")].some((one) => one.value !== "");
  const number = (row) => [...row.parentElement.children].indexOf(row) + 1;
  const label = (row) => { row.querySelector(":scope > .fold-button span").textContent = `${frame.dataset.number} ${number(row)}: ${named(row) || (answered(row) ? "…" : frame.dataset.empty)}`; };
  const fold = (row, folded) => {
    row.classList.toggle("is-folded", folded);
    row.querySelector(":scope > .fold-button").setAttribute("aria-expanded", String(!folded));
    label(row);
  };
  const equip = (row) => {
    row.querySelector(":scope > .fold-button")?.remove();
    const button = document.createElement("button");
    button.type = "button"; button.className = "fold-button"; button.append(document.createElement("span"));
    button.addEventListener("click", () => fold(row, !row.classList.contains("is-folded")));
    row.querySelector(":scope > legend").after(button);
  };

  for (const rows of frame.querySelectorAll("[data-rows]")) {
    const all = [...rows.querySelectorAll(":scope > fieldset[data-row]")];
    all.forEach(equip);
    // Open are the first one to fill in, and any in which something is wrong.
    const next = all.find((row) => !answered(row));
    for (const row of all) fold(row, row !== next && !row.querySelector(".field-wrong"));
  }
  frame.addEventListener("change", (event) => { const row = event.target.closest("fieldset[data-row]"); if (row) label(row); });
  form.addEventListener("exercise:row", (event) => {
    const row = event.detail;
    if (!row.matches("fieldset[data-row]") || !frame.contains(row)) return;
    equip(row);
    for (const one of row.parentElement.children) if (one !== row && answered(one) && !one.querySelector(".field-wrong")) fold(one, true);
    fold(row, false);
    row.querySelector("input, textarea")?.focus();
  });
})();
