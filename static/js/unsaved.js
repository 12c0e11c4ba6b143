// form[data-warn-unsaved]: the browser asks before edits are lost; Ctrl+S and Ctrl+Enter commit.
// A form that came back with errors, a question or a conflict counts as edited.
"use strict";
{
  const form = document.querySelector("form[data-warn-unsaved]");
  const values = () => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const cameBack = form?.querySelector(".is-invalid, .alert-danger, .alert-ask, .versions");
  let clean = "";
  let leaving = false;
  const isDirty = () => Boolean(form) && (cameBack || values() !== clean);

  addEventListener("beforeunload", (event) => {
    if (!leaving && isDirty()) event.preventDefault();
  });

  // Commit and Cancel are both forms that are sent. So are those of the header: they would lose the edits.
  document.addEventListener("submit", (event) => {
    if (event.target !== form && event.target.id !== "cancel") return;
    leaving = true;
    setTimeout(() => { leaving = false; }, 5000);
  });

  document.addEventListener("keydown", (event) => {
    const wanted = event.key === "Enter" || event.key.toLowerCase() === "s";
    if (!form || !wanted || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    form.requestSubmit();
  });

  // After depends.js has greyed and unticked its boxes: that is no edit.
  if (form) addEventListener("DOMContentLoaded", () => { clean = values(); });
}
