// The composer of a conversation: whom it speaks to, and canned replies; `app.js` wires it to the page.
"use strict";

// Composer: reply to the buyer, or a private note that never leaves the house. What was begun as a note comes back as one.
function composerMode(button) {
  const form = button.closest(".composer"), box = $("textarea", form);
  setMode(button);
  keepDraft($("[name=mode]", form));
  box.dispatchEvent(new Event("mode")); // the draft that the server keeps knows what it is
  box.focus();
}
function setMode(button) {
  const form = button.closest(".composer");
  $("[name=mode]", form).value = button.dataset.mode;
  $$("[data-mode]", form).forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
  form.classList.toggle("is-note", button.dataset.mode === "note");
  $$("[data-for-mode]", form).forEach((el) => { el.hidden = el.dataset.forMode !== button.dataset.mode; });
  offer($("textarea", form));
}

// Canned replies: what follows the slash narrows them, the arrows choose, Enter takes.
const offered = (list) => $$("button", list).filter((one) => !one.hidden);
const mark = (list, one) => $$("button", list).forEach((each) => each.classList.toggle("is-active", each === one));
function offer(box) {
  const list = $(".canned", box.closest(".composer"));
  if (!list) return;
  const typed = box.value.toLowerCase(), words = typed.slice(1);
  $$("button", list).forEach((one) => { one.hidden = !one.dataset.name.startsWith(typed) && !one.dataset.text.toLowerCase().includes(words); });
  list.hidden = !typed.startsWith("/") || !(offered(list).length || $("a", list)) || box.form.classList.contains("is-note");
  mark(list, offered(list)[0]);
}
function cannedKey(event) {
  const list = $(".canned:not([hidden])", event.target.closest(".composer"));
  if (!list || !offered(list).length || !["ArrowDown", "ArrowUp", "Enter", "Escape"].includes(event.key)) return false;
  const all = offered(list), at = all.findIndex((one) => one.classList.contains("is-active"));
  event.preventDefault();
  if (event.key === "Enter") all[at]?.click();
  else if (event.key === "Escape") list.hidden = true;
  else mark(list, all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
  return true;
}
