// The enter key goes on to the next question: a move is noted in a few seconds, and nothing is sent before its time.
(() => {
  "use strict";
  const quick = document.querySelector("form.exercise .arrow-quick");
  if (!quick) return;
  quick.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input[type=text]")) return;
    event.preventDefault();
    const next = event.target.closest(".field").nextElementSibling;
    (next?.querySelector("input:checked:not([value=''])") || next?.querySelector("input") || document.querySelector("form.exercise [name=outcome]")).focus();
  });
})();
