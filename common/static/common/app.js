// The behaviour of the pages. Everything works without it, slower; it holds no data and keeps none (typed.js does).
const texts = document.body.dataset;
const isStaff = document.documentElement.dataset.face !== "resident";
const keysOff = "yizhan-keys-off";
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const isVisible = (element) => element.getClientRects().length > 0;

// On a narrow screen the columns of staff are one line that moves sideways: begin at where one is.
for (const here of $$(".sidenav [aria-current], .topnav [aria-current]")) {
  const line = here.closest("ul");
  line.scrollLeft += here.getBoundingClientRect().left - line.getBoundingClientRect().left - (line.clientWidth - here.offsetWidth) / 2;
}

export function toast(text) {
  const box = document.createElement("p");
  box.className = "toast";
  box.textContent = text;
  $("#toasts").append(box);
  setTimeout(() => box.remove(), 8000);
}

// --- asking first, opening dialogs, printing, reading aloud -----------------------------------
let confirmed = null, asked = null;

// Nothing is asked of a form in which nothing is ticked or filled in where something must be: the server says so at
// once. A button that does something else with the same form asks all the same.
function lacksAnswer(button) {
  if (!button.form || button.name || button.hasAttribute("formaction")) return false;
  return $$("[data-needs-one]", button.form).some((group) => isVisible(group) && !$("input:checked", group))
    || $$("[required]", button.form).some((field) => isVisible(field) && field.validity.valueMissing);
}

document.addEventListener("click", (event) => {
  const asking = event.target.closest("[data-confirm]");
  if (asking && confirmed !== asking && !lacksAnswer(asking)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    // The second half of a double click on the answer lands here, early or late.
    if (asked || event.detail > 1) return;
    asked = asking;
    const dialog = $("#confirm");
    $("#confirm-text").textContent = asking.dataset.confirm;
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      asked = null;
      if (dialog.returnValue !== "yes") return;
      confirmed = asking;
      asking.click();
      confirmed = null;
    }, { once: true });
    dialog.showModal();
    return;
  }
  const opener = event.target.closest("[data-opens]");
  if (opener) opener.dataset.opens === "keys" ? showKeys() : document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.closest("[data-print]")) window.print();
  for (const menu of $$("[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
}, true);

// A roll has no length of its own: the page is cut where the longest receipt ends.
addEventListener("beforeprint", () => {
  const receipts = $$(".receipt");
  if (!receipts.length) return;
  const height = Math.ceil(Math.max(...receipts.map((one) => one.offsetHeight)) * 25.4 / 96) + 10;
  const sheet = [...document.styleSheets].find((each) => each.href?.includes("/print."));
  sheet.insertRule(`@page roll { size: 80mm ${height}mm; margin: 3mm 4mm; }`, sheet.cssRules.length);
});

// A number of 18 digits says birth and sex: they stand there at once, and the server takes them from the number again.
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-says-birth]")) return;
  const digits = event.target.value.normalize("NFKC").replace(/\s/g, "");
  const said = /^\d{6}(\d{4})(\d\d)(\d\d)\d\d(\d)[\dx]$/i.exec(digits);
  if (!said) return;
  const { birth_on: birth, sex } = event.target.form.elements;
  if (birth) birth.value = said.slice(1, 4).join("-");
  if (sex) sex.value = said[4] % 2 ? "1" : "2";
});

// A text kept ready goes into the box it is for: in place of the one chosen before, below what was typed.
document.addEventListener("change", (event) => {
  const chosen = event.target.closest("[data-fills]");
  const box = chosen && document.getElementById(chosen.dataset.fills);
  if (!box) return;
  const typed = box.value.replace(chosen.dataset.filled || "\0", "").trim();
  box.value = [typed, chosen.value].filter(Boolean).join("\n");
  chosen.dataset.filled = chosen.value;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
});

