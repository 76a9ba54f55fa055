// Keeps an exercise while it is typed: on the site, and on this device when the site cannot be reached.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  if (!form) return;
  const said = form.querySelector("[data-saved]");
  const words = said ? { kept: said.textContent, ...said.dataset } : {};
  const place = `exercise:${form.dataset.save}`;
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  let revision = Number(form.dataset.revision);
  let timer = 0, busy = false, again = false, leaving = false, unsent = false;

  const typed = () => {
    const sent = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && !["csrfmiddlewaretoken", "revision", "obstacle"].includes(name)) sent.append(name, value);
    }
    sent.append("revision", String(revision));
    return sent;
  };
  const say = (text) => { if (said) said.textContent = text; };
  const keepHere = (sent) => { try { localStorage.setItem(place, sent.toString()); } catch { /* a full or closed store: the page still holds it */ } };

  const keep = async () => {
    if (busy) { again = true; return; }
    busy = true;
    const sent = typed();
    keepHere(sent);
    try {
      const answer = await fetch(form.dataset.save, {
        method: "POST", body: sent, credentials: "same-origin", redirect: "error",
        headers: { "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded" },
      });
      const told = await answer.json();
      if (answer.status === 409) { say(told.conflict); return; }
      if (!answer.ok) throw new Error(told.problem);
      revision = told.revision;
      unsent = again;
      form.elements.revision.value = String(revision);
      localStorage.removeItem(place);
      say(words.done || "Kept just now.");
      if (told.help && form.dataset.help) { leaving = true; location.assign(form.dataset.help); }
    } catch {
      say(words.offline || "Not sent yet: kept on this device, and tried again.");
      setTimeout(soon, 15000);
    } finally {
      busy = false;
      if (again) { again = false; soon(); }
    }
  };
  const soon = () => { unsent = true; clearTimeout(timer); timer = setTimeout(keep, 800); };
  form.addEventListener("change", soon);
  form.addEventListener("input", (event) => { if (event.target.matches("textarea, input[type=text]")) { unsent = true; clearTimeout(timer); timer = setTimeout(keep, 2500); } });
  form.addEventListener("exercise:changed", soon);
  form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); });
  window.addEventListener("online", soon);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && unsent && !leaving) { clearTimeout(timer); keepHere(typed()); navigator.sendBeacon && keep(); } });

  // What was typed here and never reached the site.
  try {
    const left = localStorage.getItem(place);
    if (left) {
      for (const [name, value] of new URLSearchParams(left)) {
        const field = form.elements[name];
        if (!field || name.endsWith("__sent") || name === "revision") continue;
        if (field instanceof RadioNodeList) { for (const one of field) if (one.value === value) one.checked = true; else if (one.type === "text" && !one.value) { one.value = value; break; } }
        else if (field.type === "checkbox") field.checked = field.value === value;
        else if (!field.value) field.value = value;
      }
      soon();
    }
  } catch { /* no store on this device */ }

  // Rows: another one without a round trip.
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row]");
    if (!button) return;
    const frame = button.closest("fieldset").querySelector("[data-rows]");
    const rows = frame.querySelectorAll(":scope > [data-row]");
    if (rows.length >= Number(frame.dataset.rows)) { button.hidden = true; event.preventDefault(); return; }
    event.preventDefault();
    const last = rows[rows.length - 1], number = rows.length + 1, copy = last.cloneNode(true);
    const renumbered = (text) => text.replace(new RegExp(`-${rows.length}(?=-|$)`), `-${number}`);
    for (const node of copy.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
      for (const attribute of ["id", "name", "for", "aria-describedby"]) if (node.hasAttribute(attribute)) node.setAttribute(attribute, renumbered(node.getAttribute(attribute)));
      if (node.matches("input[type=radio], input[type=checkbox]")) node.checked = node.value === "";
      else if (node.matches("input, textarea")) node.value = "";
    }
    const legend = copy.querySelector(":scope > legend, :scope > label");
    if (legend) legend.textContent = legend.textContent.replace(String(rows.length), String(number));
    frame.append(copy);
    for (const slider of copy.querySelectorAll("[data-slider]")) { slider.querySelector("input[type=range]")?.remove(); slide(slider); }
    copy.querySelector("input, textarea, select")?.focus();
    form.dispatchEvent(new CustomEvent("exercise:row", { detail: copy, bubbles: true }));
  });

  // Sliders: a bar beside the number; without a number there is no answer.
  function slide(frame) {
    const number = frame.querySelector("input[type=number]");
    const bar = document.createElement("input");
    bar.type = "range"; bar.min = number.min; bar.max = number.max; bar.step = number.step;
    bar.setAttribute("aria-label", form.querySelector(`label[for="${number.id}"]`)?.textContent.trim() || "");
    bar.value = number.value || "50";
    frame.classList.toggle("unset", number.value === "");
    bar.addEventListener("input", () => { number.value = bar.value; frame.classList.remove("unset"); });
    bar.addEventListener("change", () => number.dispatchEvent(new Event("change", { bubbles: true })));
    number.addEventListener("input", () => { frame.classList.toggle("unset", number.value === ""); if (number.value !== "") bar.value = number.value; });
    frame.prepend(bar);
  }
  form.querySelectorAll("[data-slider]").forEach(slide);
})();
