// Draws the points of the table as a line, low to high, while they are typed. A point that is kept shut tells nothing.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  const frame = form?.querySelector("[data-line]");
  if (!frame) return;
  const words = frame.dataset, drawing = frame.querySelector("[data-drawing]");
  const list = form.querySelector(`[data-field="${words.line}"] [data-rows]`);
  if (!list) return;

  // Mirrored in parts/widgets_people_drawn.py.
  const SVG = "http://www.w3.org/2000/svg", WIDTH = 440, HEIGHT = 240, LEFT = 52, RIGHT = WIDTH - 18, TOP = 40, BOTTOM = 200, DAY = 86400000;
  const infusions = [...frame.querySelectorAll("[data-infusions] li")].map((one) => Date.parse(one.textContent));
  const shape = (kind, parts, text) => { const node = document.createElementNS(SVG, kind); for (const [key, value] of Object.entries(parts)) node.setAttribute(key, value); if (text !== undefined) node.textContent = text; return node; };
  const filled = (text, parts) => text.replace(/{(\w+)}/g, (_, name) => parts[name]);
  const typed = (row, slug) => row.querySelector(`[name$="-${slug}"]`)?.value.trim() || "";
  const day = new Intl.DateTimeFormat(document.documentElement.lang || "en", { month: "short", year: "numeric", timeZone: "UTC" });

  const points = () => {
    const known = [...list.querySelectorAll(":scope > [data-row]")].map((row) => {
      const mood = row.querySelector('[name$="-mood"]:checked')?.value;
      return { when: typed(row, "when") ? Date.parse(typed(row, "when")) : NaN, age: typed(row, "age"), mood: mood ? Number(mood) : null, closed: Boolean(row.querySelector('[name$="-keep_shut"][value="yes"]:checked')) };
    }).filter((one) => one.age || !Number.isNaN(one.when));
    if (known.every((one) => !one.age)) known.sort((one, other) => one.when - other.when);
    return known;
  };

  const draw = () => {
    const known = points();
    frame.hidden = !known.length;
    if (!known.length) return;
    const first = known[0].when, last = known[known.length - 1].when;
    const at = (when) => LEFT + 12 + (RIGHT - LEFT - 24) * (last > first ? (when - first) / (last - first) : .5);
    const x = (one, place) => (one.age ? LEFT + (RIGHT - LEFT) * (place + .5) / known.length : at(one.when));
    const y = (one) => (one.mood === null ? BOTTOM : BOTTOM - (BOTTOM - TOP) * one.mood / 10);
    const told = known.map((one, place) => filled(one.closed ? words.shut : one.mood === null ? words.none : words.of, { n: place + 1, mood: one.mood }));
    const svg = shape("svg", { class: "drawn drawn-line", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${words.said} ${told.join("; ")}` });
    for (const [text, up] of [[words.high, TOP], [words.low, BOTTOM]]) svg.append(shape("line", { class: "line-rule", x1: LEFT, x2: RIGHT, y1: up, y2: up }), shape("text", { class: "line-word", x: LEFT - 8, y: up + 6, "text-anchor": "end" }, text));
    const within = infusions.filter((when) => when >= first && when <= last + DAY - 1);
    for (const when of within) svg.append(shape("polygon", { class: "line-infusion", points: `${at(when) - 7},4 ${at(when) + 7},4 ${at(when)},18` }), shape("line", { class: "line-infusion-day", x1: at(when), x2: at(when), y1: 18, y2: BOTTOM }));
    const spots = known.map((one, place) => [x(one, place), y(one), one]), joined = spots.filter(([, , one]) => one.mood !== null && !one.closed);
    if (joined.length > 2) svg.append(shape("polyline", { class: "line-path", points: joined.map(([left, up]) => `${left},${up}`).join(" ") }));
    spots.forEach(([left, up, one], place) => {
      if (one.closed) svg.append(shape("rect", { class: "line-closed", x: left - 9, y: BOTTOM - 9, width: 18, height: 18, rx: 4 }));
      else svg.append(shape("circle", { class: one.mood === null ? "line-dot line-unset" : "line-dot", cx: left, cy: up, r: 13 }), shape("text", { class: "line-number", x: left, y: up + 6, "text-anchor": "middle" }, place + 1));
    });
    if (known.length > 1) for (const [one, left, anchor] of [[known[0], LEFT, "start"], [known[known.length - 1], RIGHT, "end"]]) svg.append(shape("text", { class: "line-word", x: left, y: HEIGHT - 8, "text-anchor": anchor }, one.age ? one.age.slice(0, 18) : day.format(one.when)));
    drawing.replaceChildren(svg);
    const marks = frame.querySelector("[data-marks]"), closed = frame.querySelector("[data-closed]");
    marks.hidden = !within.length;
    closed.hidden = !known.some((one) => one.closed);
  };
  form.addEventListener("change", draw);
  form.addEventListener("exercise:row", draw);
  draw();
})();
