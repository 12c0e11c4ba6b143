// Menu buttons: [data-menu] holds button[aria-haspopup=menu] and [role=menu] with [role=menuitem] in it.
// Without this script the menu opens by :focus-within (controls.css).
"use strict";
{
  document.documentElement.classList.add("js");

  const buttonOf = (menu) => menu.querySelector("[aria-haspopup=menu]");
  const itemsOf = (menu) => [...menu.querySelectorAll("[role^=menuitem]")];
  const isOpen = (menu) => buttonOf(menu).getAttribute("aria-expanded") === "true";

  function open(menu, last = false) {
    itemsOf(menu).forEach((item) => { item.tabIndex = -1; });
    buttonOf(menu).setAttribute("aria-expanded", "true");
    itemsOf(menu).at(last ? -1 : 0)?.focus();
  }

  function close(menu, back = false) {
    if (!isOpen(menu)) return;
    buttonOf(menu).setAttribute("aria-expanded", "false");
    if (back) buttonOf(menu).focus();
  }

  function typed(items, at, letter) {
    const order = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    order.find((item) => item.textContent.trim().toLowerCase().startsWith(letter))?.focus();
  }

  document.addEventListener("click", (event) => {
    const menu = event.target.closest("[data-menu]");
    document.querySelectorAll("[data-menu]").forEach((other) => other !== menu && close(other));
    if (!menu) return;
    if (event.target.closest("[aria-haspopup=menu]")) return isOpen(menu) ? close(menu, true) : open(menu);
    if (event.target.closest("[role^=menuitem]:not([aria-disabled=true])")) close(menu, true);
  });

  document.addEventListener("focusout", (event) => {
    const menu = event.target.closest("[data-menu]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) close(menu);
  });

  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest("[data-menu]");
    if (!menu || event.ctrlKey || event.metaKey || event.altKey) return;
    const items = itemsOf(menu), at = items.indexOf(document.activeElement), key = event.key;
    if (key === "Tab") return close(menu);
    if (key === "Escape") close(menu, true);
    else if (!isOpen(menu) && (key === "ArrowDown" || key === "ArrowUp")) open(menu, key === "ArrowUp");
    else if (key === "ArrowDown") items[(at + 1) % items.length].focus();
    else if (key === "ArrowUp") items.at(at <= 0 ? -1 : at - 1).focus();
    else if (key === "Home" && isOpen(menu)) items[0].focus();
    else if (key === "End" && isOpen(menu)) items.at(-1).focus();
    else if (isOpen(menu) && /^\S$/u.test(key)) typed(items, at, key.toLowerCase());
    else return;
    event.preventDefault();
  });
}
