// Watches an urge: each tap is a point of its wave; the start, the highest and the minutes go into the form's own fields.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  const wave = form?.querySelector("[data-wave]");
  if (!wave) return;

  const SVG = "http://www.w3.org/2000/svg", WIDTH = 440, HEIGHT = 220, LEFT = 40, RIGHT = 14, TOP = 20, BOTTOM = 40;
  const piece = (name) => wave.querySelector(`[data-${name}]`);
  const scale = piece("now"), drawing = piece("drawing"), told = piece("told"), clock = piece("clock");
  let points = [], begun = 0, tick = 0;

  const filled = (text, parts) => text.replace(/{(\w+)}/g, (_, name) => parts[name]);
  const number = (name) => { const field = form.elements[name]; const value = field instanceof RadioNodeList ? field.value : field?.value.replace(",", "."); return value === "" || value === undefined || Number.isNaN(Number(value)) ? null : Number(value); };
  const put = (name, value) => {
    const field = form.elements[name];
    if (!field) return;
    if (field instanceof RadioNodeList) { const one = [...field].find((each) => each.value === String(value)); if (!one || one.checked) return; one.checked = true; one.dispatchEvent(new Event("change", { bubbles: true })); }
    else { field.value = String(value); field.dispatchEvent(new Event("change", { bubbles: true })); }
  };
  const shape = (name, parts, text) => { const node = document.createElementNS(SVG, name); for (const [key, value] of Object.entries(parts)) node.setAttribute(key, value); if (text !== undefined) node.textContent = text; return node; };
  const passed = () => (begun ? (Date.now() - begun) / 60000 : 0);

  const draw = () => {
    const start = number(wave.dataset.start), peak = number(wave.dataset.peak), minutes = number(wave.dataset.minutes);
    const shown = points.length ? points : sketch(start, peak, minutes);
    told.textContent = [peak === null ? "" : filled(wave.dataset.said, { start: start ?? peak, peak }), minutes === null ? "" : filled(wave.dataset.eased, { n: minutes })].join(" ").trim();
    if (!shown.length) { drawing.replaceChildren(); return; }
    const longest = Math.max(1, ...shown.map((one) => one[0]));
    const x = (minute) => LEFT + (WIDTH - LEFT - RIGHT) * minute / longest, y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (10 - value) / 10;
    const svg = shape("svg", { class: "dial", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": shown.map(([minute, value]) => filled(wave.dataset.at, { n: Math.round(minute), value })).join(". ") });
    for (const value of [0, 5, 10]) svg.append(shape("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value), stroke: "currentColor", "stroke-opacity": ".25" }), shape("text", { class: "dial-name", x: LEFT - 8, y: y(value) + 6, "text-anchor": "end" }, value));
    svg.append(shape("path", { class: "wave-line", fill: "none", "stroke-width": 3, d: smooth(shown.map(([minute, value]) => [x(minute), y(value)])) }));
    for (const [minute, value] of shown) svg.append(shape("circle", { class: "wave-dot", cx: x(minute), cy: y(value), r: 5 }));
    svg.append(shape("text", { class: "dial-name", x: WIDTH - RIGHT, y: HEIGHT - 12, "text-anchor": "end" }, points.length || minutes !== null ? `${Math.round(longest)} ${wave.dataset.across}` : ""));
    drawing.replaceChildren(svg);
  };
  // From the three numbers alone: up to the highest, and down where it eased.
  const sketch = (start, peak, minutes) => {
    if (peak === null) return start === null ? [] : [[0, start]];
    const whole = minutes || 10;
    return [[0, start ?? peak], [whole * .4, peak], ...(minutes === null ? [] : [[whole, Math.min(start ?? 1, 1)]])];
  };
  const smooth = (spots) => spots.map(([x, y], place) => {
    if (!place) return `M${x} ${y}`;
    const [px, py] = spots[place - 1], middle = (px + x) / 2;
    return `C${middle} ${py} ${middle} ${y} ${x} ${y}`;
  }).join("");

  const press = (value) => {
    if (!points.length) { begun = Date.now(); tick = setInterval(() => { clock.textContent = `${Math.floor(passed())} ${wave.dataset.across}`; }, 1000); piece("tools").hidden = false; }
    points.push([passed(), value]);
    for (const button of scale.children) button.setAttribute("aria-pressed", String(button.textContent === String(value)));
    if (points.length === 1) put(wave.dataset.start, value);
    put(wave.dataset.peak, Math.max(...points.map((one) => one[1])));
    draw();
  };
  for (let value = 0; value <= 10; value += 1) {
    const button = document.createElement("button");
    button.type = "button"; button.textContent = String(value); button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => press(value));
    scale.append(button);
  }
  piece("eased-now").addEventListener("click", () => {
    clearInterval(tick);
    put(wave.dataset.minutes, Math.max(1, Math.round(passed())));
    points.push([passed(), points.at(-1)[1]]);
    draw();
  });
  piece("anew").addEventListener("click", () => {
    clearInterval(tick); points = []; clock.textContent = ""; piece("tools").hidden = true;
    for (const button of scale.children) button.setAttribute("aria-pressed", "false");
    draw(); scale.firstElementChild.focus();
  });
  form.addEventListener("change", draw);
  wave.hidden = !form.elements[wave.dataset.peak];
  draw();
})();
