// A session that ends while somebody types: what stood in the form comes back when the same account has signed in.
// It is kept in this tab only, sealed with a key of the account that no page shows before that account is signed in.
const KEPT = "yizhan-typed";
const LONGEST = 12 * 3600 * 1000;
const FORMS = "form[data-warn], form[data-autosave]";
const texts = document.body.dataset;
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
const key = texts.typedKey && window.crypto?.subtle
  ? await crypto.subtle.importKey("raw", bytes(texts.typedKey), "AES-GCM", false, ["encrypt", "decrypt"]) : null;

function read() {
  try { return JSON.parse(sessionStorage.getItem(KEPT)); } catch { return null; }
}
function write(kept) {
  try {
    if (kept) sessionStorage.setItem(KEPT, JSON.stringify(kept));
    else sessionStorage.removeItem(KEPT);
  } catch { /* private mode, or full: the page says so when the session ends */ }
}

const isTyped = (control) => control.name && control.name !== "csrfmiddlewaretoken" && !["file", "password", "hidden", "submit", "button"].includes(control.type);
const controls = (form) => [...form.elements].filter(isTyped);
const pathOf = (form) => new URL(form.getAttribute("action") || location.href, location.href).pathname;

async function keep(form) {
  const values = controls(form).map((control) => [control.name, ["checkbox", "radio"].includes(control.type) ? control.checked
    : control.multiple ? [...control.selectedOptions].map((option) => option.value) : control.value, control.value]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(values)));
  write({ action: pathOf(form), at: Date.now(), iv: text(iv), sealed: text(sealed) });
}

async function giveBack(kept) {
  let values;
  try {
    const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(kept.iv) }, key, bytes(kept.sealed));
    values = JSON.parse(new TextDecoder().decode(opened));
  } catch { return write(null); }  // somebody else has signed in
  const form = [...document.querySelectorAll(FORMS)].find((found) => pathOf(found) === kept.action);
  if (!form) return;  // not there yet: whoever signs in may have to choose a post first
  const left = controls(form);
  for (const [name, value, which] of values) {
    const isChoice = typeof value === "boolean";
    const at = left.findIndex((control) => control.name === name && (!isChoice || control.value === which));
    if (at < 0) continue;
    const [control] = left.splice(at, 1);
    if (isChoice) control.checked = value;
    else if (Array.isArray(value)) for (const option of control.options) option.selected = value.includes(option.value);
    else control.value = value;
  }
  write(null);
  form.dispatchEvent(new Event("change", { bubbles: true }));
  form.querySelector("input, textarea, select")?.dispatchEvent(new Event("input", { bubbles: true }));
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: texts.textGivenBack } }));
}

const kept = read();
if (kept && Date.now() - kept.at > LONGEST) write(null);
else if (kept && !key) write({ ...kept, isLost: true });
else if (kept?.isLost) giveBack(kept);
else if (kept) write(null);  // it arrived, or was left on purpose

if (key) {
  let timer;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.matches(FORMS)) return;
    clearTimeout(timer);
    timer = setTimeout(() => keep(form), 400);
  });
  document.addEventListener("submit", (event) => { if (event.target.matches(FORMS)) keep(event.target); }, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest?.("form");
    if (!form || !event.detail.successful || event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    clearTimeout(timer);
    if (read()?.action === pathOf(form)) write(null);
  });
}
