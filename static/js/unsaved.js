// form[data-warn-unsaved]: the browser asks before edits are lost; Ctrl+S and Ctrl+Enter commit.
// A form that came back with errors or a conflict (data-dirty, .is-invalid, .versions) counts as edited.
// Elements [data-unsaved] show only while there is something to commit.
"use strict";
{
  const form = document.querySelector("form[data-warn-unsaved]");
  const values = () => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const cameBack = form?.matches("[data-dirty]") || form?.querySelector(".is-invalid, .alert-danger, .alert-ask, .versions");
  let clean = "";
  let leaving = false;
  const isDirty = () => Boolean(form) && (cameBack || values() !== clean);

  const mark = () => document.querySelectorAll("[data-unsaved]").forEach((each) => { each.hidden = !isDirty(); });

  function start() {
    clean = values();
    mark();
    form.addEventListener("input", mark);
    form.addEventListener("change", mark);
  }

  addEventListener("beforeunload", (event) => {
    if (!leaving && isDirty()) event.preventDefault();
  });

  // Commit and Cancel are both forms that are sent; a link with data-discard gives up the edits on purpose.
  document.addEventListener("submit", () => { leaving = true; setTimeout(() => { leaving = false; }, 5000); });
  document.addEventListener("click", (event) => { leaving ||= Boolean(event.target.closest("a[data-discard]")); });

  document.addEventListener("keydown", (event) => {
    const wanted = event.key === "Enter" || event.key.toLowerCase() === "s";
    if (!form || !wanted || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    form.requestSubmit();
  });

  // After depends.js has greyed and unticked its boxes: that is no edit.
  if (form) addEventListener("DOMContentLoaded", start);
}
