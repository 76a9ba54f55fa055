// Keeps a plan on this phone, if the person wishes, so that it opens without a signal.
(async () => {
  "use strict";
  const frame = document.querySelector("[data-keep-here]");
  if (!frame) return;
  const said = frame.querySelector("[role=status]"), button = frame.querySelector("button"), words = frame.dataset;
  frame.hidden = false;
  if (!("serviceWorker" in navigator) || !("caches" in window)) {
    said.textContent = words.unable; button.hidden = true;
    return;
  }
  const store = "plans", here = location.pathname;
  const parts = () => [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")].map((one) => one.href || one.src);
  const isKept = async () => Boolean(await (await caches.open(store)).match(here));
  const show = async () => {
    const kept = await isKept();
    said.textContent = kept ? words.kept : "";
    button.textContent = kept ? words.drop : words.keep;
  };
  button.addEventListener("click", async () => {
    try {
      const cache = await caches.open(store);
      if (await isKept()) {
        await cache.delete(here);
      } else {
        await navigator.serviceWorker.register(words.worker, { scope: new URL(".", new URL(words.worker, location.href)).pathname });
        await cache.addAll([here, ...parts()]);
      }
      await show();
    } catch {
      said.textContent = words.unable;
    }
  });
  if (await isKept()) (await caches.open(store)).addAll([here, ...parts()]).catch(() => { /* no signal: the kept copy stays */ });
  await show();
})();
