// Keys for the desk. Everything here is also a link or a button; without this file the pages still work.
const ITEM = ".visit, .queue > li, .ownday > li, .slots li";
const typing = (e) => e.target.closest("input, textarea, select") || e.ctrlKey || e.metaKey || e.altKey;
const step = (by) => {
  const all = [...document.querySelectorAll(ITEM)].filter((x) => x.querySelector("a, button"));
  if (!all.length) return;
  const here = all.indexOf(document.activeElement?.closest(ITEM));
  const next = all[Math.min(Math.max(here + by, 0), all.length - 1)];
  next.querySelector("a, button").focus();
  next.scrollIntoView({ block: "nearest" });
};
// On a phone the tabs are wider than the screen: show the one of this page.
const tabs = document.querySelector("#desk-tabs"), tab = tabs?.querySelector("[aria-current]");
if (tab) tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
// Who speaks to the machine, or rests a hand on the keys, turns them off (WCAG 2.1.4).
const off = () => localStorage.getItem("keys") === "off";
const keys = document.querySelector("[data-keys]");
const show = () => { keys.textContent = keys.dataset.keys.split("|")[off() ? 1 : 0]; };
if (keys) { show(); keys.hidden = false; }
keys?.addEventListener("click", () => { localStorage.setItem("keys", off() ? "on" : "off"); show(); });
document.addEventListener("keydown", (e) => {
  if (!document.body.classList.contains("desk") || typing(e) || off()) return;
  const item = document.activeElement?.closest(ITEM);
  const key = CSS.escape(e.key);
  const button = item?.querySelector(`[data-key="${key}"]`);
  const radio = /^[1-9]$/.test(e.key) && document.querySelectorAll(".pick input[type=radio]")[e.key - 1];
  const booking = e.key === "b" && document.querySelector("[data-booking]");
  if (button) button.click();
  else if (radio) { radio.click(); radio.focus(); }
  else if (e.key === "/") document.querySelector("#find")?.focus();
  else if (e.key === "?") { const list = document.querySelector("#keys"); if (!list) return; list.open = !list.open; list.querySelector("summary").focus(); }
  else if (e.key === "[" || e.key === "]") document.querySelector(`.days [rel=${e.key === "[" ? "prev" : "next"}]`)?.click();
  else if (e.key === "j") step(1);
  else if (e.key === "k") step(-1);
  else if (booking) booking.click();
  else return;
  e.preventDefault();
});
// The arrows go from one visit, day or free time to the nearest on that side. They are no letters, so they stay on; they
// only work from where the focus is on one already.
const PLACE = ".col li:has(a, button), .queue > li, .ownday > li:has(a), [data-place]";
const WAYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const beside = (here, [x, y]) => {
  const from = here.getBoundingClientRect();
  const far = (place) => {
    const to = place.getBoundingClientRect();
    const over = x ? (to.left - from.left) * x : (to.top - from.top) * y;
    const off = x ? Math.abs(to.top - from.top) : Math.max(to.left - from.right, from.left - to.right, 0);
    return over < 2 || (y && off > 0) ? Infinity : x ? over * 100 + off : over;
  };
  const [best] = [...document.querySelectorAll(PLACE)].filter((place) => place !== here)
    .map((place) => [far(place), place]).sort(([a], [b]) => a - b);
  return best?.[0] < Infinity ? best[1] : null;
};
document.addEventListener("keydown", (e) => {
  const here = document.activeElement?.closest(PLACE), way = WAYS[e.key];
  if (!here || !way || typing(e) || e.shiftKey) return;
  e.preventDefault();
  const next = beside(here, way);
  next?.querySelector("a, button").focus();
  next?.scrollIntoView({ block: "nearest" });
});
document.querySelector("[data-print]")?.addEventListener("click", () => print());
document.querySelector("#problems")?.focus();
