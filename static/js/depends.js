// input[data-needs="id"]: greyed and unticked while the box with that id is off; its tick comes back with it.
// [data-needs-reason-for="id of the greyed box"] is shown meanwhile and describes it.
"use strict";
{
  const remembered = new WeakMap();

  function follow(box) {
    const needed = document.getElementById(box.dataset.needs);
    if (!needed || box.hasAttribute("data-locked")) return;
    const on = needed.checked && !needed.matches("[data-needs]:disabled");
    if (!on && !box.disabled) {
      remembered.set(box, box.checked);
      box.checked = false;
    }
    if (on && box.disabled && remembered.has(box)) box.checked = remembered.get(box);
    box.disabled = !on;
    explain(box, !on);
  }

  function explain(box, greyed) {
    const reason = document.querySelector(`[data-needs-reason-for="${CSS.escape(box.id)}"]`);
    if (!reason) return;
    reason.id ||= `${box.id}_reason`;
    reason.hidden = !greyed;
    const others = (box.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== reason.id);
    box.setAttribute("aria-describedby", [...others, ...(greyed ? [reason.id] : [])].join(" "));
  }

  const all = () => document.querySelectorAll("input[data-needs]");
  // A box that the server greyed (a reader who may only look) stays so.
  all().forEach((box) => { if (box.disabled) box.setAttribute("data-locked", ""); });
  document.addEventListener("change", (event) => { if (event.target.matches("[type=checkbox]")) all().forEach(follow); });
  document.addEventListener("htmx:afterSettle", () => all().forEach(follow));
  addEventListener("pageshow", () => all().forEach(follow));
  all().forEach(follow);
}
