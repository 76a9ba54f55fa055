// Writing down antidepressants by keyboard alone: a few letters stand for a drug, and what it is is said at once.
// The page is whole without this: the browser offers the list, and the site knows the same few letters.
(() => {
  "use strict";
  const form = document.querySelector("[data-tried]");
  if (!form) return;
  const drug = form.querySelector("[data-drug]"), said = form.querySelector("[data-said]"), hint = said.textContent;
  const folded = (text) => text.toLowerCase().normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "");
  const known = [...document.querySelectorAll("#antidepressants option")].map((one) => ({
    name: one.value, says: one.label, names: [one.value, ...one.dataset.also.split(", ")].filter(Boolean).map(folded),
  }));

  // The drug called so, or the only one with a name that begins so; as `medicines.meant` has it.
  const meant = () => {
    const typed = folded(drug.value), called = known.find((one) => one.names.includes(typed));
    if (called || typed.length < 4) return called;
    const begin = known.filter((one) => one.names.some((name) => name.startsWith(typed)));
    return begin.length === 1 ? begin[0] : undefined;
  };
  const say = () => {
    const found = meant();
    said.textContent = found ? `${found.name}: ${found.says}` : hint;
  };

  drug.addEventListener("input", say);
  drug.addEventListener("change", () => { drug.value = meant()?.name ?? drug.value; });
  // Enter keeps a line; on its first field it only goes on, so that a name alone is not kept by a slip.
  drug.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    form.querySelector("[name=drug-dose_mg]").focus();
  });
  form.querySelector("select").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    form.requestSubmit();
  });
  say();
})();
