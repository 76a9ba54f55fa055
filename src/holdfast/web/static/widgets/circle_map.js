// Draws the people of the table as a map: nearer the middle is closer. A drag or a button only sets the answer in its row.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  const frame = form?.querySelector("[data-circle]");
  if (!frame) return;
  const words = frame.dataset, drawing = frame.querySelector("[data-drawing]"), said = frame.querySelector("[data-said]");
  const list = form.querySelector(`[data-field="${words.circle}"] [data-rows]`);
  if (!list) return;

  // Mirrored in parts/widgets_people_drawn.py, so that the map that is read is the map of the form.
  const SVG = "http://www.w3.org/2000/svg", WIDTH = 440, MIDDLE = WIDTH / 2, RADII = [66, 112, 158, 200], TURN = Math.PI * (3 - Math.sqrt(5)), FIRST = .9 - Math.PI / 2, DOT = 8, LONGEST = 12, LETTER = 10;
  const FIRST_FIELDS = 4;
  let mode = "ring";

  const rows = () => [...list.querySelectorAll(":scope > [data-row]")];
  const radios = (row, slug) => [...row.querySelectorAll(`[name$="-${slug}"]`)].filter((one) => one.value);
  const rings = radios(rows()[0], "ring").map((one) => one.value);
  const place = (row, slug) => radios(row, slug).findIndex((one) => one.checked);
  const name = (row) => row.querySelector('[name$="-who"]')?.value.trim() || words.nobody;
  const shape = (kind, parts, text) => { const node = document.createElementNS(SVG, kind); for (const [key, value] of Object.entries(parts)) node.setAttribute(key, value); if (text !== undefined) node.textContent = text; return node; };
  const radius = (ring) => RADII[Math.min(ring, RADII.length - 1)] - 14;
  const spot = (far, turn) => [MIDDLE + far * Math.cos(turn), MIDDLE + far * Math.sin(turn)];

  const put = (row, slug, ring) => {
    const one = radios(row, slug)[Math.max(0, Math.min(rings.length - 1, ring))];
    if (!one) return;
    if (!one.checked) { one.checked = true; one.dispatchEvent(new Event("change", { bubbles: true })); }
    said.textContent = `${name(row)}: ${slug === "wish_ring" ? `${words.wished} ` : ""}${one.value}`;
  };

  const person = (row, number) => {
    const ring = place(row, "ring"), wish = place(row, "wish_ring"), turn = TURN * number + FIRST;
    const shownAt = mode === "wish_ring" && wish >= 0 ? wish : ring;
    const group = shape("g", { class: "map-handle" });
    const arrow = shape("g", {});
    if (wish >= 0 && wish !== ring) {
      const [x1, y1] = spot(radius(ring), turn), [x2, y2] = spot(radius(wish), turn), way = wish > ring ? 1 : -1;
      const head = [[x2, y2], ...[.45, -.45].map((side) => [x2 - way * 13 * Math.cos(turn + side), y2 - way * 13 * Math.sin(turn + side)])];
      arrow.append(shape("line", { class: "map-wish", x1, y1, x2, y2 }), shape("polygon", { class: "map-head", points: head.map((one) => one.join(",")).join(" ") }));
    }
    const [x, y] = spot(radius(ring), turn), [gx, gy] = spot(radius(shownAt), turn);
    if (row.querySelector('[name$="-changed"][value="yes"]:checked')) group.append(shape("circle", { class: "map-changed", cx: x, cy: y, r: DOT + 6 }));
    const grip = shape("circle", { class: "map-grip", cx: gx, cy: gy, r: 26 }), whole = name(row);
    const called = whole.length > LONGEST ? `${whole.slice(0, LONGEST - 1)}…` : whole, half = LETTER * called.length / 2;
    group.append(grip, shape("circle", { class: "map-dot", cx: x, cy: y, r: DOT }), shape("text", { class: "map-name", x: Math.min(Math.max(x, half), WIDTH - half), y: y + DOT + 20, "text-anchor": "middle" }, called));
    hold(group, grip, row, turn, shownAt);
    return [arrow, group];
  };

  // While it is held the grip follows the pointer along its line; where it is let go decides the ring.
  const hold = (group, grip, row, turn, from) => {
    let ring = from;
    const move = (event) => {
      const box = drawing.firstElementChild.getBoundingClientRect(), scale = WIDTH / box.width;
      const far = Math.hypot((event.clientX - box.left) * scale - MIDDLE, (event.clientY - box.top) * scale - MIDDLE);
      ring = rings.map((_, at) => Math.abs(radius(at) - far)).reduce((best, gap, at, all) => (gap < all[best] ? at : best), 0);
      const [x, y] = spot(Math.max(20, Math.min(RADII[RADII.length - 1], far)), turn);
      grip.setAttribute("cx", x); grip.setAttribute("cy", y);
    };
    group.addEventListener("pointerdown", (event) => { event.preventDefault(); group.setPointerCapture(event.pointerId); group.classList.add("is-held"); group.addEventListener("pointermove", move); });
    const end = () => { group.removeEventListener("pointermove", move); group.classList.remove("is-held"); if (ring !== from) put(row, mode, ring); draw(); };
    group.addEventListener("pointerup", end);
    group.addEventListener("pointercancel", () => { ring = from; end(); });
  };

  const draw = () => {
    const known = rows().map((row, number) => [row, number]).filter(([row]) => place(row, "ring") >= 0);
    const told = known.map(([row]) => `${name(row)}: ${rings[place(row, "ring")]}${place(row, "wish_ring") >= 0 && place(row, "wish_ring") !== place(row, "ring") ? `, ${words.wished} ${rings[place(row, "wish_ring")]}` : ""}`);
    const svg = shape("svg", { class: "drawn drawn-map", viewBox: `0 0 ${WIDTH} ${WIDTH}`, role: "img", "aria-label": `${words.map} ${told.join("; ")}` });
    rings.forEach((ring, at) => svg.append(shape("circle", { class: "map-ring", cx: MIDDLE, cy: MIDDLE, r: RADII[at] }), shape("text", { class: "map-ring-name", x: MIDDLE, y: MIDDLE - RADII[at] + 16, "text-anchor": "middle" }, ring)));
    svg.append(shape("text", { class: "map-me", x: MIDDLE, y: MIDDLE + 6, "text-anchor": "middle" }, words.me));
    const drawn = known.map(([row, number]) => person(row, number));
    svg.append(...drawn.map(([arrow]) => arrow), ...drawn.map(([, group]) => group));
    drawing.replaceChildren(svg);
    for (const row of rows()) label(row);
  };

  const label = (row) => {
    const moves = row.querySelector(":scope > .moves");
    if (!moves) return;
    const at = place(row, mode), text = at < 0 ? words.unset : rings[at];
    moves.firstElementChild.textContent = mode === "wish_ring" ? `${words.wished} ${text}` : text;
    for (const button of moves.querySelectorAll("button")) button.querySelector(".hidden-text").textContent = `${name(row)}: `;
  };
  // Someone with no place yet comes in between; a wish begins where they are now.
  const step = (row, by) => {
    const at = place(row, mode), begins = at < 0 ? place(row, "ring") : at;
    put(row, mode, begins < 0 ? (by < 0 ? 1 : 2) : begins + by);
  };
  const equip = (row) => {
    row.querySelector(":scope > .moves")?.remove();
    const moves = document.createElement("div"), text = document.createElement("span");
    moves.className = "moves"; moves.append(text);
    for (const [word, by] of [[words.closer, -1], [words.further, 1]]) {
      const button = document.createElement("button"), whose = document.createElement("span");
      button.type = "button"; button.className = "button button-quiet"; whose.className = "hidden-text";
      button.append(whose, word);
      button.addEventListener("click", () => step(row, by));
      moves.append(button);
    }
    const head = row.querySelector(":scope > .fold-button, :scope > legend");
    if (head) head.after(moves); else row.prepend(moves);
    foldMore(row);
    label(row);
  };
  // Who someone is and how close comes first; the rest waits behind a fold, open where something in it is wrong.
  const foldMore = (row) => {
    let more = row.querySelector(":scope > .more-of");
    if (!more) {
      const title = document.createElement("summary");
      more = document.createElement("details"); more.className = "more-of"; title.textContent = words.more;
      more.append(title, ...[...row.querySelectorAll(":scope > .field")].slice(FIRST_FIELDS));
      row.append(more);
    }
    more.open = Boolean(more.querySelector(".field-wrong"));
  };

  for (const button of frame.querySelectorAll("[data-mode]")) {
    button.addEventListener("click", () => {
      mode = button.dataset.mode;
      for (const one of frame.querySelectorAll("[data-mode]")) one.setAttribute("aria-pressed", String(one === button));
      for (const one of frame.querySelectorAll("[data-for]")) one.hidden = one.dataset.for !== mode;
      draw();
    });
  }
  rows().forEach(equip);
  form.addEventListener("exercise:row", (event) => { if (list.contains(event.detail)) { equip(event.detail); draw(); } });
  form.addEventListener("change", draw);
  form.addEventListener("input", (event) => { if (event.target.name?.endsWith("-who")) draw(); });
  frame.hidden = false;
  draw();
})();
