// The health note goes once the answer is no; what is in the kit is offered where its use is written down.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise"), kit = form?.querySelector("[data-kit]");
  if (!kit) return;
  const note = kit.querySelector("[data-health-note]");
  const offered = document.createElement("datalist");
  offered.id = "kit-cards"; form.append(offered);
  const look = () => {
    if (note) note.hidden = form.querySelector('input[name="health"]:checked')?.value === "no";
    const texts = new Set([...kit.querySelectorAll('.ex-list input[type="text"]')].map((input) => input.value.trim()).filter(Boolean));
    offered.replaceChildren(...[...texts].map((text) => { const option = document.createElement("option"); option.value = text; return option; }));
    for (const input of form.querySelectorAll('[data-field="used"] input[name$="-what"]')) input.setAttribute("list", offered.id);
  };
  form.addEventListener("change", look);
  form.addEventListener("exercise:row", look);
  look();
})();
