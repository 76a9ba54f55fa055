// Offers the person's own words on the page as answers to choose from, while they are being typed.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  if (!form) return;

  for (const frame of form.querySelectorAll("[data-words-from]")) {
    const source = frame.dataset.wordsFrom, name = frame.dataset.fieldOf;
    const field = frame.querySelector(".field"), first = field.querySelector(`[name="${name}"]`);
    const many = Boolean(field.querySelector(`[name="${name}__sent"]`));
    let chips = field.querySelector(".chips");

    const words = () => {
      const lists = source === "all_items" ? [...form.querySelectorAll(".ex-list")].filter((one) => one !== field) : [form.querySelector(`[data-field="${CSS.escape(source)}"]`)];
      const inputs = lists.flatMap((one) => [...(one?.querySelectorAll("[data-row]") || [])]).map((row) => row.querySelector("input[type=text], textarea"));
      return inputs.map((input) => input?.value.trim()).filter(Boolean);
    };
    const chosen = () => [...field.querySelectorAll(`[name="${name}"]`)].filter((one) => one.type === "text" || one.checked).map((one) => one.value.trim()).filter(Boolean);

    const chip = (text, number, on) => {
      const label = document.createElement("label"), input = document.createElement("input"), said = document.createElement("span");
      label.className = text ? "chip" : "chip chip-none"; label.htmlFor = input.id = `f-${name}-own-${number}`;
      input.type = many ? "checkbox" : "radio"; input.name = name; input.value = text; input.checked = on; said.textContent = text || frame.dataset.none;
      label.append(input, said);
      return label;
    };
    // The typed answer becomes a group of chips, with the same name, words and hint.
    const regroup = () => {
      if (chips) return;
      chips = document.createElement("div"); chips.className = "chips";
      if (many) { field.querySelector(".entries").replaceWith(chips); field.querySelector("[data-add-row]")?.remove(); return; }
      const group = document.createElement("fieldset"), legend = document.createElement("legend"), label = field.querySelector("label");
      legend.append(...label.childNodes);
      if (first.getAttribute("aria-describedby")) group.setAttribute("aria-describedby", first.getAttribute("aria-describedby"));
      label.before(group); group.append(legend, ...field.querySelectorAll(":scope > .hint"), chips);
      label.remove(); first.remove();
    };
    const refresh = () => {
      const known = words(), on = chosen();
      if (!known.length && !chips) return;
      const all = [...new Set([...known, ...on])];
      regroup();
      chips.replaceChildren(...all.map((text, number) => chip(text, number, on.includes(text))), ...(many ? [] : [chip("", all.length, !on.length)]));
    };
    form.addEventListener("change", (event) => { if (!frame.contains(event.target)) refresh(); });
    refresh();
  }
})();
