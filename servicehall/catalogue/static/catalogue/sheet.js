// A choice asks the server for the controls that now fit. What somebody types until the answer is there stays.
let sent = null, typed = [];
const controls = () => [...document.querySelectorAll("#sheet input:not([type=hidden]), #sheet select, #sheet textarea")];
const nameOf = (control) => `${control.name}=${["checkbox", "radio"].includes(control.type) ? control.value : ""}`;
const valueOf = (control) => (["checkbox", "radio"].includes(control.type) ? control.checked : control.value);

document.addEventListener("htmx:beforeRequest", (event) => {
  sent = event.detail.elt.matches("#sheet select") ? new Map(controls().map((each) => [nameOf(each), valueOf(each)])) : null;
});
document.addEventListener("htmx:beforeSwap", () => {
  typed = sent ? controls().filter((each) => valueOf(each) !== sent.get(nameOf(each))).map((each) => [nameOf(each), valueOf(each)]) : [];
});
document.addEventListener("htmx:afterSwap", () => {
  const now = new Map(controls().map((each) => [nameOf(each), each]));
  for (const [name, value] of typed) {
    const control = now.get(name);
    if (control) control[typeof value === "boolean" ? "checked" : "value"] = value;
  }
  sent = null;
  typed = [];
});
