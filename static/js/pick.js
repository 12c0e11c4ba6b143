// Rows of table[data-rows] by mouse, as in any file manager: a click selects the row alone, Ctrl adds it, Shift
// selects from the last one to it, a click on the box adds; a double click opens tr[data-open].
"use strict";
{
  const CONTROL = "a, button, input, label, select, textarea, summary";
  const ROWS = "table[data-rows] > tbody > tr";
  const boxOf = (row) => row.querySelector("input[type=checkbox]");
  let anchor = null;

  function tick(row, on) {
    const box = boxOf(row);
    if (!box || box.disabled || box.checked === on) return;
    box.checked = on;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function tickTo(row, on) {
    const rows = [...row.parentElement.rows];
    const ends = [rows.indexOf(anchor?.isConnected ? anchor : row), rows.indexOf(row)].sort((a, b) => a - b);
    rows.slice(ends[0], ends[1] + 1).forEach((each) => tick(each, on));
  }

  document.addEventListener("click", (event) => {
    const row = event.target.closest(ROWS);
    if (!row) return;
    const isBox = event.target === boxOf(row);
    if (!isBox && (event.target.closest(CONTROL) || String(getSelection()))) return;
    if (event.shiftKey) tickTo(row, isBox ? event.target.checked : true);
    else if (!isBox && (event.ctrlKey || event.metaKey)) tick(row, !boxOf(row)?.checked);
    else if (!isBox) [...row.parentElement.rows].forEach((other) => tick(other, other === row));
    if (!isBox) row.tabIndex = 0;
    if (!isBox) row.focus({ preventScroll: true });
    anchor = row;
  });

  document.addEventListener("mousedown", (event) => {  // a Shift click selects rows, not their text
    if (event.shiftKey && event.target.closest(ROWS)) event.preventDefault();
  });

  document.addEventListener("dblclick", (event) => {
    const row = event.target.closest(`${ROWS}[data-open]`);
    if (row && !event.target.closest(CONTROL)) location.assign(row.dataset.open);
  });
}
