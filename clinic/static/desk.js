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
  else if (e.key === "j") step(1);
  else if (e.key === "k") step(-1);
  else if (booking) booking.click();
  else return;
  e.preventDefault();
});
document.querySelector("[data-print]")?.addEventListener("click", () => print());
document.querySelector("#problems")?.focus();
