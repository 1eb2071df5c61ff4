// A session that ends while somebody types: what stood in the forms comes back when the same account has signed in.
// It is kept in this tab only, sealed with a key of the account that no page shows before that account is signed in.
// Files cannot be kept: the page says which are to be chosen again.
const KEPT = "yizhan-typed";
const LONGEST = 12 * 3600 * 1000;
const FORMS = "form[method=post]";
const texts = document.body.dataset;
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
const key = texts.typedKey && window.crypto?.subtle
  ? await crypto.subtle.importKey("raw", bytes(texts.typedKey), "AES-GCM", false, ["encrypt", "decrypt"]) : null;

// What is kept, by form: {at, iv, sealed, isLost}; lost when a page came that nobody was signed in to.
function read() {
  try { return JSON.parse(sessionStorage.getItem(KEPT)) ?? {}; } catch { return {}; }
}
function write(kept) {
  const forms = Object.entries(kept).filter(([, form]) => Date.now() - form.at < LONGEST);
  try {
    if (forms.length) sessionStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(forms)));
    else sessionStorage.removeItem(KEPT);
  } catch { /* private mode, or full: the page says so when the session ends */ }
}

const isTyped = (control) => control.name && control.name !== "csrfmiddlewaretoken" && control.autocomplete !== "one-time-code"
  && !["file", "password", "hidden", "submit", "button"].includes(control.type);
const controls = (form) => [...form.elements].filter(isTyped);
const filesOf = (form) => [...form.elements].filter((control) => control.type === "file");
const pathOf = (form) => new URL(form.getAttribute("action") || location.href, location.href).pathname;
// Two forms may go to one address: the second is told apart by its place.
function nameOf(form) {
  const alike = [...document.querySelectorAll(FORMS)].filter((found) => pathOf(found) === pathOf(form));
  return `${pathOf(form)}#${alike.indexOf(form)}`;
}

async function keep(form) {
  const values = controls(form).map((control) => [control.name, ["checkbox", "radio"].includes(control.type) ? control.checked
    : control.multiple ? [...control.selectedOptions].map((option) => option.value) : control.value, control.value]);
  const files = filesOf(form).filter((control) => control.files.length).map((control) => control.name);
  if (!values.length && !files.length) return;
  const name = nameOf(form), iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify({ values, files })));
  write({ ...read(), [name]: { at: Date.now(), iv: text(iv), sealed: text(sealed) } });
}
function forget(form) {
  const { [nameOf(form)]: _gone, ...others } = read();
  write(others);
}

let isGiving = false;
async function giveBack() {
  const lost = Object.entries(read()).filter(([, kept]) => kept.isLost);
  if (isGiving || !lost.length) return;
  isGiving = true;
  let isBack = false;
  for (const [name, kept] of lost) {
    let said;
    try {
      const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(kept.iv) }, key, bytes(kept.sealed));
      said = JSON.parse(new TextDecoder().decode(opened));
    } catch { write({}); break; }  // somebody else has signed in
    // A form that is not here waits: whoever signs in may have to choose a post first, or to open it again.
    const form = [...document.querySelectorAll(FORMS)].find((found) => nameOf(found) === name);
    if (!form) continue;
    forget(form);
    fill(form, said);
    isBack = true;
  }
  isGiving = false;
  if (isBack) document.dispatchEvent(new CustomEvent("toast", { detail: { text: texts.textGivenBack } }));
}

function fill(form, { values, files }) {
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
  for (const control of filesOf(form).filter((control) => files.includes(control.name))) {
    const note = document.createElement("p");
    note.className = "error";
    note.role = "status";
    note.textContent = texts.textFileLost;
    control.after(note);
    control.addEventListener("change", () => note.remove(), { once: true });
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
  form.querySelector("input, textarea, select")?.dispatchEvent(new Event("input", { bubbles: true }));
}

// What is not lost arrived, or was left on purpose.
const before = Object.entries(read());
if (key) write(Object.fromEntries(before.filter(([, form]) => form.isLost)));
else write(Object.fromEntries(before.map(([name, form]) => [name, { ...form, isLost: true }])));

if (key) {
  giveBack();
  document.addEventListener("htmx:afterSettle", giveBack);
  const timers = new WeakMap();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.matches(FORMS)) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => keep(form), 400));
  });
  document.addEventListener("submit", (event) => { if (event.target.matches(FORMS)) keep(event.target); }, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest?.("form");
    if (!form || !event.detail.successful || event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    clearTimeout(timers.get(form));
    forget(form);
  });
}
