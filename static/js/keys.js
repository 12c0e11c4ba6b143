// Keys of every page: / goes to the search box, ? opens dialog#keys (so does [data-open-keys]).
// Nothing happens while somebody types, or when input[data-single-keys] was unticked in this browser.
"use strict";
{
  const WRITING = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]";
  const SETTING = "panel-single-keys";
  const isOff = () => localStorage.getItem(SETTING) === "off";

  function show() {
    const sheet = document.querySelector("dialog#keys");
    if (!sheet || sheet.open) return;
    const box = sheet.querySelector("[data-single-keys]");
    if (box) box.checked = !isOff();
    sheet.showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isOff()) return;
    if (event.target.matches(WRITING) || document.querySelector("dialog[open]")) return;
    const search = document.querySelector("form[role=search] input[type=search]");
    if (event.key === "?") show();
    else if (event.key === "/" && search) search.select();
    else return;
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-keys]")) show();
    if (event.target.matches("dialog[open]")) event.target.close();  // a click on what lies behind
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-single-keys]")) localStorage.setItem(SETTING, event.target.checked ? "on" : "off");
  });
}
