// The words of a talk as a card that follows what is typed; practised line by line, in both roles, and heard on this device.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  const card = form?.querySelector("[data-script]");
  if (!card) return;

  const piece = (name, within = card) => within.querySelector(`[data-${name}]`);
  const lines = [...card.querySelectorAll("[data-lines] > [data-part]")];
  const spoken = () => lines.map((one) => form.elements[one.dataset.part]?.value.trim()).filter(Boolean);

  const fill = () => {
    for (const one of card.querySelectorAll("[data-part]")) {
      const said = form.elements[one.dataset.part]?.value.trim() || "";
      piece("words", one).textContent = said; one.hidden = !said;
    }
    const any = spoken().length > 0;
    piece("none").hidden = any; piece("tools").hidden = !any;
    if (!any) piece("turn").hidden = true;
  };
  form.addEventListener("input", fill);
  form.addEventListener("change", fill);

  // Practice: one line at a time, as oneself or as the other person.
  const turn = piece("turn");
  let place = 0, them = false;
  const PLAYED = { me: { rehearsed: "alone", played: "me as me" }, them: { played: "me as them" }, both: { rehearsed: "alone", played: "both" } };
  const done = new Set();
  const show = () => {
    const said = spoken(), role = them ? "them" : "me";
    place = Math.min(place, said.length - 1);
    piece("count").textContent = piece("count").dataset.of.replace("{n}", place + 1).replace("{all}", said.length);
    piece("role").textContent = piece("role").dataset[role];
    piece("line").textContent = them ? `“${said[place]}”` : said[place];
    const hint = piece("hint"); hint.hidden = !them; hint.textContent = hint.dataset.them;
    piece("back").disabled = place === 0;
    const next = piece("next"); next.dataset.first ||= next.textContent;
    next.textContent = place === said.length - 1 ? next.dataset.last : next.dataset.first;
    piece("swap").textContent = piece("swap").dataset[them ? "me" : "them"];
  };
  // Only an answer that is still open, or says less, is filled in; what the person chose otherwise stays.
  const note = () => {
    done.add(them ? "them" : "me");
    const wanted = PLAYED[done.size === 2 ? "both" : [...done][0]];
    let noted = false;
    for (const [name, value] of Object.entries(wanted)) {
      const fields = form.elements[name];
      if (!fields) continue;
      const open = fields.value === "" || fields.value === "not yet" || fields.value.startsWith("me as");
      const one = [...fields].find((each) => each.value === value);
      if (!one || !open) continue;
      one.checked = true; noted = true;
      one.dispatchEvent(new Event("change", { bubbles: true }));
    }
    const told = piece("noted");
    told.textContent = noted ? told.dataset.wordsNoted : told.dataset.wordsTwice;
  };
  const close = () => { turn.hidden = true; piece("practise").focus(); };
  piece("practise").addEventListener("click", () => { place = 0; turn.hidden = false; show(); turn.focus(); });
  piece("back").addEventListener("click", () => { place = Math.max(0, place - 1); show(); });
  piece("next").addEventListener("click", () => { if (place < spoken().length - 1) { place += 1; show(); } else { note(); close(); } });
  piece("swap").addEventListener("click", () => { them = !them; place = 0; show(); });
  piece("close").addEventListener("click", close);

  // Read aloud only by a voice that lives on this device: the words leave it for nobody.
  const aloud = piece("aloud"), reader = window.speechSynthesis;
  const voice = () => reader?.getVoices().find((one) => one.localService && one.lang.slice(0, 2) === document.documentElement.lang.slice(0, 2));
  const offer = () => { aloud.hidden = !voice(); };
  if (reader) {
    const words = aloud.textContent;
    const quiet = () => { aloud.textContent = words; };
    reader.addEventListener?.("voiceschanged", offer);
    aloud.addEventListener("click", () => {
      if (reader.speaking) { reader.cancel(); quiet(); return; }
      const said = new SpeechSynthesisUtterance(spoken().join(". "));
      said.voice = voice(); said.rate = .9; said.onend = quiet; said.onerror = quiet;
      aloud.textContent = aloud.dataset.stop; reader.speak(said);
    });
    window.addEventListener("pagehide", () => reader.cancel());
    offer();
  }

  // Record and hear: the sound is held by this page alone, never sent, and gone with it.
  const record = piece("record"), go = piece("go", record), hear = piece("hear", record), wipe = piece("wipe", record), told = piece("told", record);
  const LONGEST = 180000;
  const said = { go: go.textContent, hear: hear.textContent };
  let recorder = null, held = null, playing = null, limit = 0, gone = false;
  const tell = (word) => { told.textContent = told.dataset[word]; };
  const showHeld = () => { hear.hidden = wipe.hidden = !held; };
  const open = async () => {
    let stream;
    go.disabled = true;
    try { stream = await navigator.mediaDevices.getUserMedia({ audio: true }); } catch { tell("refused"); return; } finally { go.disabled = false; go.focus(); }
    const pieces = [];
    recorder = new MediaRecorder(stream);
    recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
    recorder.addEventListener("stop", () => {
      clearTimeout(limit);
      for (const track of stream.getTracks()) track.stop();
      held = gone ? null : new Blob(pieces, { type: recorder.mimeType }); recorder = null;
      go.textContent = said.go; delete go.dataset.on; tell(held ? "kept" : "wiped"); showHeld();
    });
    gone = false;
    recorder.start();
    limit = setTimeout(() => recorder?.stop(), LONGEST);
    go.textContent = go.dataset.stop; go.dataset.on = "1"; tell("recording");
  };
  const silence = () => { playing?.stop(); playing = null; hear.textContent = said.hear; };
  if (navigator.mediaDevices?.getUserMedia && window.MediaRecorder) {
    record.hidden = false;
    go.addEventListener("click", () => { silence(); if (recorder) recorder.stop(); else open(); });
    hear.addEventListener("click", async () => {
      if (playing) { silence(); return; }
      const sound = new AudioContext(), source = sound.createBufferSource();
      try { source.buffer = await sound.decodeAudioData(await held.arrayBuffer()); } catch { tell("empty"); sound.close(); return; }
      source.connect(sound.destination);
      source.addEventListener("ended", () => { playing = null; hear.textContent = said.hear; sound.close(); });
      source.start(); playing = source; hear.textContent = hear.dataset.stop;
    });
    wipe.addEventListener("click", () => { silence(); held = null; showHeld(); tell("wiped"); go.focus(); });
    // A page that the browser keeps for its back button must not keep the sound.
    window.addEventListener("pagehide", () => { gone = true; held = null; silence(); recorder?.stop(); showHeld(); told.textContent = ""; });
  }

  card.hidden = false;
  fill();
})();
