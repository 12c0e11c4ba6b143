// Rows of table[data-rows] by keyboard: arrows, Page, Home and End move; Space ticks; Enter opens tr[data-open].
// One row at a time is in the order of Tab; the arrow down leads from the search box to it.
"use strict";
{
  const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e6, End: 1e6 };
  const ROWS = "table[data-rows] > tbody > tr";
  const rows = () => [...document.querySelectorAll(ROWS)];
  const current = () => document.querySelector(`${ROWS}[tabindex="0"]`);

  function makeCurrent(row) {
    if (current() !== row) current()?.setAttribute("tabindex", "-1");
    row.tabIndex = 0;
  }

  function go(row) {
    makeCurrent(row);
    row.focus();
  }

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest(ROWS);
    if (row) makeCurrent(row);
  });

  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return;
    const row = target.closest(ROWS);
    if (!row && key === "ArrowDown" && current() && target.matches("form[role=search] input[type=search]")) go(current());
    else if (row && key in STEPS) {
      const all = rows();
      go(all[Math.min(Math.max(all.indexOf(row) + STEPS[key], 0), all.length - 1)]);
    } else if (row && target === row && key === " ") row.querySelector("input[type=checkbox]")?.click();
    else if (row && target === row && key === "Enter" && row.dataset.open) location.assign(row.dataset.open);
    else return;
    event.preventDefault();
  });

  const begin = () => { if (!current() && rows().length) makeCurrent(rows()[0]); };
  document.addEventListener("htmx:afterSettle", begin);
  begin();
}
