// Theme, toasts, rows, palette, keys, and all wiring: everything is delegated from the document, so that a htmx swap needs none of its own.
// Beside it, in the same scope: selection.js, composer.js, typed.js. No state that the server does not own.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const typing = (el) => el.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const tell = (name, n, root) => $$(`[data-${name}]`, root).forEach((el) => { el.textContent = n === "" ? "" : el.dataset[name].replace("%n", n); });
const say = (text) => { const box = $("#announce"); if (box) box.textContent = text; };

// Theme: a cookie, so that the server renders the right scheme and nothing flashes. What the device wants anyway is not fixed.
const cookie = (name, value, seconds) => { document.cookie = `${name}=${value}; path=/; samesite=lax${seconds === undefined ? "" : `; max-age=${seconds}`}${location.protocol === "https:" ? "; secure" : ""}`; };
function toggleTheme() {
  const { dataset } = document.documentElement, device = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const wanted = (dataset.theme || device) === "dark" ? "light" : "dark";
  if (wanted === device) delete dataset.theme; else dataset.theme = wanted;
  cookie("theme", dataset.theme || "device", 31536000);
}

// Toasts: words come from <template> elements that the server translated, or from its "toast" event.
function toast({ text, note = "", tone = "calm", url = "", action = "" }) {
  const node = $("#toast-template").content.firstElementChild.cloneNode(true);
  node.classList.add(`is-${tone}`);
  $("[data-text]", node).textContent = text;
  $("[data-note]", node).textContent = note;
  $("[data-note]", node).hidden = !note;
  const link = $("a", node);
  if (url && action && url.startsWith("/") && !url.startsWith("//")) { link.href = url; link.textContent = action; } else link.remove();
  $("#toasts").append(node);
  if (tone !== "act") setTimeout(() => node.remove(), 10000);
}
function failure(kind, verb) {
  const words = $(`#toast-${kind}`)?.dataset;
  if (words) toast({ text: words.text, note: verb === "get" ? words.read : words.write, tone: "act" });
}

// Rows: j and k move, x selects, Enter opens, e edits the first value that can be. On a page without a list they follow its own links.
function move(step) {
  const rows = $$(".list tbody tr, .thread-item");
  if (!rows.length) return $(`[data-key="${step > 0 ? "j" : "k"}"]`)?.click();
  const marked = rows.findIndex((row) => row.classList.contains("is-cursor"));
  const at = marked < 0 ? rows.findIndex((row) => row.hasAttribute("aria-current")) : marked;
  const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  rows.forEach((row) => row.classList.toggle("is-cursor", row === next));
  next.scrollIntoView({ block: "nearest" });
  (next.matches("a") ? next : $("th a:not(.photo), td a:not(.photo)", next))?.focus({ preventScroll: true });
}
const reachable = (el) => !el.closest(".bulk") || el.closest(".list[data-picked]"); // a bulk bar counts while something is selected
const cursor = () => $(".list .is-cursor")?.closest("tr, li");

