// One card at a time. All of the form stays in the page; only what is not the card's turn is folded away.
(() => {
  "use strict";
  const frame = document.querySelector("form.exercise [data-steps]");
  const fields = [...(frame?.querySelectorAll(":scope > .field") || [])];
  const ENOUGH = 3;
  if (fields.length <= ENOUGH) return;
  const form = frame.closest("form"), words = frame.dataset;
  const GROUPS = [["moment", "at"], ["thought"], ["believe_before"], ["feelings"], ["fits"], ["not_fit"], ["friend", "habits"], ["fairer", "believe_fairer"], ["believe_after", "next_move"]];
  const cards = [];
  for (const field of fields) {
    const group = GROUPS.findIndex((names) => names.includes(field.dataset.field));
    const last = cards[cards.length - 1];
    if (last && group >= 0 && last.group === group) last.fields.push(field);
    else cards.push({ group, fields: [field] });
  }
  const bars = frame.querySelector("[data-pair]");
  const done = [...form.querySelectorAll('button[name="outcome"][value="done"]')];
  const make = (name, className, text) => { const one = document.createElement(name); one.className = className; if (text) one.textContent = text; return one; };
  const button = (text, look) => { const one = make("button", `button ${look}`, text); one.type = "button"; return one; };

  const where = make("p", "progress-words"), bar = make("progress", "progress"), bottom = make("div", "row steps-turn"), enough = make("div", "banner banner-good stack-small");
  const back = button(words.back, "button-quiet"), next = button(words.next, ""), all = button(words.all, "button-quiet");
  const head = make("div", "steps-head"); head.append(where, bar);
  where.setAttribute("role", "status"); bar.max = cards.length; bar.setAttribute("aria-hidden", "true");
  const stop = make("button", "button button-quiet", words.stopHere); stop.name = "outcome"; stop.value = "done";
  enough.append(make("p", "banner-title", words.stop), stop);
  bottom.append(back, next);
  frame.prepend(head); fields[fields.length - 1].after(bottom, enough, all);

  let at = 0, whole = Boolean(document.querySelector("body.clinician, .clinician"));
  const filled = (field) => [...field.querySelectorAll("input[name], textarea[name]")].some((input) => (input.type === "radio" || input.type === "checkbox" ? input.checked && input.value !== "" : input.type !== "hidden" && input.value.trim() !== ""));
  const show = () => {
    cards.forEach((card, place) => card.fields.forEach((field) => { field.hidden = !whole && place !== at; }));
    const isLast = at === cards.length - 1;
    head.hidden = bottom.hidden = whole;
    back.disabled = at === 0; next.hidden = isLast;
    where.textContent = `${words.step} ${at + 1} ${words.of} ${cards.length}`;
    bar.value = at + 1;
    enough.hidden = whole || isLast || fields.filter(filled).length < ENOUGH;
    all.textContent = whole ? words.one : words.all;
    for (const one of done) one.hidden = !whole && !isLast;
    frame.classList.toggle("is-stepping", !whole);
    bars?.classList.toggle("is-away", !whole && !cards[at].fields.some((field) => field.dataset.field === "believe_after"));
  };
  const turn = (to) => {
    at = Math.min(cards.length - 1, Math.max(0, to));
    show();
    const first = cards[at].fields[0].querySelector("input:not([type=hidden]), textarea");
    first?.focus({ preventScroll: true });
    head.scrollIntoView({ block: "start" });
  };
  const cardOf = (node) => cards.findIndex((card) => card.fields.some((field) => field.contains(node)));
  back.addEventListener("click", () => turn(at - 1));
  next.addEventListener("click", () => turn(at + 1));
  all.addEventListener("click", () => { whole = !whole; show(); });
  form.addEventListener("input", show); form.addEventListener("change", show);
  // A link to a field that is folded away unfolds it first.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#f-"]');
    const place = link ? cards.findIndex((card) => card.fields.some((field) => link.hash === `#f-${field.dataset.field}`)) : -1;
    if (place >= 0 && !whole) { event.preventDefault(); turn(place); }
  });
  const wrong = frame.querySelector(".field-wrong");
  if (wrong && cardOf(wrong) >= 0) at = cardOf(wrong);
  show();
})();
