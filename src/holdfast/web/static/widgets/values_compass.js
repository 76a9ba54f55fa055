// Draws the dial from the table below it; a mark that is dragged or moved by keys answers the table's own question.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  const frame = form?.querySelector("[data-dial]");
  if (!frame) return;

  const SVG = "http://www.w3.org/2000/svg", WIDTH = 440, HEIGHT = 380, HUB = 30, RIM = 125, MOST = 10;
  const table = frame.dataset.dial, words = frame.dataset;
  const then = new Map([...frame.querySelectorAll("[data-then] li")].map((one) => [one.dataset.area, Number(one.dataset.lived)]));
  const shape = (name, parts, ...within) => { const node = document.createElementNS(SVG, name); for (const [key, value] of Object.entries(parts)) node.setAttribute(key, value); node.append(...within); return node; };
  const radius = (value) => RIM - (RIM - HUB) * value / MOST;
  const spot = (value, turn) => [WIDTH / 2 + radius(value) * Math.cos(turn), HEIGHT / 2 + radius(value) * Math.sin(turn)];

  const cell = (number, column) => form.elements[`${table}-${number}-${column}`]?.value ?? "";
  const amount = (number, column) => { const value = cell(number, column); return value === "" ? null : Number(value); };
  const areas = () => [...form.querySelectorAll(`[data-field="${table}"] [data-row]`)]
    .map((_, place) => place + 1)
    .map((number) => ({ number, name: cell(number, "area") || cell(number, "words"), lived: amount(number, "lived"), matters: amount(number, "matters") }))
    .filter((one) => one.name || one.lived !== null || one.matters !== null)
    .map((one) => ({ ...one, name: one.name || words.row.replace("{n}", one.number) }));

  const answer = (number, value) => {
    const one = [...form.querySelectorAll(`[name="${table}-${number}-lived"]`)].find((each) => each.value === String(value));
    if (!one || one.checked) return;
    one.checked = true;
    one.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const near = (one) => (one.lived === null ? words.none : words.near.replace("{n}", one.lived));

  const named = (name, turn) => {
    const x = WIDTH / 2 + (RIM + 26) * Math.cos(turn), y = HEIGHT / 2 + (RIM + 26) * Math.sin(turn);
    const cut = name.length > 9 ? name.lastIndexOf(" ") : -1;
    const pieces = (cut > 0 ? [name.slice(0, cut), name.slice(cut + 1)] : [name]).map((one) => one.slice(0, 14));
    const anchor = Math.abs(Math.cos(turn)) < .3 ? "middle" : Math.cos(turn) > 0 ? "start" : "end";
    const top = y + 6 - 20 * (pieces.length - 1) * (1 - Math.sin(turn)) / 2;
    return pieces.map((piece, place) => shape("text", { class: "dial-name", x, y: top + 20 * place, "text-anchor": anchor, "aria-hidden": "true" }, piece));
  };
  const handle = (one, turn) => {
    const [x, y] = spot(one.lived ?? 0, turn);
    const grip = shape("g", { class: "dial-handle", role: "slider", tabindex: 0, "data-number": one.number, "aria-label": one.name, "aria-valuemin": 0, "aria-valuemax": MOST, "aria-valuenow": one.lived ?? 0, "aria-valuetext": near(one) },
      shape("circle", { class: "dial-grip", cx: x, cy: y, r: 27 }),
      shape("circle", { class: one.lived === null ? "dial-unset" : "dial-mark", cx: x, cy: y, r: 12 }),
      shape("text", { class: "dial-number", x, y: y + 5, "text-anchor": "middle" }, one.lived === null ? "?" : String(one.lived)));
    grip.addEventListener("keydown", (event) => {
      const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, Home: -MOST, End: MOST };
      if (!(event.key in steps)) return;
      event.preventDefault();
      answer(one.number, Math.max(0, Math.min(MOST, (one.lived ?? 0) + steps[event.key])));
    });
    grip.addEventListener("pointerdown", (event) => drag(event, one, turn));
    return grip;
  };
  const drag = (event, one, turn) => {
    event.preventDefault();
    const svg = frame.querySelector("svg"), box = svg.getBoundingClientRect();
    let value = one.lived;
    const move = (at) => {
      const x = (at.clientX - box.left) / box.width * WIDTH - WIDTH / 2, y = (at.clientY - box.top) / box.height * HEIGHT - HEIGHT / 2;
      const along = x * Math.cos(turn) + y * Math.sin(turn);
      value = Math.max(0, Math.min(MOST, Math.round((RIM - along) / (RIM - HUB) * MOST)));
      const [cx, cy] = spot(value, turn), grip = svg.querySelector(`[data-number="${one.number}"]`);
      for (const circle of grip.querySelectorAll("circle")) { circle.setAttribute("cx", cx); circle.setAttribute("cy", cy); }
      const text = grip.querySelector("text"); text.setAttribute("x", cx); text.setAttribute("y", cy + 5); text.textContent = value;
    };
    const drop = () => {
      window.removeEventListener("pointermove", move); window.removeEventListener("pointerup", drop); window.removeEventListener("pointercancel", drop);
      if (value !== null) answer(one.number, value);
      frame.querySelector(`[data-number="${one.number}"]`)?.focus();
    };
    window.addEventListener("pointermove", move); window.addEventListener("pointerup", drop); window.addEventListener("pointercancel", drop);
  };

  const draw = () => {
    const known = areas(), held = document.activeElement?.getAttribute?.("data-number");
    frame.hidden = !known.length;
    const svg = shape("svg", { class: "dial", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": words.name });
    for (const value of [MOST, 5, 0]) svg.append(shape("circle", { cx: WIDTH / 2, cy: HEIGHT / 2, r: radius(value), fill: "none", stroke: "currentColor", "stroke-opacity": ".35" }));
    const turns = known.map((_, place) => 2 * Math.PI * place / known.length - Math.PI / 2);
    known.forEach((one, place) => {
      const [x1, y1] = spot(MOST, turns[place]), [x2, y2] = spot(0, turns[place]);
      svg.append(shape("line", { x1, y1, x2, y2, stroke: "currentColor", "stroke-opacity": ".35" }), ...named(one.name, turns[place]));
      if (then.has(one.name)) { const [cx, cy] = spot(then.get(one.name), turns[place]); svg.append(shape("circle", { class: "dial-then", cx, cy, r: 16 })); }
    });
    if (known.length > 2 && known.every((one) => one.lived !== null)) svg.append(shape("polygon", { class: "dial-shape", fill: "none", "stroke-width": 1.6, points: known.map((one, place) => spot(one.lived, turns[place]).join(",")).join(" ") }));
    known.forEach((one, place) => svg.append(handle(one, turns[place])));
    frame.querySelector("[data-drawing]").replaceChildren(svg);
    frame.querySelector("[data-list]").replaceChildren(...known.map((one) => {
      const line = document.createElement("li");
      line.textContent = [`${one.name}: ${near(one)}`, one.matters === null ? "" : words.matters.replace("{n}", one.matters), then.has(one.name) ? words.was.replace("{n}", then.get(one.name)) : ""].filter(Boolean).join(", ");
      return line;
    }));
    if (held) svg.querySelector(`[data-number="${held}"]`)?.focus();
  };
  form.addEventListener("change", draw);
  form.addEventListener("exercise:row", draw);
  draw();
})();
