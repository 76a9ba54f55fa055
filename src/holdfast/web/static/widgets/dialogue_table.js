// A button on each line marks where the talk turned: it chooses that line in the field "where did it turn".
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  const frame = form?.querySelector("[data-talk]");
  const list = frame?.querySelector("[data-words-from] ~ * [data-rows], [data-rows]");
  const asked = frame?.querySelector("[data-words-from]");
  if (!list || !asked) return;
  const words = frame.dataset, name = asked.dataset.fieldOf;

  const rows = () => [...list.querySelectorAll(":scope > [data-row]")];
  const line = (row) => row.querySelector('[name$="-said"]');
  const answers = () => [...asked.querySelectorAll(`[name="${name}"]`)];
  const turn = () => answers().filter((one) => one.type !== "radio" || one.checked).map((one) => one.value.trim())[0] || "";
  const choose = (text) => {
    const one = answers().find((each) => each.type !== "radio" || each.value === text);
    if (!one) return;
    if (one.type === "radio") one.checked = true; else one.value = text;
    one.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const show = () => {
    const chosen = turn();
    for (const row of rows()) {
      const button = row.querySelector(":scope > .turn-button"), text = line(row).value.trim(), on = Boolean(text) && text === chosen;
      button.hidden = !text;
      button.setAttribute("aria-pressed", String(on));
      button.querySelector(".turn-word").textContent = on ? words.turned : words.turn;
      button.querySelector(".hidden-text").textContent = ` ${text}`;
    }
  };
  const equip = (row) => {
    row.querySelector(":scope > .turn-button")?.remove();
    const button = document.createElement("button"), word = document.createElement("span"), which = document.createElement("span");
    button.type = "button"; button.className = "button button-quiet turn-button"; word.className = "turn-word"; which.className = "hidden-text";
    button.append(word, which);
    button.addEventListener("click", () => { const text = line(row).value.trim(); choose(text === turn() ? "" : text); show(); });
    row.append(button);
    line(row).dataset.before = line(row).value.trim();
  };
  // The turn stays on its line when the line is put in other words.
  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (row && event.target === line(row) && list.contains(row)) {
      const before = event.target.dataset.before, moved = before && before === turn() && !rows().some((one) => line(one).value.trim() === before);
      event.target.dataset.before = event.target.value.trim();
      if (moved) { choose(""); setTimeout(() => { choose(event.target.value.trim()); show(); }, 0); }
    }
    setTimeout(show, 0);
  });
  // The next line is most often the other one's.
  form.addEventListener("exercise:row", (event) => {
    if (!list.contains(event.detail)) return;
    equip(event.detail);
    const spoke = event.detail.previousElementSibling?.querySelector('[name$="-speaker"]:checked')?.value;
    const other = [...event.detail.querySelectorAll('[name$="-speaker"]')].find((one) => spoke && one.value && one.value !== spoke);
    if (other) other.checked = true;
    show();
  });
  rows().forEach(equip);
  setTimeout(show, 0);
})();
