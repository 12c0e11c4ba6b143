// What htmx leaves to the page: links outside the fragment stay true, the keyboard keeps its place, a search keeps
// the order, and a server that does not answer is told ([data-lost]) or, when it asks to sign in, obeyed.
"use strict";
{
  let place = "";

  // Leaving the search box is no news: what was typed has been searched for already.
  document.addEventListener("change", (event) => {
    if (event.target.matches("form[role=search] input[type=search]")) event.stopPropagation();
  }, true);

  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches("form[role=search]")) return;
    const { parameters } = event.detail;
    const sort = new URL(location.href).searchParams.get("sort");
    if (sort) parameters.sort = sort;
    for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target, pathInfo } = event.detail;
    const came = new URL(xhr.responseURL || location.href), asked = new URL(pathInfo?.requestPath ?? came, location.href);
    if (came.pathname !== asked.pathname) {
      event.detail.shouldSwap = false;
      location.reload();
    }
    const head = target.contains(document.activeElement) ? document.activeElement.closest("th") : null;
    place = head ? `th:nth-child(${head.cellIndex + 1}) a` : "";
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (place) document.querySelector(`table[data-rows] ${place}`)?.focus();
    place = "";
    const url = document.querySelector("[data-export-url]")?.dataset.exportUrl;
    document.querySelectorAll("a[data-export]").forEach((link) => { if (url) link.href = url; });
    document.querySelectorAll("a[data-refresh]").forEach((link) => { link.href = location.href; });
  });

  const lost = (shown) => document.querySelectorAll("[data-lost]").forEach((each) => { each.hidden = !shown; });
  for (const name of ["sendError", "timeout", "responseError"]) document.addEventListener(`htmx:${name}`, () => lost(true));
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) lost(false); });
}
