// What was typed is not lost: drafts, and the way round by the sign-in page; `app.js` wires it to the page.
"use strict";

// Drafts: what is typed into a form marked data-draft outlives a swap, a reload and a wrong click, in this tab only.
const draftOf = (el) => { const form = el.closest?.("[data-draft]"); return form && el.name ? `draft:${form.dataset.draft}:${el.name}` : ""; };
function keepDraft(el) {
  const key = draftOf(el);
  if (!key || el.type === "password") return;
  if (el.value) sessionStorage.setItem(key, el.value); else sessionStorage.removeItem(key);
}
function restoreDrafts(root) {
  $$("[data-draft] textarea", root).forEach((el) => { const kept = sessionStorage.getItem(draftOf(el)); if (kept && !el.value) el.value = kept; });
  $$("[data-draft] [name=mode]", root).forEach((el) => { if (sessionStorage.getItem(draftOf(el)) === "note") setMode($("[data-mode=note]", el.form)); });
}
function dropDraft(form) {
  Object.keys(sessionStorage).filter((key) => key.startsWith(`draft:${form.dataset.draft}:`)).forEach((key) => sessionStorage.removeItem(key));
}

// What was typed outlives a way round by the sign-in page: when the session ends meanwhile, or the password is asked again. It is kept
// in this tab from the moment a form leaves, and comes back only to the same person, on the same page, behind such a page.
const here = () => location.pathname + location.search;
function isTyped(el) {
  if (!el.name || ["hidden", "password", "file", "submit", "button"].includes(el.type) || el.closest("[data-detour]")) return false;
  if (el.matches("[type=checkbox], [type=radio]")) return el.checked !== el.defaultChecked;
  if (el.matches("select")) return el.selectedIndex !== Math.max(0, [...el.options].findIndex((option) => option.defaultSelected));
  return el.value !== el.defaultValue;
}
const twins = (form, name) => $$("input, select, textarea", form).filter((el) => el.name === name);
function keepTyped() {
  const typed = $$("form[method=post]").flatMap((form) => $$("input, select, textarea", form).filter((el) => isTyped(el) || (el.name === "mode" && el.value === "note")).map((el) => (
    { action: form.getAttribute("action"), name: el.name, at: twins(form, el.name).indexOf(el), value: el.value, checked: el.checked })));
  if (typed.length) sessionStorage.setItem("typed", JSON.stringify({ page: here(), person: document.body.dataset.person, typed }));
}
let waiting = []; // for parts of the page that come later
function putTyped() {
  waiting = waiting.filter(({ action, name, at, value, checked }) => {
    const el = $$("form[method=post]").filter((form) => form.getAttribute("action") === action).map((form) => twins(form, name)[at])[0];
    if (!el) return true;
    if (name === "mode") setMode($("[data-mode=note]", el.form));
    else if (el.matches("[type=checkbox], [type=radio]")) el.checked = checked; else el.value = value;
    el.dispatchEvent(new Event("input", { bubbles: true }));
    return false;
  });
}
function restoreTyped() {
  const kept = JSON.parse(sessionStorage.getItem("typed") || "null");
  if (!kept) return;
  if ($("[data-detour]")) return sessionStorage.setItem("typed", JSON.stringify({ ...kept, detour: true }));
  sessionStorage.removeItem("typed");
  if (!kept.detour || kept.person !== document.body.dataset.person || kept.page !== here()) return;
  waiting = kept.typed;
  putTyped();
  toast($("#toast-typed").dataset);
}
function signedOut(url) {
  if ($("#toasts [data-act=leave]")) return;
  const { text, note, action } = $("#toast-signed-out").dataset;
  toast({ text, note, action, url: new URL(url, location).pathname + new URL(url, location).search, tone: "act" });
  $("#toasts .toast:last-child a").dataset.act = "leave";
}
