// Small manners of every page: [data-dismiss] closes its message, [data-focus] is where reading starts,
// select[data-submit-on-change] sends its form, and the current tab is in view when the strip scrolls.
"use strict";
{
  document.addEventListener("click", (event) => {
    const message = event.target.closest("[data-dismiss]")?.closest(".msg, .alert");
    if (message) message.remove();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  addEventListener("load", () => document.querySelector("[data-focus]")?.focus());  // after autofocus had its turn
  const strip = document.querySelector(".tabs");
  const tab = strip?.querySelector("[aria-current]");
  if (tab) strip.scrollLeft = tab.offsetLeft - strip.offsetLeft - (strip.clientWidth - tab.offsetWidth) / 2;
}