// Palette: the server answers; here only the choice among what it answered.
const options = () => $$("#palette-list [role=option]");
function choose(a) {
  options().forEach((one) => { one.classList.toggle("is-active", one === a); one.setAttribute("aria-selected", String(one === a)); });
  const input = $("#palette-input");
  if (a) { input.setAttribute("aria-activedescendant", a.id); a.scrollIntoView({ block: "nearest" }); } else input.removeAttribute("aria-activedescendant");
}
function openDialog(id) {
  const box = document.getElementById(id);
  if (!box || box.open) return;
  box.showModal();
  if (id === "palette") { $("#palette-input").select(); htmx.trigger("#palette-input", "palette-open"); choose(options()[0]); }
}
function paletteKey(event) {
  const list = options(), at = list.findIndex((a) => a.classList.contains("is-active"));
  if (!["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
  event.preventDefault();
  if (event.key !== "Enter") choose(list[(at + (event.key === "ArrowDown" ? 1 : -1) + list.length) % list.length]);
  else {
    const { dataset, value } = event.target; // pasted and entered before the answer came: the search page finds it
    if (dataset.search && value.trim() && dataset.answered !== value) location.href = `${dataset.search}?q=${encodeURIComponent(value.trim())}`;
    else list[at]?.click();
  }
}

const acts = {
  leave: () => keepTyped(), theme: () => toggleTheme(),
  scope: ({ dataset }) => cookie("scope", dataset.scope, dataset.scope ? undefined : 0), // until the browser is closed: lists are asked for it
  open: (el) => openDialog(el.dataset.dialog),
  close: (el) => el.closest("dialog").close(),
  clear: (el) => clearSelection(el.closest(".list")), all: (el) => takeAll(el),
  dismiss: (el) => el.closest(".toast, .banner").remove(),
  drop: (el) => el.closest("li").remove(),
  mode: (el) => composerMode(el),
  canned: (el) => { const box = $("textarea", el.closest(".composer")); box.value = el.dataset.text.replaceAll("{buyer}", box.form.dataset.buyer || "{buyer}"); box.dispatchEvent(new Event("input", { bubbles: true })); box.focus(); },
  copy: (el) => navigator.clipboard?.writeText(el.dataset.copy).then(() => toast({ text: el.dataset.copied || el.dataset.copy })),
  print: () => print(),
};

document.addEventListener("click", (event) => {
  const el = event.target.closest("[data-act]");
  if (el && acts[el.dataset.act]) acts[el.dataset.act](el, event);
  $$("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  if (event.target.matches("dialog[open]")) event.target.close();
  const box = event.target.closest(".box");
  if (box?.closest("thead")) selectAll(box.closest(".list"), box.checked);
  else if (box?.closest(".list")) select(box, event.shiftKey);
  else {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target.closest("a, button, label, input, summary, select") || String(getSelection())) return;
    if (event.ctrlKey || event.metaKey) open(row.dataset.href, "_blank", "noopener"); else location.href = row.dataset.href;
  }
});

document.addEventListener("input", (event) => {
  keepDraft(event.target);
  if (event.target.matches(".composer textarea")) offer(event.target);
  if (event.target.matches("[data-amount]")) sum(event.target.closest(".list, form"));
  if (event.target.matches("[data-codes]")) tally(event.target);
});

// The second click of a double click sends nothing, however fast the first one was answered.
document.addEventListener("click", (event) => {
  const pressed = event.detail > 1 && event.target.closest("button");
  if (pressed && (pressed.hasAttribute("data-hx-post") || (pressed.type === "submit" && pressed.form?.method === "post"))) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true);

// What cannot be done says why when it is pressed, by hand, by key or with a finger, and does nothing else.
document.addEventListener("click", (event) => {
  const idle = event.target.closest("[aria-disabled='true']");
  if (!idle) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (idle.title && !$$("#toasts [data-text]").some((el) => el.textContent === idle.title)) toast({ text: idle.title });
}, true);

// A plain form is sent once: a click while it is under way finds it busy.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  elsewhere(form);
  if (form.dataset.sent) return event.preventDefault();
  if (form.matches("[data-ends-session]") || event.submitter?.matches("[data-ends-session]")) { sessionStorage.clear(); cookie("scope", "", 0); }
  if (form.method === "post") { keepTyped(); form.dataset.sent = "1"; event.submitter?.setAttribute("aria-busy", "true"); if (form.dataset.draft) dropDraft(form); }
});
addEventListener("pageshow", () => $$("form[data-sent]").forEach((form) => { delete form.dataset.sent; $$("[aria-busy]", form).forEach((el) => el.removeAttribute("aria-busy")); }));

// An address holds no filter that is empty, whether the browser or htmx sends the form; and no rows beside all that match.
document.addEventListener("formdata", ({ target, formData }) => {
  if (formData.has("all")) formData.delete("pk");
  if (target.method === "get") new Set(formData.keys()).forEach((name) => { if (formData.getAll(name).every((value) => value === "")) formData.delete(name); });
});

// Keys. None fires while somebody types, except Ctrl/Cmd+K, Ctrl/Cmd+Enter and Escape.
let pending = "";
const keys = {
  j: () => move(1), k: () => move(-1),
  x: () => { const box = $(".box", cursor() || document.createElement("i")); if (box?.offsetParent && !box.disabled) { box.checked = !box.checked; select(box, false); } },
  Enter: () => { const row = cursor(); if (row?.dataset.href) location.href = row.dataset.href; },
  "/": () => { const box = $("[data-key-search]"); if (box) { box.focus(); box.select(); } else openDialog("palette"); },
  "?": () => openDialog("keys"),
};
document.addEventListener("keydown", (event) => {
  const { key, target } = event, withCommand = event.ctrlKey || event.metaKey;
  if (event.isComposing) return;
  if (withCommand && key.toLowerCase() === "k") { event.preventDefault(); return openDialog("palette"); }
  if (target.matches(".composer textarea") && cannedKey(event)) return; // also with Ctrl: half a shortcut is never sent
  if (withCommand && key === "Enter" && target.form) { // the button that is shown is pressed: a private note stays one
    const button = $("[type=submit]:not([hidden])", target.form);
    event.preventDefault();
    return button ? button.click() : target.form.requestSubmit();
  }
  if (target.id === "palette-input") return paletteKey(event);
  const cell = key === "Escape" && target.closest(".cell-form");
  if (cell) return $("[type=button]", cell).click();
  const menus = key === "Escape" ? $$("details.menu[open]") : [];
  if (key === "Escape" && !menus.length && typing(target) && !target.closest("dialog")) { event.preventDefault(); return target.blur(); } // what was typed stays; keys work again
  if (key === "Escape") return menus.forEach((menu) => { menu.open = false; $("summary", menu).focus(); });
  if (withCommand || event.altKey || typing(target) || $("dialog[open]")) return;
  if (pending === "g") { pending = ""; const link = $(`[data-go="${CSS.escape(key)}"]`); if (link) { event.preventDefault(); link.click(); } return; }
  if (key === "g") { pending = "g"; setTimeout(() => { pending = ""; }, 1200); return; }
  if (key === "Enter" && target.closest("a, button, summary, input")) return;
  const marked = /^[a-z]$/.test(key) && !keys[key] && ($$(`[data-key="${key}"]`).find(reachable) || (key === "e" && cursor() && $(".edits", cursor())));
  if (marked) { event.preventDefault(); marked.click(); if (marked.matches("textarea, input, select, summary")) marked.focus(); }
  else if (keys[key]) { event.preventDefault(); keys[key](); }
});

// htmx. Polls rest on hidden tabs and carry the validator of what is shown, so that an unchanged answer is an empty 304.
const validators = new Map();
const polls = (el) => (el.getAttribute("data-hx-trigger") || el.getAttribute("hx-trigger") || "").includes("every");
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const list = detail.verb === "post" && detail.elt.closest(".bulk") && detail.elt.closest(".list"), values = list && picksOf(list);
  if (values && matching(list)) { delete detail.parameters.pk; detail.parameters.all = matching(list).dataset.matching; }
  else if (values) detail.parameters.pk = [...values];
  const tag = validators.get(detail.path);
  if (tag && polls(detail.elt)) detail.headers["If-None-Match"] = tag;
});
// What changes something is sent once: a click meanwhile is dropped, not queued, also while the page of the answer loads.
let flying = new WeakSet();
addEventListener("pageshow", () => { flying = new WeakSet(); });
document.addEventListener("htmx:confirm", (event) => { if (event.detail.verb !== "get" && flying.has(event.detail.elt)) event.preventDefault(); });
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, target, requestConfig } = event.detail;
  if (requestConfig.verb !== "get") flying.add(elt);
  if (polls(elt) && document.hidden) return event.preventDefault();
  if (!polls(elt)) target?.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  detail.target?.removeAttribute("aria-busy");
  const { elt, path } = detail.requestConfig; // detail.elt is another one when a swap replaced the asking element
  if (!detail.xhr?.getResponseHeader("HX-Redirect")) flying.delete(elt);
  if (detail.successful && elt.matches(".thread-item")) $$(".thread-item").forEach((one) => { if (one === elt) one.setAttribute("aria-current", "true"); else one.removeAttribute("aria-current"); });
  const tag = detail.xhr?.getResponseHeader("ETag");
  if (tag && polls(elt)) validators.set(path, tag);
  if (detail.successful && elt.matches("[data-draft]")) dropDraft(elt);
  if (detail.successful && elt.closest("[data-clears]")) clearSelection(elt.closest(".list"));
});