for (const button of $$("[data-read]")) {
  if (!("speechSynthesis" in window)) break;
  const label = $("span", button);
  const start = label.textContent;
  const rest = () => { label.textContent = start; };
  button.hidden = false;
  button.addEventListener("click", () => {
    if (speechSynthesis.speaking) { speechSynthesis.cancel(); return rest(); }
    const words = new SpeechSynthesisUtterance($("#main").innerText);
    words.lang = document.documentElement.lang;
    words.rate = 0.85;
    words.onend = words.onerror = rest;
    label.textContent = button.dataset.readStop;
    speechSynthesis.speak(words);
  });
}
addEventListener("pagehide", () => window.speechSynthesis?.cancel());

// --- forms: once, saved, warned ----------------------------------------------------------------
const dirty = new Set();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "yes";
  dirty.delete(form);
  event.submitter?.setAttribute("aria-disabled", "true");
  setTimeout(() => release(form), 8000);  // a download leaves the page standing
}, true);
function release(form) {
  delete form.dataset.sent;
  for (const button of $$("[aria-disabled]", form)) button.removeAttribute("aria-disabled");
}
document.addEventListener("htmx:beforeRequest", (event) => {
  const button = event.detail.elt;
  if (!button.matches("button")) return;
  if (button.dataset.sent) event.preventDefault();
  button.dataset.sent = "yes";
});
document.addEventListener("htmx:afterRequest", (event) => {
  delete event.detail.elt.dataset.sent;
  const form = event.detail.elt.closest("form");
  if (form) release(form);
});
addEventListener("pageshow", (event) => { if (event.persisted) $$("form[data-sent]").forEach(release); });

const timers = new WeakMap();
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form) return;
  if (form.hasAttribute("data-warn")) dirty.add(form);
  if (!form.dataset.autosave) return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => save(form), 1500));
});
async function save(form) {
  if (form.dataset.sent || !navigator.onLine) return;
  await window.htmx.ajax("POST", form.dataset.autosave, { source: form, target: "[data-saved]", swap: "outerHTML" });
}
document.addEventListener("htmx:afterSwap", (event) => {
  const form = event.detail.elt?.closest?.("form[data-autosave]") ?? event.detail.requestConfig?.elt;
  if (form?.dataset?.autosave) dirty.delete(form);
});
// The session has ended: what is typed waits in typed.js, there is nothing to warn of.
document.addEventListener("htmx:beforeOnLoad", (event) => { if (event.detail.xhr.getResponseHeader("HX-Redirect")) dirty.clear(); });
addEventListener("beforeunload", (event) => { if (dirty.size) event.preventDefault(); });

let errorPrefix = "";
function focusErrors(root) {
  const summary = $("[data-errors]", root);
  if (summary) {
    errorPrefix = summary.dataset.errors;
    if (!document.title.startsWith(errorPrefix)) document.title = errorPrefix + document.title;
    summary.focus();
  } else if (errorPrefix && !$("[data-errors]") && document.title.startsWith(errorPrefix)) {
    document.title = document.title.slice(errorPrefix.length);
  }
}
focusErrors(document);
document.addEventListener("htmx:afterSettle", (event) => focusErrors(event.target));
document.addEventListener("click", (event) => {  // a line of the summary leads into its control
  const target = event.target.closest(".errors a[href^='#']");
  const control = target && document.getElementById(target.hash.slice(1));
  if (!control) return;
  event.preventDefault();
  control.scrollIntoView({ block: "center" });
  control.focus();
});

// --- the network and the clock ------------------------------------------------------------------
const offline = $("[data-offline]");
const network = () => { offline.hidden = navigator.onLine; };
addEventListener("offline", network);
addEventListener("online", network);
network();
document.addEventListener("htmx:responseError", () => toast(texts.textFailed));
document.addEventListener("htmx:sendError", () => toast(texts.textFailed));
document.addEventListener("toast", (event) => {
  $("[data-said]")?.remove();  // what was said of the act before
  toast(event.detail.text ?? event.detail.value);
});

