// Rows of a table that change places: by buttons, or by a handle. The rows stay where they are; what is in them moves.
(() => {
  "use strict";
  for (const frame of document.querySelectorAll("form.exercise [data-movable]")) {
    const list = frame.querySelector(`[data-field="${frame.dataset.movable}"] [data-rows]`);
    if (!list) continue;
    const words = frame.dataset, said = document.createElement("p");
    said.className = "hidden-text"; said.setAttribute("role", "status"); frame.append(said);
    const rows = () => [...list.querySelectorAll(":scope > [data-row]")];
    const inputs = (row) => [...row.querySelectorAll("input[name], textarea[name], select[name]")];
    const isMark = (input) => input.type === "radio" || input.type === "checkbox";

    const swap = (one, other) => {
      const first = inputs(one), second = inputs(other);
      const held = [first, second].map((all) => all.map((input) => (isMark(input) ? input.checked : input.value)));
      const put = (all, values) => all.forEach((input, place) => { if (isMark(input)) input.checked = values[place]; else input.value = values[place]; });
      put(first, held[1]); put(second, held[0]);
      for (const number of [...first, ...second].filter((input) => input.type === "number")) number.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const told = () => inputs(rows()[0])[0].dispatchEvent(new Event("change", { bubbles: true }));
    const move = (from, to) => {
      const all = rows();
      if (to < 0 || to >= all.length || from === to) return;
      const step = to > from ? 1 : -1;
      for (let at = from; at !== to; at += step) swap(all[at], all[at + step]);
      said.textContent = `${words.place} ${to + 1}`;
      told();
    };

    const dress = () => rows().forEach((row, place, all) => {
      let bar = row.querySelector(":scope > .row-moves");
      if (!bar) {
        bar = document.createElement("div"); bar.className = "row-moves";
        const handle = document.createElement("span"); handle.className = "row-handle"; handle.draggable = true; handle.textContent = "⠿"; handle.title = words.handle; handle.setAttribute("aria-hidden", "true");
        bar.append(handle);
        for (const way of ["up", "down"]) {
          const button = document.createElement("button");
          button.type = "button"; button.className = "button button-quiet"; button.dataset.move = way;
          const arrow = document.createElement("span"); arrow.setAttribute("aria-hidden", "true"); arrow.textContent = way === "up" ? "↑" : "↓";
          button.append(arrow, ` ${words[way]}`);
          bar.append(button);
        }
        row.append(bar);
      }
      bar.querySelector("[data-move=up]").disabled = place === 0;
      bar.querySelector("[data-move=down]").disabled = place === all.length - 1;
    });

    list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-move]");
      if (!button) return;
      const all = rows(), from = all.indexOf(button.closest("[data-row]")), to = from + (button.dataset.move === "up" ? -1 : 1);
      move(from, to);
      const same = all[to]?.querySelector(`[data-move=${button.dataset.move}]`);
      (same && !same.disabled ? same : all[to]?.querySelector("[data-move]:not(:disabled)"))?.focus();
    });
    let carried = -1;
    list.addEventListener("dragstart", (event) => {
      if (!event.target.matches?.(".row-handle")) return;
      carried = rows().indexOf(event.target.closest("[data-row]"));
      event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", String(carried + 1));
    });
    list.addEventListener("dragover", (event) => { if (carried >= 0) event.preventDefault(); });
    list.addEventListener("drop", (event) => {
      if (carried < 0) return;
      event.preventDefault();
      move(carried, rows().indexOf(event.target.closest("[data-row]") || rows()[carried]));
      carried = -1;
    });
    list.addEventListener("dragend", () => { carried = -1; });
    document.addEventListener("exercise:row", dress);
    dress();
  }
})();
