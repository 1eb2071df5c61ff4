// Shows the questions that apply while somebody answers. The rules come from the server as data; `holds` is the
// twin of servicehall/catalogue/conditions.py and must give the same result on every rule and answer.
const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const NUMBER = /^-?[0-9]{1,15}(\.[0-9]{1,6})?$/;
const ORDERS = { ">=": (n) => n >= 0, ">": (n) => n > 0, "<=": (n) => n <= 0, "<": (n) => n < 0 };

export function holds(rule, answers) {
  if (!rule || !Object.keys(rule).length) return true;
  if ("all" in rule) return rule.all.every((part) => holds(part, answers));
  if ("any" in rule) return rule.any.some((part) => holds(part, answers));
  if ("not" in rule) return !holds(rule.not, answers);
  const [key, op, value] = "situation" in rule ? [rule.situation, "in", rule.values] : [rule.field, rule.op, rule.value];
  const answer = Object.hasOwn(answers, key) ? answers[key] : null;
  if (answer === null || answer === undefined || answer === "" || (Array.isArray(answer) && !answer.length)) return false;
  if (op === "answered") return true;
  const given = (Array.isArray(answer) ? answer : [answer]).map(String);
  if (op in ORDERS) return given.some((each) => isOrdered(each, op, String(value)));
  const wanted = (op === "in" ? value : [value]).map(String);
  return given.some((each) => wanted.includes(each));
}

function isOrdered(given, op, wanted) {
  if (DAY.test(given) && DAY.test(wanted)) return ORDERS[op](given > wanted ? 1 : given < wanted ? -1 : 0);
  const a = millionths(given), b = millionths(wanted);
  if (a === null || b === null) return false;
  return ORDERS[op](a > b ? 1 : a < b ? -1 : 0);
}

// A number as whole millionths, exactly: binary fractions would lose cents.
function millionths(text) {
  const plain = text.normalize("NFKC").replaceAll(",", "").replaceAll(" ", "");
  if (!NUMBER.test(plain)) return null;
  const [whole, part = ""] = plain.split(".");
  return BigInt(whole + part.padEnd(6, "0"));
}

// --- the page ---------------------------------------------------------------------------------------
// form[data-when-answers]: what was answered on other pages. [data-when]: the rule of a question, around its
// controls; [data-when-key]: its key. What is hidden is disabled, so that it is not sent.
function answerOf(box, form) {
  const key = box.dataset.whenKey;
  const controls = [...form.elements].filter((control) => control.name === key || control.name === `${key}__name`);
  const known = form.elements[`${key}__known`];
  const boxes = controls.filter((control) => control.type === "checkbox");
  if (boxes.length) return boxes.filter((control) => control.checked).map((control) => control.value);
  const chosen = controls.find((control) => (control.type === "radio" ? control.checked : control.type !== "file"));
  return chosen?.value.trim() || (known?.checked ? box.dataset.whenKnown || "known" : "");
}

function show(form) {
  const answers = JSON.parse(form.dataset.whenAnswers);
  for (const box of form.querySelectorAll("[data-when-key]")) {
    const isAsked = !box.dataset.when || holds(JSON.parse(box.dataset.when), answers);
    if (box.dataset.when) {
      box.hidden = !isAsked;
      for (const control of box.querySelectorAll("input, select, textarea")) control.disabled = !isAsked;
    }
    delete answers[box.dataset.whenKey];
    if (isAsked) answers[box.dataset.whenKey] = answerOf(box, form);
  }
}

if (typeof document !== "undefined") {
  const watched = new WeakSet();
  const watch = () => {
    for (const form of document.querySelectorAll("form[data-when-answers]")) {
      if (watched.has(form)) continue;
      watched.add(form);
      form.addEventListener("input", () => show(form));
      form.addEventListener("change", () => show(form));
      show(form);
    }
  };
  watch();
  document.addEventListener("htmx:load", watch);  // a form that came later
}
