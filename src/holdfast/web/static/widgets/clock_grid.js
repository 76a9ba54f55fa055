// Shows the typed times of one day on a line from early to late, numbered as their fields are.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  const frame = form?.querySelector("[data-clock]");
  if (!frame) return;
  // Mirrored in parts/widgets_people_drawn.py: a day begins at four, so that a late bedtime still ends it.
  const SVG = "http://www.w3.org/2000/svg", WIDTH = 440, HEIGHT = 92, LEFT = 16, RIGHT = WIDTH - 16, FIRST = 4 * 60, DAY = 24 * 60, LINE = 56, STEP = [9, -9];
  const fields = [...form.querySelectorAll("input[type=time]")], drawing = frame.querySelector("[data-drawing]");
  const shape = (kind, parts, text) => { const node = document.createElementNS(SVG, kind); for (const [key, value] of Object.entries(parts)) node.setAttribute(key, value); if (text !== undefined) node.textContent = text; return node; };
  const minutes = (text) => { const [, hour, minute] = /^(\d\d):(\d\d)/.exec(text) || []; return hour === undefined ? null : Number(hour) * 60 + Number(minute); };
  const x = (minute) => LEFT + (RIGHT - LEFT) * ((minute - FIRST + DAY) % DAY) / DAY;
  const names = fields.map((field) => form.querySelector(`label[for="${field.id}"]`)?.textContent.trim() || "");

  fields.forEach((field, place) => {
    const number = document.createElement("span");
    number.className = "soft"; number.setAttribute("aria-hidden", "true"); number.textContent = `${place + 1}. `;
    form.querySelector(`label[for="${field.id}"]`)?.prepend(number);
  });
  const draw = () => {
    const known = fields.map((field, place) => ({ at: minutes(field.value), number: place + 1, field })).filter((one) => one.at !== null);
    frame.hidden = !known.length;
    const svg = shape("svg", { class: "drawn drawn-line", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${frame.dataset.said} ${known.map((one) => `${names[one.number - 1]} ${one.field.value}`).join("; ")}` });
    for (const hour of [6, 12, 18, 0]) svg.append(shape("line", { class: "line-rule", x1: x(hour * 60), x2: x(hour * 60), y1: 26, y2: HEIGHT - 8 }), shape("text", { class: "line-word", x: x(hour * 60), y: 18, "text-anchor": "middle" }, String(hour).padStart(2, "0")));
    svg.append(shape("line", { class: "line-day", x1: LEFT, x2: RIGHT, y1: LINE, y2: LINE }));
    for (const one of known) svg.append(shape("circle", { class: "line-dot", cx: x(one.at), cy: LINE + STEP[one.number % 2], r: 12 }), shape("text", { class: "line-number", x: x(one.at), y: LINE + STEP[one.number % 2] + 5, "text-anchor": "middle" }, one.number));
    drawing.replaceChildren(svg);
  };
  form.addEventListener("change", draw);
  draw();
})();
