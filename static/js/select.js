// What follows from the ticked rows of table[data-rows]: [data-select-page] ticks the page; [data-select-all] does, and with
// "results" other pages too; [data-select-all-bar] with input[name=all] is offered when the page is all ticked and there are
// others; [data-selected-count] speaks by data-one and data-many ("{n}"); [data-needs-selection] is "one" or "some".
"use strict";
{
  const table = () => document.querySelector("table[data-rows]");
  const boxes = () => [...(table()?.querySelectorAll("tbody input[type=checkbox]:not(:disabled)") ?? [])];
  const bar = () => document.querySelector("[data-select-all-bar]");
  const all = () => bar()?.querySelector("input[name=all]");

  function refresh() {
    const ticked = boxes().filter((box) => box.checked);
    const whole = ticked.length > 0 && ticked.length === boxes().length;
    for (const box of boxes()) box.closest("tr").setAttribute("aria-selected", box.checked);
    const page = document.querySelector("[data-select-page]");
    if (page) [page.checked, page.indeterminate] = [whole, ticked.length > 0 && !whole];
    if (bar()) {
      bar().hidden = !(whole && document.querySelector(".paging a"));
      if (bar().hidden && all()) all().checked = false;
    }
    const count = all()?.checked ? Infinity : ticked.length;
    tell(count);
    offer(count);
  }

  function tell(count) {
    for (const place of document.querySelectorAll("[data-selected-count]")) {
      const words = count === 1 ? place.dataset.one : place.dataset.many.replace("{n}", count);
      place.textContent = count > 0 && count < Infinity ? words : "";
    }
  }

  function offer(count) {
    for (const item of document.querySelectorAll("[data-needs-selection]")) {
      const fits = item.dataset.needsSelection === "one" ? count === 1 : count > 0;
      if (fits) item.removeAttribute("aria-disabled");
      else item.setAttribute("aria-disabled", "true");
    }
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-select-page]")) boxes().forEach((box) => { box.checked = event.target.checked; });
    if (event.target.matches("[data-select-page], [name=all], table[data-rows] input[type=checkbox]")) refresh();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-needs-selection][aria-disabled=true]")) return event.preventDefault();
    const item = event.target.closest("[data-select-all]");
    if (!item) return;
    boxes().forEach((box) => { box.checked = true; });
    refresh();
    if (item.dataset.selectAll !== "results" || bar()?.hidden || !all()) return;
    all().checked = true;
    refresh();
  }, true);

  document.addEventListener("htmx:afterSettle", refresh);
  addEventListener("pageshow", refresh);  // the browser may have restored ticks on the way back
  refresh();
}
