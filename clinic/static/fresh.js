// Keeps an open page of the desk fresh: asks for its changing parts while somebody looks, and changes only what changed,
// so that focus, scroll, open details and half-typed words stay. Without this file the page is as it was when it was opened.
const EVERY = 45_000;
const bar = document.querySelector("[data-fresh]");
const find = (name) => bar.querySelector(`[data-fresh-${name}]`);
const [words, said, pause, login] = ["words", "said", "pause", "login"].map(find);
let version = "", timer = 0, at = words.textContent.match(/\d+:\d+\s?\w*/)?.[0] ?? "", over = false, asking = false;
let paused = sessionStorage.getItem("fresh") === "paused";

// ---- what is said
const phrase = (name, values) => bar.dataset[`words${name}`].replace(/\{(\w+)\}/g, (_all, key) => values[key]);
const show = (name) => {
  const text = phrase(name, { at });
  bar.classList.toggle("bad", name === "Lost" || name === "Out");
  if (words.textContent === text) return;
  words.textContent = text;
  if (name === "Lost" || name === "Out") said.textContent = text;
};
const rows = () => new Map([...document.querySelectorAll("[data-said]")].map((row) => [row.dataset.row, row.dataset.said]));
const tell = (before) => {
  const after = rows();
  const changed = [...after].filter(([row, text]) => before.get(row) !== text).map(([, text]) => text);
  const gone = [...before].filter(([row]) => !after.has(row)).map(([, text]) => phrase("Gone", { what: text }));
  const all = [...changed, ...gone];
  if (all.length) said.textContent = all.length > 3 ? phrase("Many", { n: all.length }) : all.join(". ");
};

// ---- changing only what changed
const name = (node) => node.nodeType === 1 ? node.id || node.dataset.row || "" : "";
const same = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && name(a) === name(b);
const morph = (old, fresh) => {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== 1) { old.nodeValue = fresh.nodeValue; return; }
  for (const { name: key } of [...old.attributes]) if (key !== "open" && !fresh.hasAttribute(key)) old.removeAttribute(key);
  for (const { name: key, value } of fresh.attributes) if (old.getAttribute(key) !== value) old.setAttribute(key, value);
  const wanted = [...fresh.childNodes], names = new Set(wanted.map(name).filter(Boolean));
  for (const child of [...old.childNodes]) if (name(child) && !names.has(name(child))) child.remove();
  const named = new Map([...old.children].filter(name).map((child) => [name(child), child]));
  let here = old.firstChild;
  for (const want of wanted) {
    let have = name(want) ? named.get(name(want)) : here;
    if (!have || !same(have, want)) { old.insertBefore(want, here); continue; }
    if (have === here) here = here.nextSibling; else old.insertBefore(have, here);
    morph(have, want);
  }
  while (here) { const next = here.nextSibling; here.remove(); here = next; }
};
const change = (html) => {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  for (const input of fresh.querySelectorAll("input[name=csrfmiddlewaretoken]")) if (token) input.setAttribute("value", token);
  const focus = document.activeElement, row = focus?.closest("[data-row]")?.dataset.row, column = focus?.closest(".col")?.id;
  const before = rows();
  for (const part of fresh.querySelectorAll("[id]")) {
    const old = part.parentElement.closest("[id]") ? null : document.getElementById(part.id);
    if (old) morph(old, document.importNode(part, true));
  }
  if (focus && focus !== document.body && document.activeElement !== focus) {
    const card = row && document.querySelector(`[data-row="${CSS.escape(row)}"]`);
    const to = focus.isConnected ? focus : card?.querySelector("a, button") ?? document.querySelector(`#${column ?? "x"} h2`);
    to?.focus({ preventScroll: true });
  }
  tell(before);
};

// ---- asking
const ask = async () => {
  asking = true;
  try {
    const headers = version ? { "If-None-Match": version } : {};
    const answer = await fetch(bar.dataset.fresh, { headers, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(20_000) });
    if (answer.type === "opaqueredirect" || answer.status === 403) { over = true; login.hidden = false; pause.hidden = true; show("Out"); return; }
    if (!answer.ok && answer.status !== 304) throw new Error(answer.status);
    const html = answer.status === 304 ? "" : await answer.text();
    if (paused) return;
    if (html) change(html);
    version = answer.headers.get("ETag") ?? "";
    at = decodeURIComponent(answer.headers.get("Desk-Now") ?? at);
    for (const clock of document.querySelectorAll("[data-now]")) clock.textContent = at;
    show("Fresh");
  } catch { show("Lost"); } finally { asking = false; plan(); }
};
const plan = (wait = EVERY) => {
  clearTimeout(timer);
  if (!over && !paused && !asking && document.visibilityState === "visible") timer = setTimeout(ask, wait);
};
const set = () => { pause.textContent = pause.dataset.freshPause.split("|")[paused ? 1 : 0]; show(paused ? "Paused" : "Fresh"); };
pause.addEventListener("click", () => {
  paused = !paused;
  sessionStorage.setItem("fresh", paused ? "paused" : "on");
  set();
  plan(0);
});
document.addEventListener("visibilitychange", () => plan(0));
pause.hidden = false;
set();
plan();