// Focus stays on the element with the same id (htmx does that); when it is gone, the row of the keys takes it, else the cell's link or the fragment's heading.
let focusWas = null, rowWas = "";
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  focusWas = detail.target?.contains(document.activeElement) ? detail.target.id : null;
  rowWas = (detail.target?.contains(cursor()) && cursor().id) || "";
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const root = (focusWas && document.getElementById(focusWas)) || detail.elt;
  $$(".list", root.parentNode || document).forEach(restorePicks);
  restoreDrafts(root.parentNode || document);
  if (waiting.length) putTyped();
  if (detail.elt.matches?.(".canned")) offer($("textarea", detail.elt.closest(".composer"))); // a slash was typed before they came
  if (detail.target?.id === "palette-list") {
    $("#palette-input").dataset.answered = detail.requestConfig.parameters.q ?? "";
    choose(options()[0]);
    return;
  }
  const wrong = detail.xhr?.status === 422 && $("[role=alert][tabindex='-1']", root);
  if (wrong) wrong.focus();
  const row = rowWas && !cursor() && document.getElementById(rowWas);
  if (row) row.classList.add("is-cursor");
  if (!wrong && focusWas && document.activeElement === document.body) (row && $("th a", row) || (root.matches("td") ? $("tr.is-cursor th a:not(.photo)", root.closest("tbody")) || $("a", root) : $("[tabindex='-1'], .scroll[tabindex]", root)))?.focus({ preventScroll: true });
  const counted = $("[data-announce]", root);
  if (counted && detail.target?.id === root.id) say(counted.textContent);
  focusWas = null;
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr, requestConfig } = event.detail, url = xhr.getResponseHeader("HX-Redirect");
  if (!url || xhr.status < 400) return;
  keepTyped();
  if (polls(requestConfig.elt)) { event.preventDefault(); signedOut(url); } // nobody asked: the page stays as it is
});
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (polls(detail.requestConfig.elt)) return;
  failure(detail.xhr.status === 403 ? "forbidden" : detail.xhr.status === 404 ? "missing" : detail.xhr.status === 429 ? "busy" : detail.xhr.status === 503 ? "away" : "broken", detail.requestConfig.verb);
});
["htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, ({ detail: { requestConfig } }) => { if (!polls(requestConfig.elt)) failure("offline", requestConfig.verb); }));
document.addEventListener("toast", ({ detail }) => toast(detail));

$$(".list").forEach(count);
addEventListener("pageshow", () => $$(".list").forEach(count)); // the browser kept some checked when it came back
$$("form:has([data-sum])").forEach(sum);
restoreDrafts(document); restoreTyped();
$$("[data-codes]").forEach(tally);
$$("[role=alert][tabindex='-1']").slice(0, 1).forEach((el) => el.focus());
