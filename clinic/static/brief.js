// "Copy for the chart" copies at once; without this file, or when that fails, it is a link to a page to copy from.
const link = document.querySelector("[data-copy-from]");
const field = document.querySelector("[data-copy]");
const say = (key) => { const at = document.querySelector("[data-copied]"); if (at) at.textContent = at.dataset[key] ?? ""; };
link?.addEventListener("click", async (event) => {
  if (!navigator.clipboard || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href, { headers: { accept: "text/html" }, redirect: "error" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    await navigator.clipboard.writeText(page.querySelector("[data-copy]").value);
    say("done");
  } catch {
    location.assign(link.href);
  }
});
const button = document.querySelector("[data-copy-button]");
if (button) button.hidden = false;
button?.addEventListener("click", async () => {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    say("done");
  } catch {
    say("select");
  }
});
field?.addEventListener("focus", () => field.select());
