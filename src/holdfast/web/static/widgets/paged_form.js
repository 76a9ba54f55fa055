// One page at a time: a list of pages, the one that is open, and a way to close it at any moment.
(() => {
  "use strict";
  const form = document.querySelector("form.exercise");
  const frame = form?.querySelector("[data-pages]");
  if (!frame) return;
  const words = frame.dataset, pages = [...frame.querySelectorAll(":scope > [data-page]")];
  if (pages.length < 2) return;

  const name = (page) => (page.querySelector("legend, label")?.textContent || "").trim();
  const written = (page) => [...page.querySelectorAll("input:not([type=hidden]), textarea")].some((one) => (one.type === "radio" || one.type === "checkbox" ? one.checked && one.value : one.value.trim()));
  const cover = document.createElement("nav"), hint = document.createElement("p"), list = document.createElement("ul");
  cover.setAttribute("aria-label", words.name); hint.className = "hint"; hint.textContent = words.open; list.className = "page-list";
  cover.append(hint, list);

  const items = pages.map((page) => {
    const item = document.createElement("li"), button = document.createElement("button"), text = document.createElement("span"), mark = document.createElement("span");
    button.type = "button"; text.textContent = name(page); mark.className = "page-mark";
    button.append(text, mark); item.append(button);
    button.addEventListener("click", () => open(page));
    list.append(item);
    return { page, button, mark };
  });
  const tools = (page, next) => {
    const row = document.createElement("div"), close = document.createElement("button");
    row.className = "row page-tools"; close.type = "button"; close.className = "button button-quiet"; close.textContent = words.close;
    close.addEventListener("click", () => shut(page));
    row.append(close);
    if (next) {
      const on = document.createElement("button");
      on.type = "button"; on.className = "button button-quiet"; on.textContent = words.next;
      on.addEventListener("click", () => open(next));
      row.append(on);
    }
    page.append(row);
  };
  const mark = () => { for (const one of items) { const wrong = one.page.querySelector(".field-wrong"); one.mark.textContent = wrong ? words.wrong : written(one.page) ? `✓ ${words.written}` : ""; one.mark.classList.toggle("is-wrong", Boolean(wrong)); } };
  const only = (page) => { for (const one of pages) { one.classList.toggle("is-away", one !== page); one.classList.toggle("is-open", one === page); } cover.hidden = Boolean(page); };
  const open = (page) => { only(page); page.querySelector("input:not([type=hidden]), textarea")?.focus(); };
  const shut = (page) => { only(null); mark(); items.find((one) => one.page === page).button.focus(); };

  pages.forEach((page, place) => tools(page, pages[place + 1]));
  frame.prepend(cover);
  form.addEventListener("keydown", (event) => { const page = event.target.closest("[data-page].is-open"); if (event.key === "Escape" && page) shut(page); });
  // A link in the list of what is wrong leads to a page that may be closed.
  const follow = () => { const page = location.hash.length > 1 ? document.getElementById(location.hash.slice(1))?.closest("[data-page]") : null; if (page) open(page); };
  addEventListener("hashchange", follow);
  mark();
  only(pages.find((page) => page.querySelector(".field-wrong")) || null);
  follow();
})();
