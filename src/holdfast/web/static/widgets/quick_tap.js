// Two taps and done: the tap that answers the last scale sends it. By keyboard the button below sends it.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  const hint = form?.querySelector("[data-tap]");
  if (!hint || "again" in hint.dataset) return;
  const scales = [...form.querySelectorAll("[data-scale]")], done = form.querySelector('button[name="outcome"][value="done"]');
  const answered = (scale) => [...scale.querySelectorAll("input:checked")].some((one) => one.value !== "");
  if (!scales.length || !done || scales.every(answered)) return;
  let byPointer = false, sent = false;
  hint.hidden = false;
  form.addEventListener("pointerdown", () => { byPointer = true; });
  form.addEventListener("keydown", () => { byPointer = false; });
  form.addEventListener("change", (event) => {
    if (sent || !byPointer || !event.target.closest("[data-scale]")) return;
    if (scales.every(answered)) { sent = true; form.requestSubmit(done); return; }
    scales.find((scale) => !answered(scale))?.closest(".field").scrollIntoView({ block: "center" });
  });
})();
