// Links of a chain: added by kind, coloured and named by kind, one of them marked as the one to change.
(() => {
  "use strict";
  const frame = document.querySelector("form.exercise [data-chain]");
  const field = frame?.querySelector('[data-field="links"]'), list = field?.querySelector("[data-rows]");
  if (!list) return;
  const words = frame.dataset, changed = frame.querySelector('[data-field="change_link"]');
  const rows = () => [...list.querySelectorAll(":scope > [data-row]")];
  const text = (row) => row.querySelector('input[name$="-text"]');
  const kinds = (row) => [...row.querySelectorAll('input[name$="-kind"]')];
  const isEmpty = (row) => !text(row).value.trim() && !kinds(row).some((one) => one.checked && one.value);
  let chosen = words.chosen || "";

  // What the form sends: the words of the marked link, in the field that is there anyway.
  const keep = (said) => {
    chosen = said;
    const typed = changed.querySelector('input[type="text"]');
    if (typed) { typed.value = said; typed.dispatchEvent(new Event("change", { bubbles: true })); return; }
    const marks = [...changed.querySelectorAll('input[type="radio"]')];
    let mark = marks.find((one) => one.value === said);
    if (!mark) {
      const chip = marks[0].closest("label").cloneNode(true);
      mark = chip.querySelector("input"); mark.value = said; mark.id = `${mark.id}-own`;
      chip.htmlFor = mark.id; chip.classList.remove("chip-none"); chip.querySelector("span").textContent = said;
      changed.querySelector("#f-change_link-own")?.closest("label").remove();
      mark.id = chip.htmlFor = "f-change_link-own";
      changed.querySelector(".chips").prepend(chip);
    }
    mark.checked = true; mark.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const look = () => {
    for (const row of rows()) {
      const kind = kinds(row).find((one) => one.checked)?.value || "";
      row.dataset.kind = kind;
      const bar = row.querySelector(":scope > .row-moves"), said = text(row).value.trim(), isIt = said !== "" && said === chosen;
      row.classList.toggle("is-changed", isIt);
      if (!bar || !changed) continue;
      let mark = bar.querySelector("[data-mark-link]");
      if (!mark) {
        mark = document.createElement("button");
        mark.type = "button"; mark.className = "button button-quiet"; mark.dataset.markLink = ""; bar.append(mark);
      }
      mark.disabled = said === "";
      mark.setAttribute("aria-pressed", String(isIt));
      mark.textContent = isIt ? `✎ ${words.marked}` : words.mark;
    }
  };
  list.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-mark-link]");
    if (!mark) return;
    const said = text(mark.closest("[data-row]")).value.trim();
    keep(said === chosen ? "" : said);
    look();
  });
  list.addEventListener("focusin", (event) => { if (event.target.matches('input[name$="-text"]')) event.target.dataset.was = event.target.value.trim(); });
  list.addEventListener("change", (event) => {
    const typed = event.target;
    if (changed && typed.matches('input[name$="-text"]') && typed.dataset.was && typed.dataset.was === chosen) keep(typed.value.trim());
  });
  frame.addEventListener("change", (event) => {
    if (changed?.contains(event.target)) chosen = event.target.value;
    look();
  });
  list.addEventListener("input", look);

  // One button for each kind: it fills the first empty row, or another one.
  const bar = document.createElement("div"), name = document.createElement("span");
  bar.className = "row chain-add"; name.textContent = words.add; name.id = "chain-add"; bar.append(name);
  bar.setAttribute("role", "group"); bar.setAttribute("aria-labelledby", name.id);
  for (const one of kinds(rows()[0]).filter((kind) => kind.value)) {
    const button = document.createElement("button");
    button.type = "button"; button.className = "button button-quiet"; button.textContent = one.value; button.dataset.kind = one.value;
    bar.append(button);
  }
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    let row = rows().find(isEmpty);
    if (!row) { another?.click(); row = rows().find(isEmpty); }
    if (!row) return;
    kinds(row).find((kind) => kind.value === button.dataset.kind).checked = true;
    text(row).focus();
    text(row).dispatchEvent(new Event("change", { bubbles: true }));
  });
  list.after(bar);
  const another = field.querySelector("[data-add-row]");
  if (another) another.hidden = true;
  document.addEventListener("exercise:row", look);
  // The buttons that move rows are put there by another script: after it, so that this one stands beside them.
  window.addEventListener("DOMContentLoaded", look);
  look();
})();
