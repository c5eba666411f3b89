// Opens and closes the questions of a page as it is answered. The server decides again when the page is sent.
const form = document.querySelector("form[data-live]");

function chosen(name) {
  const inputs = Array.from(form.elements).filter((input) => input.name === name && !input.closest("[hidden]"));
  const marked = inputs.filter((input) => (/radio|checkbox/.test(input.type) ? input.checked : input.value.trim()));
  return marked.map((input) => input.dataset.area || input.value);
}

// The answer that counts: of a question in two steps, the second step's once it is given.
function answer(name) {
  const first = chosen(name);
  const second = first[0] === "yes" ? chosen(`${name}-when`) : [];
  return second.length ? second : first;
}

function holds([name, operator, wanted]) {
  const values = answer(name);
  if (operator === "count") return new Set(values).size >= wanted;
  if (operator === "exists") return values.length > 0 === wanted;
  if (operator === "=") return values.includes(wanted);
  const number = values.length ? Number(values[0]) : NaN;
  return { ">": number > wanted, "<": number < wanted, ">=": number >= wanted, "<=": number <= wanted }[operator];
}

function show(element, open) {
  if (element.hidden === !open) return false;
  element.hidden = !open;
  return true;
}

// Shows or hides a part, and tells the server with the page that its reader has seen it.
function mark(element, open, which) {
  const changed = show(element, open);
  const seen = element.querySelector(which || "input[name=seen]");
  if (seen) seen.disabled = !open;
  return changed;
}

function update() {
  // One question may open the next: go round until nothing changes.
  for (let round = 0, changed = true; changed && round < 9; round += 1) {
    changed = false;
    form.querySelectorAll("[data-when]").forEach((element) => {
      const gates = JSON.parse(element.dataset.when);
      const open = gates.every((gate) => (gate.all ? gate.tests.every(holds) : gate.tests.some(holds)));
      changed = mark(element, open, "[data-opened]") || changed;
    });
    form.querySelectorAll("[data-second]").forEach((element) => {
      changed = mark(element, chosen(element.dataset.second)[0] === "yes") || changed;
    });
  }
  form.querySelectorAll("[data-help]").forEach((element) => {
    mark(element, chosen(element.dataset.help).includes("not_sure"));
  });
}

if (form) {
  form.addEventListener("change", update);
  // Back and forward bring old answers without a change.
  window.addEventListener("pageshow", update);
  update();
}
const nudge = document.getElementById("nudge");
if (nudge && !document.getElementById("error-summary")) {
  nudge.focus();
}
