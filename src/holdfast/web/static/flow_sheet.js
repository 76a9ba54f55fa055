// The flow sheet at the chair. What is entered is kept in this browser first, for this account and this visit, and sent
// in order; a dropped connection, a reload or a log-out loses nothing, and what is sent twice counts once (H-029).
(() => {
  "use strict";
  const sheet = document.querySelector("[data-sheet]");
  if (!sheet) return;
  const rows = sheet.dataset.rows, mine = `flow:${rows}:${sheet.dataset.account}:`, typedHere = `flow-draft:${rows}:${sheet.dataset.account}`;
  const entry = sheet.querySelector("[data-entry]");
  const find = (name) => sheet.querySelector(`[data-${name}]`);
  const IDLE = 20 * 60000, EVERY = 5000, ANSWER_WITHIN = 10000;
  let token = sheet.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
  let behind = Date.parse(sheet.dataset.now) - Date.now();  // H-030: our clock less the tablet's
  let touched = Date.now(), state = "", busy = false, again = false;
  const now = () => Date.now() + behind;
  const clock = (at) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: sheet.dataset.zone });
  const name = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (one, i) => ((i === 6 ? (one & 15) | 64 : i === 8 ? (one & 63) | 128 : one) + 256).toString(16).slice(1)).join("");

  // ---- what is kept here: one item each, so that two tabs never write over one another ----
  const held = new Map();  // where the browser has no store, the page itself holds it
  const store = {
    put(key, value) { try { localStorage.setItem(key, value); held.delete(key); } catch { held.set(key, value); } },
    get(key) { try { return localStorage.getItem(key) ?? held.get(key); } catch { return held.get(key); } },
    drop(key) { held.delete(key); try { localStorage.removeItem(key); } catch { /* no store: nothing was in it */ } },
    keys() { try { return [...new Set([...Object.keys(localStorage), ...held.keys()])]; } catch { return [...held.keys()]; } },
  };
  const kept = () => store.keys().filter((key) => key.startsWith(mine)).map(store.get).filter(Boolean).map((text) => JSON.parse(text)).sort((a, b) => a.order - b.order);
  const keep = (one) => store.put(mine + one.uid, JSON.stringify(one));

  // ---- sending ----
  class LoggedOut extends Error {}
  async function ask(body) {
    const sent = Date.now();
    const answer = await fetch(rows, {
      method: body ? "POST" : "GET", body, credentials: "same-origin", redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(ANSWER_WITHIN),
      headers: { Accept: "application/json", ...(body && { "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded" }) },
    });
    if (answer.type === "opaqueredirect") throw new LoggedOut();
    if (answer.status >= 500) throw new Error(`answered ${answer.status}`);
    if (!answer.headers.get("Content-Type")?.includes("json")) {
      // A page of someone else's, such as that of a guest network, is no answer of ours: nothing was taken.
      if (answer.ok) throw new Error("answered by someone else");
      return { status: answer.status, told: { problems: [{ said: answer.status === 403 ? "You may not write on this sheet." : `The site did not take it (${answer.status}).` }] } };
    }
    const told = await answer.json();
    token = told.token;
    behind = Date.parse(told.now) - (sent + Date.now()) / 2;
    if (String(told.account) !== sheet.dataset.account) throw new LoggedOut();
    show(told.parts);
    return { status: answer.status, told };
  }

  async function send() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      let renewed = false;
      if (state) { await ask(); renewed = true; }  // a new log-in has a new token
      for (let next; (next = kept().find((one) => !one.refused));) {
        const { status, told } = await ask(next.sent);
        if (status < 300) { store.drop(mine + next.uid); say(told.said); if (next.what === "correct" && entry?.dataset.what === "correct") location.replace(location.pathname); }
        else if (status === 403 && !renewed) { await ask(); renewed = true; }
        else refuse(next, status, told.problems);
      }
      state = "";
    } catch (error) {
      state = error instanceof LoggedOut ? "out" : "gone";
    } finally {
      rest();
    }
  }
  function rest() {
    busy = false;
    tell();
    if (again) { again = false; send(); }
  }

  function refuse(one, status, problems) {
    one.refused = problems.map((problem) => problem.said).join(" ") || "It was not taken.";
    keep(one);
    // Just typed, and the form still empty: back into it, to be mended there.
    if (status === 422 && Date.now() - one.made < 15000 && mend(one)) say(one.refused, true);
  }

  async function poll() {
    if (busy) return;
    if (kept().some((one) => !one.refused)) { await send(); return; }
    if (document.visibilityState === "hidden" || Date.now() - touched > IDLE) return;  // nobody is here: the log-in may run out
    busy = true;
    try { await ask(); state = ""; } catch (error) { state = error instanceof LoggedOut ? "out" : "gone"; } finally { rest(); }
  }

  // ---- what is seen: new parts come in around whatever is being typed ----
  const came = new WeakMap();
  const typing = (node) => node.contains(document.activeElement) && document.activeElement.matches("input:not([type=hidden]), textarea") || node.querySelector("[data-typed]");
  function show(parts) {
    for (const [part, html] of Object.entries(parts)) {
      const place = sheet.querySelector(`[data-live="${part}"]`), fresh = document.createElement("template");
      fresh.innerHTML = html;
      const old = new Map([...place.children].map((node) => [node.dataset.key, node]));
      let before = null;
      for (const node of [...fresh.content.children]) {
        const there = old.get(node.dataset.key), text = node.outerHTML;
        old.delete(node.dataset.key);
        let stays = node;
        if (there && (came.get(there) === text || typing(there))) stays = there;
        else { came.set(node, text); if (there) swap(there, node); }
        const next = before ? before.nextElementSibling : place.firstElementChild;
        if (next !== stays) place.insertBefore(stays, next);
        before = stays;
      }
      for (const gone of old.values()) if (!typing(gone)) gone.remove();
    }
    tick();
  }
  function swap(there, node) {
    for (const open of there.querySelectorAll("details[open][id]")) { const same = node.querySelector(`#${open.id}`); if (same) same.open = true; }
    const focus = there.contains(document.activeElement) ? document.activeElement : null, across = there.querySelector(".flow-table")?.scrollLeft;
    there.replaceWith(node);
    if (across) node.querySelector(".flow-table").scrollLeft = across;
    if (focus?.id) document.getElementById(focus.id)?.focus();
    else if (focus?.matches("summary")) node.querySelector(`#${focus.parentElement.id} > summary`)?.focus();
  }

  function tell() {
    const waiting = kept(), box = find("unsent"), list = find("unsent-list"), others = find("unsent-others");
    const lent = store.keys().filter((key) => key.startsWith(`flow:${rows}:`) && !key.startsWith(mine)).length;
    others.hidden = !lent;
    others.textContent = lent ? `${lent} from someone else ${lent === 1 ? "waits" : "wait"} on this tablet too. They are sent when that person logs in and opens this sheet.` : "";
    box.hidden = !waiting.length && !state && !lent;
    const out = state === "out", refused = waiting.some((one) => one.refused);
    find("unsent-title").textContent = out ? "You are logged out. Everything you enter is kept on this tablet." : state === "gone" ? "No connection. Everything you enter is kept on this tablet and sent later." : refused ? "Not kept: look at these" : waiting.length ? "Kept on this tablet, not sent yet" : "Kept on this tablet";
    const so = JSON.stringify([waiting, out]);
    if (list.dataset.so !== so) list.replaceChildren(...waiting.map(line), ...(out ? [logIn()] : []));
    list.dataset.so = so;
    tick();
  }
  function line(one) {
    const item = document.createElement("li"), words = document.createElement("span");
    words.textContent = `${clock(one.at)} ${one.words} ${one.refused ? `▲ Not kept: ${one.refused}` : "· not sent yet"}`;
    words.className = one.refused ? "is-refused" : "";
    item.append(words);
    if (one.refused) item.append(button("Open it again", () => mend(one) || say("Finish what is open first.", true)), button("Leave it out", () => { if (confirm(`Leave this out for good?\n${one.words}`)) { store.drop(mine + one.uid); tell(); } }));
    return item;
  }
  function button(words, act) {
    const made = document.createElement("button");
    made.type = "button"; made.className = "button button-quiet"; made.textContent = words;
    made.addEventListener("click", act);
    return made;
  }
  function logIn() {
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = sheet.dataset.logIn; link.className = "button"; link.textContent = "Log in again";
    item.append(link);
    return item;
  }
  function say(words, wrong = false) {
    const said = find("flow-said");
    said.textContent = words || "";
    said.classList.toggle("is-wrong", wrong);
  }

  // ---- clock, next row and buttons, also while there is no connection ----
  const seconds = (ms) => { const whole = Math.max(0, Math.floor(ms / 1000)); return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`; };
  // How far the drug is, with what is still kept here: phase, how long it ran, and since when the phase holds.
  function progress(head) {
    const leads = new Map(JSON.parse(head.dataset.leads).map(([phase, kind, then]) => [`${phase}:${kind}`, then]));
    const so = { phase: head.dataset.phase, ran: Number(head.dataset.runs) * 1000, since: Date.parse(head.dataset.asOf), began: null, leads };
    for (const one of kept()) {
      const then = leads.get(`${so.phase}:${one.what}`);
      if (!then || one.refused) continue;
      if (so.phase === "running") so.ran += one.at - so.since;
      if (one.what === "start") so.began = one.at;
      so.phase = then;
      so.since = one.at;
    }
    return so;
  }
  function tick() {
    const head = sheet.querySelector("[data-phase]"), place = find("clock"), told = find("next-words"), next = find("next");
    if (!head || "home" in head.dataset) return;
    const so = progress(head), over = so.phase === "over";
    if (head.dataset.ended) place.textContent = seconds(now() - Date.parse(head.dataset.ended));
    else if (over) place.textContent = seconds(now() - so.since);
    else if (so.phase !== "not started") place.textContent = so.phase === "paused" ? `‖ ${seconds(so.ran)}` : seconds(so.ran + now() - so.since);
    find("not-started")?.toggleAttribute("hidden", so.phase !== "not started");
    for (const act of sheet.querySelectorAll("[data-act]")) {
      const kind = act.dataset.act, timed = [...so.leads.keys()].some((key) => key.endsWith(`:${kind}`));
      if (timed && !act.querySelector("[data-typed], .errorlist")) act.hidden = !so.leads.has(`${so.phase}:${kind}`);
    }
    const due = told && nextRow(JSON.parse(head.dataset.dues), so.began);
    if (!due) return;
    const away = due.at - now(), minutes = Math.max(1, Math.ceil(Math.abs(away) / 60000)), late = -away > Number(head.dataset.late) * 1000;
    told.textContent = `${due.minute} min: ${away > 0 ? `in ${minutes} min` : late ? `late, ${minutes} min` : "due now"}`;
    next.classList.toggle("is-waiting", away <= 0);
    next.classList.toggle("is-late", late);
    const title = document.title.replace(/^● /, "");
    document.title = away <= 0 ? `● ${title}` : title;
  }
  function nextRow(dues, began) {
    const timed = dues.map(([minute, at, given]) => ({ minute, at: at ?? (began && minute >= 0 ? began + minute * 60000 : null), given })).filter((due) => due.at);
    const here = kept().filter((one) => one.what === "row" && !one.refused).map((one) => one.at);
    timed.forEach((due, i) => { due.given ||= here.some((at) => at >= due.at - 60000 && at < (timed[i + 1]?.at ?? Infinity)); });
    const passed = timed.filter((due) => due.at <= now()).pop();
    return passed && !passed.given ? passed : timed.find((due) => due.at > now() && !due.given);
  }

  // ---- the row ----
  const fieldOf = (node) => node.closest("[data-field]");
  const stops = () => entry ? [...entry.querySelectorAll(".flow-fields:not(.flow-more *) input, .flow-tap")] : [];
  const inStop = (stop) => stop.matches("input") ? stop : stop.querySelector(":checked") || stop.querySelector("input");
  const valueOf = (frame) => (frame.querySelector(":checked") || (frame.matches("fieldset") ? null : frame.querySelector("input")))?.value.trim() || "";
  function look(frame) {
    const { name: called, lowest, highest, above, below, lessThan } = frame.dataset, text = valueOf(frame), value = Number(text), said = frame.querySelector("[data-beyond]");
    const other = lessThan && entry.elements[lessThan]?.value;
    const impossible = text && (!/^\d+$/.test(text) || value < Number(lowest) || value > Number(highest)) ? `Not possible: ${lowest} to ${highest}` : text && other && value >= Number(other) ? `Not below ${other}: swapped?` : "";
    const half = impossible && frame.contains(document.activeElement) && text.length < highest.length && value < Number(highest);  // still being typed
    const beyond = !impossible && text && above && value >= Number(above) ? `▲ ${called} ${value}, limit ${above}` : !impossible && text && below && value < Number(below) ? `▼ ${called} ${value}, limit ${below}` : "";
    const unfinished = beyond && frame.contains(document.activeElement) && frame.matches(".flow-field") && text.length < 2;
    said.textContent = half || unfinished ? "" : impossible || beyond;
    frame.classList.toggle("is-beyond", Boolean(beyond) && !unfinished);
    frame.classList.toggle("is-impossible", Boolean(impossible) && !half);
    return impossible;
  }
  function onwards(input) {
    const all = stops(), at = all.indexOf(input.matches("[type=radio]") ? input.closest(".flow-tap") : input);
    const required = fieldOf(input) && "required" in fieldOf(input).dataset;
    if (at < 0 || at === all.length - 1 || (!required && !valueOf(fieldOf(input)))) { entry.requestSubmit(); return; }
    const next = inStop(all[at + 1]);
    next.focus();
    next.select?.();
  }
  function ready(form) {
    if (form !== entry) return true;
    document.activeElement.blur?.();
    const wrong = [...form.querySelectorAll("[data-field]")].find(look);
    if (wrong) { inStop(wrong.querySelector("input:not([type=radio])") || wrong).focus(); return false; }
    const lacking = [...form.querySelectorAll("[data-required]")].filter((frame) => !valueOf(frame)), told = find("lacking");
    if (![...form.querySelectorAll("[data-field]")].some(valueOf)) { told.textContent = "Nothing is measured yet."; return false; }
    const words = lacking.length ? `Not measured: ${lacking.map((frame) => frame.dataset.name).join(", ")}. Press “Keep row” again to keep it without.` : "";
    if (words && told.textContent !== words) { told.textContent = words; lacking[0].querySelector("input").focus(); return false; }
    told.textContent = "";
    return true;
  }
  const SILENT = ["csrfmiddlewaretoken", "uid", "what", "stamp", "row", "time"];
  function wordsOf(form) {
    if (form === entry) return `Row: ${[...form.querySelectorAll("[data-field]")].filter(valueOf).map((frame) => `${frame.dataset.name} ${valueOf(frame)}`).join(", ")}`;
    const given = [...new FormData(form)].filter(([field, value]) => value && !SILENT.includes(field)).map(([, value]) => value);
    return [form.closest("details")?.querySelector("summary").textContent || form.querySelector("label").textContent, ...given].join(" ");
  }

  sheet.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.what) return;
    event.preventDefault();
    if (!ready(form)) return;
    const lacking = [...form.querySelectorAll("[required]")].find((field) => !field.value.trim());
    if (lacking) { lacking.focus(); say("Fill in what is marked.", true); lacking.setAttribute("aria-invalid", "true"); return; }
    const given = new FormData(form), uid = name();
    const at = Number(form.dataset.began) || now();
    given.delete("csrfmiddlewaretoken");
    given.set("uid", uid); given.set("account", sheet.dataset.account); given.set("stamp", new Date(at).toISOString());
    keep({ uid, at, order: Date.now(), made: Date.now(), what: form.dataset.what, words: wordsOf(form), sent: new URLSearchParams(given).toString(), refused: "" });
    empty(form);
    if (form === entry) { store.drop(typedHere); stops()[0]?.focus(); }
    tell();
    send();
  });
  function empty(form) {
    form.reset();
    delete form.dataset.began;
    if (form === entry) begin(null);
    for (const one of form.querySelectorAll("[data-typed]")) delete one.dataset.typed;
    for (const frame of form.querySelectorAll("[data-field]")) look(frame);
    document.activeElement?.blur?.();
    const frame = form.closest("details");
    if (frame) frame.open = false;
  }
  // Back into its form, with its own moment; the one that was refused is then the form's.
  function mend(one) {
    const sent = new URLSearchParams(one.sent);
    const form = [...sheet.querySelectorAll(`form[data-what="${one.what}"]`)].find((form) => !sent.get("row") || form.elements.row?.value === sent.get("row"));
    if (!form || form.querySelector("[data-typed]")) return false;
    fill(form, sent);
    if (form === entry) begin(one.at); else form.dataset.began = String(one.at);
    const frame = form.closest("details");
    if (frame) frame.open = true;
    store.drop(mine + one.uid);
    tell();
    return true;
  }
  function fill(form, sent) {
    for (const [field, value] of sent) {
      const there = form.elements[field];
      if (!there || ["uid", "what", "row", "stamp", "csrfmiddlewaretoken"].includes(field)) continue;
      there.value = value;
      const node = there instanceof RadioNodeList ? there[0] : there;
      if (value) node.dataset.typed = "";
    }
    for (const frame of form.querySelectorAll("[data-field]")) look(frame);
  }

  // ---- while it is typed ----
  sheet.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form) return;
    event.target.dataset.typed = "";
    event.target.removeAttribute("aria-invalid");
    if (form !== entry) return;
    if (form.dataset.what === "row" && !form.dataset.began) begin(now());
    find("lacking").textContent = "";
    look(fieldOf(event.target) || form.querySelector("[data-field]"));
    for (const frame of form.querySelectorAll("[data-less-than]")) look(frame);
    draft();
  });
  // A row is measured when its first value is typed.
  const keepWords = find("keep")?.textContent;
  function begin(at) {
    if (at) entry.dataset.began = String(at); else delete entry.dataset.began;
    find("keep").textContent = at ? `${keepWords} of ${clock(at)}` : keepWords;
  }
  function draft() {
    if (entry.dataset.what !== "row") return;
    const given = new FormData(entry);
    for (const field of ["csrfmiddlewaretoken", "uid", "what"]) given.delete(field);
    store.put(typedHere, JSON.stringify({ at: Number(entry.dataset.began), sent: new URLSearchParams(given).toString() }));
  }
  entry?.addEventListener("focusout", (event) => { const frame = fieldOf(event.target); if (frame) requestAnimationFrame(() => look(frame)); });
  entry?.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey || !fieldOf(event.target)) entry.requestSubmit(); else onwards(event.target);
    } else if (/^\d$/.test(event.key) && event.target.matches("[type=radio]")) {
      // A digit picks its step; 1 and then 0 is 10.
      const radios = entry.elements[event.target.name], ten = radios.value === "1" && event.key === "0" && [...radios].find((one) => one.value === "10");
      const chosen = ten || [...radios].find((one) => one.value === event.key);
      if (chosen) { chosen.checked = true; chosen.focus(); chosen.dispatchEvent(new Event("input", { bubbles: true })); }
    }
  });

  // ---- number pad: one hand, on any tablet ----
  const pad = find("pad"), padSwitch = find("pad-switch");
  if (pad && padSwitch) {
    let into = null;
    const numbers = [...entry.querySelectorAll("input[inputmode=numeric]")];
    const turn = (on) => {
      pad.hidden = !on;
      padSwitch.setAttribute("aria-pressed", String(on));
      for (const one of numbers) one.inputMode = on ? "none" : "numeric";  // the tablet's own keys stay down
    };
    padSwitch.hidden = false;
    turn((store.get("flow-pad") ?? (matchMedia("(pointer: coarse)").matches ? "on" : "off")) === "on");
    padSwitch.addEventListener("click", () => { turn(pad.hidden); store.put("flow-pad", pad.hidden ? "off" : "on"); (into || numbers[0]).focus(); });
    entry.addEventListener("focusin", (event) => { if (numbers.includes(event.target)) into = event.target; });
    pad.addEventListener("pointerdown", (event) => event.preventDefault());  // the field keeps the focus
    pad.addEventListener("click", (event) => {
      const key = event.target.closest("button");
      if (!key) return;
      const field = into || numbers[0];
      field.focus();
      if ("keyNext" in key.dataset) { onwards(field); return; }
      const all = field.selectionStart === 0 && field.selectionEnd === field.value.length;
      const text = all ? "" : field.value;
      field.value = "keyBack" in key.dataset ? text.slice(0, -1) : `${text}${key.dataset.keyDigit}`.slice(0, field.maxLength);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  // ---- from here on ----
  for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, () => { touched = Date.now(); });
  const left = entry?.dataset.what === "row" && !entry.querySelector(".errorlist") && store.get(typedHere);
  if (left) {
    const { at, sent } = JSON.parse(left);
    fill(entry, new URLSearchParams(sent));
    begin(at);
    say("What you had begun to type is back.");
  }
  window.addEventListener("online", send);
  window.addEventListener("beforeunload", (event) => { if (held.size) event.preventDefault(); });
  document.addEventListener("visibilitychange", poll);
  setInterval(tick, 1000);
  setInterval(poll, EVERY);
  tell();
  send();
  poll();
})();
