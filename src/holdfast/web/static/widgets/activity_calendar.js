// Does an earlier thing again: as it was, or its small version for a day with little energy.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise"), frame = form?.querySelector("[data-again]");
  if (!frame) return;
  frame.hidden = false;
  const fill = (name, text) => { const input = form.elements[name]; if (input && text) { input.value = text; input.dispatchEvent(new Event("change", { bubbles: true })); } };
  frame.addEventListener("click", (event) => {
    const button = event.target.closest("[data-size]");
    if (!button) return;
    const one = button.closest("li").dataset, isSmall = button.dataset.size === "small";
    fill("what", isSmall ? one.small_version : one.what);
    for (const name of ["small_version", "why", "with"]) fill(name, one[name]);
    const kinds = one.kind.split("|");
    for (const box of form.querySelectorAll('input[name="kind"]')) box.checked = kinds.includes(box.value);
    frame.open = false;
    form.elements.what.focus();
  });
})();
