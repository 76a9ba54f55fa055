// Moments to choose with one tap, beside the field that takes any moment.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  const row = form?.querySelector("[data-whens]");
  const field = row && form.elements[row.dataset.whens];
  if (!field) return;

  const at = (days, hour) => { const moment = new Date(); moment.setDate(moment.getDate() + days); moment.setHours(hour, 0, 0, 0); return moment; };
  const MOMENTS = {
    hour: () => { const moment = new Date(Date.now() + 3600000); moment.setMinutes(Math.ceil(moment.getMinutes() / 5) * 5, 0, 0); return moment; },
    evening: () => at(0, 18), morning: () => at(1, 10), later: () => at(1, 18),
  };
  const two = (number) => String(number).padStart(2, "0");
  const written = (moment) => `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}T${two(moment.getHours())}:${two(moment.getMinutes())}`;

  for (const button of row.querySelectorAll("[data-when]")) {
    const moment = MOMENTS[button.dataset.when];
    if (moment() < new Date()) { button.hidden = true; continue; }
    button.addEventListener("click", () => {
      field.value = written(moment());
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  row.hidden = false;
})();