const idle = Number(texts.idleSeconds);
if (idle) {
  // All tabs share one clock; only a moment in time is stored, nothing about a person.
  const stamp = () => { try { localStorage.setItem("yizhan-active", String(Date.now())); } catch { /* private mode */ } };
  const quiet = () => (Date.now() - Number(localStorage.getItem("yizhan-active") ?? Date.now())) / 1000;
  // Typing sends nothing, so the server is told of it; it moves its own limit every half minute, and so do we.
  let warned = false, told = Date.now();
  const stay = () => {
    if (!texts.stayUrl || Date.now() - told < 30000) return;
    told = Date.now();
    fetch(texts.stayUrl, { redirect: "manual" }).catch(() => {});
  };
  for (const kind of ["keydown", "pointerdown", "scroll"]) addEventListener(kind, () => { stamp(); stay(); warned = false; }, { passive: true });
  stamp();
  setInterval(() => {
    if (quiet() > idle) { dirty.clear(); location.assign(texts.idleUrl ?? location.href); }
    else if (quiet() > idle - 60 && !warned) { warned = true; toast(texts.textIdle); }
  }, 5000);
}

// --- keys ---------------------------------------------------------------------------------------
const keyed = () => $$("[data-key]").filter(isVisible);
const nameOf = (element) => element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? ($("span", element) ?? element).textContent.trim();
const isTyping = (element) => element?.closest("input:not([type=checkbox],[type=radio],[type=submit],[type=button]), textarea, select, [contenteditable]");

function showKeys() {
  const rows = keyed().map((element) => {
    const row = document.createElement("div"), key = document.createElement("dt"), name = document.createElement("dd");
    const cap = Object.assign(document.createElement("kbd"), { className: "kbd", textContent: element.dataset.key });
    key.append(cap);
    name.textContent = nameOf(element);
    row.append(key, name);
    return row;
  });
  $("[data-keys]").replaceChildren(...rows);
  $("[data-keys-off]").checked = localStorage.getItem(keysOff) === "yes";
  $("#keys").showModal();
}
$("[data-keys-off]")?.addEventListener("change", (event) => localStorage.setItem(keysOff, event.target.checked ? "yes" : "no"));

// What a key has asked for and is not there yet: letters typed meanwhile are meant for it and are no shortcuts.
let pressed = null, awaited = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  const asks = event.detail.elt;
  if (pressed && (asks === pressed || asks === pressed.form)) awaited = event.detail.xhr;
});
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.xhr === awaited) awaited = null; });
function press(element) {
  pressed = element;
  if (element.matches("input:not([type=checkbox],[type=radio]), select, textarea")) element.focus();
  else element.click();
}
function move(step) {
  const rows = $$("[data-list] [data-row]").filter(isVisible);
  if (!rows.length) return false;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step))];
  if (!next.matches("a, button")) next.tabIndex = -1;
  next.focus();
  return true;
}
function shortcut(key) {
  if (key === "?") { showKeys(); return true; }
  if (key === "/") { const box = $$("[data-search]").find(isVisible); box?.focus(); return Boolean(box); }
  if (key === "j" || key === "arrowdown") return move(1);
  if (key === "k" || key === "arrowup") return move(-1);
  const row = document.activeElement?.closest("[data-row]");
  if (key === "x" && row === document.activeElement && $(".tick", row)) { $(".tick", row).click(); return true; }
  if (key === "enter" && row === document.activeElement && !row.matches("a, button")) { $("a, button", row)?.click(); return true; }
  return false;
}
if (isStaff) document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented || event.altKey || event.metaKey) return;
  if ($("dialog[open]")) return;
  const key = (event.ctrlKey ? "ctrl+" : "") + event.key.toLowerCase();
  const leavesSearch = event.target.matches("[data-search]") && ["arrowdown", "arrowup"].includes(key);
  if (!event.ctrlKey && isTyping(event.target) && !leavesSearch) return;
  if (!event.ctrlKey && key !== "?" && localStorage.getItem(keysOff) === "yes") return;
  if (awaited && !event.ctrlKey) return event.preventDefault();
  const alike = keyed().filter((element) => element.dataset.key.toLowerCase() === key);
  // Of several forms with a button for one key, the one in which somebody types.
  const own = alike.find((element) => element.form && element.form === document.activeElement?.form) ?? alike[0];
  if (own) press(own);
  if (own || (!event.ctrlKey && shortcut(key))) event.preventDefault();
});
