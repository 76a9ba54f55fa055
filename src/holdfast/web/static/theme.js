// Light or dark by choice, kept on this device alone. Without this file the system's preference holds.
// Loaded in the head and not deferred: the page must not first be painted in the other theme.
(() => {
  "use strict";
  const root = document.documentElement;
  const system = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const kept = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }  // storage may be forbidden
  };
  const keep = (theme) => {
    try { theme ? localStorage.setItem("theme", theme) : localStorage.removeItem("theme"); } catch { /* only this page */ }
  };
  const show = (theme) => (theme ? root.setAttribute("data-theme", theme) : root.removeAttribute("data-theme"));
  const shown = () => root.getAttribute("data-theme") || system();

  const theme = kept();
  show(theme === "dark" || theme === "light" ? theme : null);

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll(".theme-switch")) {
      const tell = () => button.setAttribute("aria-pressed", String(shown() === "dark"));
      button.hidden = false;
      tell();
      button.addEventListener("click", () => {
        const next = shown() === "dark" ? "light" : "dark";
        const choice = next === system() ? null : next;  // the same as the system: follow the system again
        keep(choice);
        show(choice);
        tell();
      });
    }
  });
})();
