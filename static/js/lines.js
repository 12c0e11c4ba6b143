// textarea[data-lines="Line {n}"]: one box a line, with an empty one at the end. Enter goes on, Backspace in an empty
// box takes it away, a pasted list becomes boxes. A long list stays one text, which grows with its lines.
"use strict";
{
  const MOST = 100;

  function enhance(text) {
    const { id } = text, list = document.createElement("div");
    list.className = "lines";
    const boxes = () => [...list.children], lines = () => boxes().map((box) => box.value);

    function add(value, before = null) {
      const box = document.createElement("input");
      Object.assign(box, { type: "text", value, autocomplete: "off", spellcheck: false, className: "form-control" });
      return list.insertBefore(box, before);
    }

    function show(all) {
      text.hidden = !(list.hidden = all.length > MOST);
      text.id = list.hidden ? id : `${id}_text`;
      text.value = all.join("\n").trimEnd();
      list.replaceChildren();
      if (!list.hidden) all.forEach((line) => add(line));
      follow();
    }

    function follow() {
      if (list.hidden) return;
      if (boxes().at(-1)?.value !== "") add("");
      text.value = lines().join("\n").trimEnd();
      boxes().forEach((box, place) => {
        box.id = place ? "" : id;  // the label and the summary of errors lead to the first
        box.setAttribute("aria-label", text.dataset.lines.replace("{n}", place + 1));
      });
    }

    list.addEventListener("input", follow);
    list.addEventListener("keydown", (event) => {
      const box = event.target, next = box.nextSibling, before = box.previousSibling;
      if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) (next?.value === "" ? next : add("", next)).focus();
      else if (event.key === "Backspace" && !box.value && before) { before.focus(); box.remove(); }
      else return;
      event.preventDefault();
      follow();
    });
    list.addEventListener("paste", (event) => {
      const pasted = event.clipboardData.getData("text").trimEnd().split(/\r\n|\r|\n/), box = event.target;
      if (pasted.length < 2) return;
      event.preventDefault();
      const all = lines(), place = boxes().indexOf(box) + (box.value ? 1 : 0);
      all.splice(place, box.value ? 0 : 1, ...pasted);
      show(all);
      (list.hidden ? text : boxes()[place + pasted.length - 1]).focus();
      text.form.dispatchEvent(new Event("input"));
    });
    text.before(list);
    show(text.value.split("\n"));
  }
  document.querySelectorAll("textarea[data-lines]:enabled").forEach(enhance);
}
