// Says the three tags of a story as one line while they are ticked.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  const sentence = form?.querySelector("[data-story]");
  if (!sentence) return;
  const told = () => {
    const parts = ["wish", "they", "me"].map((slug) => {
      const ticked = [...form.querySelectorAll(`[name="${slug}"]:checked`)].map((one) => one.value);
      return ticked.length ? `${sentence.dataset[slug]} ${ticked.join(", ")}.` : "";
    }).filter(Boolean);
    sentence.hidden = !parts.length;
    sentence.textContent = parts.join(" ");
  };
  form.addEventListener("change", told);
  told();
})();
