// What is selected in a list and what it comes to; `app.js` wires it to the page.
"use strict";

// Selection: shift takes the range; the bulk bar itself is shown by CSS (:has).
let lastBox = null;
const BOXES = "tbody .box, .card .box, .threads .box";
function select(box, range) {
  const boxes = $$(BOXES, box.closest(".list"));
  if (range && lastBox && boxes.includes(lastBox)) {
    const [from, to] = [boxes.indexOf(lastBox), boxes.indexOf(box)].sort((a, b) => a - b);
    boxes.slice(from, to + 1).forEach((one) => { if (!one.disabled) one.checked = box.checked; });
  }
  lastBox = box;
  if (!box.checked) picks.all = "";
  count(box.closest(".list"));
}
function count(list) {
  const boxes = $$(BOXES, list), here = boxes.filter((box) => box.checked).length, values = picksOf(list);
  boxes.forEach((box) => values?.[box.checked ? "add" : "delete"](box.value));
  const on = values ? values.size : here;
  list.toggleAttribute("data-picked", on > 0);
  tell("selected", on, list);
  tell("elsewhere", on > here && !matching(list) ? on - here : "", list);
  if (matching(list)) $("[data-selected]", list).textContent = picks.all;
  const all = $("thead .box", list);
  offerAll(list, here > 0 && (!all || boxes.every((box) => box.checked || box.disabled)));
  sum(list);
  if (all) { all.checked = here > 0 && here === boxes.length; all.indeterminate = here > 0 && here < boxes.length; }
}
// What is selected or typed comes to: each [data-amount] counts once where it is checked, or as often as its field says.
function sum(root) {
  const parts = $$("[data-amount]", root).map((el) => Number(el.dataset.amount) * (el.type === "checkbox" ? el.checked : Number(el.value)) || 0);
  const all = parts.reduce((before, one) => before + one, 0);
  $$("[data-sum]", root).forEach((el) => {
    const minimumFractionDigits = Number(el.dataset.digits ?? 2);
    el.textContent = el.dataset.sum.replace("%n", all.toLocaleString(document.documentElement.lang, { minimumFractionDigits, maximumFractionDigits: minimumFractionDigits }));
  });
}
function tally(box) { // codes are typed one a line: how many there are, and how many of them repeat others
  const lines = box.value.split("\n").map((line) => line.trim()).filter(Boolean);
  tell("lines", lines.length, box.form);
  tell("repeated", lines.length - new Set(lines).size || "", box.form);
}
function selectAll(list, checked) { $$(BOXES, list).forEach((box) => { if (!box.disabled) box.checked = checked; }); if (!checked) picks.all = ""; count(list); }
function clearSelection(list) { picksOf(list)?.clear(); picks.all = ""; $$(".box", list).forEach((box) => { box.checked = false; }); count(list); }

// What was selected on other pages of the same list stays selected; another filter begins anew.
const picks = { of: "", values: new Set(), all: "" };
function picksOf(list) {
  if (!list.hasAttribute("data-keeps-picks")) return null;
  const query = new URLSearchParams(location.search);
  ["after", "before", "on", "size", "sort"].forEach((name) => query.delete(name));
  const of = `${list.id}?${query}`;
  if (picks.of !== of) Object.assign(picks, { of, values: new Set(), all: "" });
  return picks.values;
}
function restorePicks(list) {
  const values = picksOf(list);
  if (values) $$(BOXES, list).forEach((box) => { if ((values.has(box.value) || matching(list)) && !box.disabled) box.checked = true; });
  count(list);
}
// All that match, pages never seen among them: offered beside a whole page of several (where no box takes the page, beside any row), in the server's words.
// A form then names the filter, not rows.
const matching = (list) => (picksOf(list) && picks.all ? $("[data-matching]", list) : null);
function offerAll(list, whole) {
  const el = $("[data-matching]", list);
  if (!el) return;
  el.hidden = !whole || !!matching(list);
  if (!el.hidden) htmx.trigger(el, "whole");
}
function takeAll(button) {
  const list = button.closest(".list");
  picks.all = button.dataset.words;
  selectAll(list, true);
  say(picks.all);
  $("[data-act=clear]", list).focus();
}
function elsewhere(form) { // the form takes along what is on other pages
  const boxes = form.id ? $$(`.box[form="${CSS.escape(form.id)}"]`) : [], values = boxes[0]?.closest(".list") && picksOf(boxes[0].closest(".list"));
  $$("[data-pick]", form).forEach((el) => el.remove());
  const shown = new Set(boxes.map((box) => box.value)), all = values && matching(boxes[0].closest(".list"));
  const add = (name, value) => { form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value })); form.lastElementChild.dataset.pick = ""; };
  if (all) add("all", all.dataset.matching); else [...(values || [])].filter((value) => !shown.has(value)).forEach((value) => add("pk", value));
}
