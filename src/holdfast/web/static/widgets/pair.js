// Two numbers as bars, once both are there.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  if (!form) return;
  for (const frame of form.querySelectorAll("[data-pair]")) {
    const inputs = frame.dataset.pair.split(" ").map((name) => form.elements[name]);
    if (inputs.some((input) => !input)) continue;
    const look = () => {
      frame.hidden = inputs.some((input) => input.value === "");
      for (const input of inputs) {
        const bar = frame.querySelector(`[data-bar="${input.name}"]`);
        bar.querySelector(".bar-fill").setAttribute("width", String(Math.min(100, Math.max(0, Number(input.value) || 0))));
        bar.querySelector(".bar-number").textContent = input.value;
      }
    };
    const last = inputs[1].closest(".field");
    if (last.nextElementSibling !== frame) last.after(frame);
    form.addEventListener("input", look); form.addEventListener("change", look);
    look();
  }
})();
