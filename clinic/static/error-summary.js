// Move the reader to what went wrong: focus the summary when the page opens, and the field when a line is followed.
// A fragment alone scrolls the input to the top edge and hides its label.
const summary = document.getElementById("error-summary");
if (summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!field) {
      return;
    }
    event.preventDefault();
    const around = field.closest("fieldset, .field") || field;
    around.scrollIntoView();
    field.focus({ preventScroll: true });
  });
}
