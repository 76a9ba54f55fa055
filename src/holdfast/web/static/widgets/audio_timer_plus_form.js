// A short practice with a clock: bells, one step in words after the other, and a stop at any moment.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  const guide = form?.querySelector("[data-guide]");
  const frame = guide?.querySelector("[data-timer]");
  if (!frame) return;

  const piece = (name) => guide.querySelector(`[data-${name}]`);
  const clock = piece("clock"), gone = piece("progress"), now = piece("now"), start = piece("start"), stop = piece("stop"), bells = piece("bells"), closed = piece("closed"), words = piece("steps");
  const lengths = [...frame.querySelectorAll("input[type=radio]")].filter((one) => one.value);
  piece("run").hidden = false;

  let sound = null, awake = null, tick = 0, begun = 0, length = 0, at = -1;
  const steps = () => [...words.children].filter((one) => !one.hidden);
  const chosen = () => lengths.find((one) => one.checked) || lengths[0];
  const show = (left) => { clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`; };
  const bell = (loud) => {
    if (!bells.checked) return;
    try {
      sound ||= new AudioContext();
      sound.resume();
      const tone = sound.createOscillator(), volume = sound.createGain();
      tone.frequency.value = 528; volume.gain.setValueAtTime(loud, sound.currentTime); volume.gain.exponentialRampToValueAtTime(.0001, sound.currentTime + 2.5);
      tone.connect(volume).connect(sound.destination); tone.start(); tone.stop(sound.currentTime + 2.5);
    } catch { /* no sound on this device: the steps are there in words */ }
  };
  const mark = (place) => {
    at = place;
    steps().forEach((one, number) => { if (number === place) one.setAttribute("aria-current", "step"); else one.removeAttribute("aria-current"); });
    const step = steps()[place];
    if (step) { now.textContent = step.textContent; if (place && closed.checked) bell(.05); }
  };
  const end = (said) => {
    clearInterval(tick); tick = 0;
    for (const one of words.children) one.removeAttribute("aria-current");
    start.hidden = false; stop.hidden = true; start.textContent = start.dataset.again;
    now.textContent = said;
    awake?.release().catch(() => {}); awake = null;
    start.focus();
  };
  const beat = () => {
    const passed = (Date.now() - begun) / 1000;
    show(Math.max(0, Math.ceil(length - passed)));
    gone.value = Math.min(1, passed / length);
    if (passed >= length) { bell(.12); end(now.dataset.over); return; }
    const place = Math.min(steps().length - 1, Math.floor(passed / length * steps().length));
    if (place !== at) mark(place);
  };

  start.addEventListener("click", async () => {
    const picked = chosen();
    if (!picked.checked) { picked.checked = true; picked.dispatchEvent(new Event("change", { bubbles: true })); }
    length = Number(picked.value); begun = Date.now(); at = -1;
    start.hidden = true; stop.hidden = false; stop.focus();
    bell(.12); beat();
    tick = setInterval(beat, 250);
    // A phone that goes dark would hide the steps; where this cannot be asked, it goes dark as usual.
    try { awake = await navigator.wakeLock?.request("screen"); } catch { awake = null; }
  });
  stop.addEventListener("click", () => end(now.dataset.stopped));
  frame.addEventListener("change", () => { if (!tick) { show(Number(chosen().value)); gone.value = 0; } });
  closed.addEventListener("change", () => {
    for (const one of words.querySelectorAll("[data-eyes]")) one.hidden = (one.dataset.eyes === "closed") !== closed.checked;
    piece("closed-says").hidden = !closed.checked;
  });
  show(Number(chosen().value));
})();
