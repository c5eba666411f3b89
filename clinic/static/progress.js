// Moves the bar of a list that is being written; without it the page has a link to look again.
const bar = document.querySelector("progress[data-state]");
const words = document.querySelector("#how-far");
const look = async () => {
  try {
    const answer = await fetch(bar.dataset.state, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const state = await answer.json();
    if (!state.under_way) { location.reload(); return; }
    bar.value = state.done;
    words.textContent = bar.dataset.words.replace("{done}", state.done).replace("{total}", state.total);
  } catch { /* the next look may get through */ }
  setTimeout(look, 2000);
};
if (bar) setTimeout(look, 1000);
