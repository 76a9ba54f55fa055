// H-030: says so when this device's clock and ours differ: times that are read off the wrong one end up on the sheet.
(() => {
  "use strict";
  const page = document.querySelector("[data-now]"), told = document.querySelector("[data-clock-told]");
  const [opened] = performance.getEntriesByType("navigation");
  // A page taken out of the history is as old as its last look: its moment says nothing about the clock.
  if (!page || !told || (opened && opened.type === "back_forward")) return;
  const ours = Date.parse(page.dataset.now), minutes = Math.round((Date.now() - ours) / 60000);
  if (Math.abs(Date.now() - ours) <= 120000) return;
  const clock = (at) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const apart = `${Math.abs(minutes)} minute${Math.abs(minutes) === 1 ? "" : "s"} ${minutes > 0 ? "ahead of" : "behind"}`;
  told.textContent = `The clock of this device is ${apart} ours: it shows ${clock(Date.now())}, ours ${clock(ours)}. Ours is what is kept. Set this one right.`;
  told.hidden = false;
})();
