// a[data-view-of="id"]: leads to what is chosen in the field with that id: data-view-url, then its value. It is hidden
// while nothing is chosen.
"use strict";
{
  function follow(link) {
    const field = document.getElementById(link.dataset.viewOf);
    if (!field) return;
    link.hidden = !field.value;
    link.href = link.dataset.viewUrl + encodeURIComponent(field.value);
  }

  const all = () => document.querySelectorAll("a[data-view-of]").forEach(follow);
  document.addEventListener("input", all);
  addEventListener("pageshow", all);
  all();
}
