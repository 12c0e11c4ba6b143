// [data-copy="id"]: copies the text of that element; where the browser does not allow it, selects it.
"use strict";
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy), word = button.textContent;
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = word; }, 2000);
  } catch {
    getSelection().selectAllChildren(source);
  }
});
