// Building the page from nodes alone: no markup in strings anywhere, so a name can never become an element.

import { t } from "./words.js";

const PROPERTIES = new Set(["checked", "disabled", "hidden", "value", "selected", "open"]);

/** An element: `data` and `vars` (custom properties) are objects, `on…` are listeners, null is left out. */
export function h(name, props, ...children) {
  const node = document.createElement(name);
  fill(node, children);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "vars") for (const [n, v] of Object.entries(value)) node.style.setProperty(n, v);
    else if (key === "data") Object.assign(node.dataset, value);
    else if (PROPERTIES.has(key)) node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  return node;
}

export function fill(node, ...children) {
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

/** The same node with other children; who was at a control in it stays at the one of the same name. */
export function refill(node, ...children) {
  return keepingPlace(node, () => {
    node.replaceChildren();
    fill(node, ...children);
  });
}

const nameOf = (node) => [node.type === "radio" && node.value,
  node.getAttribute("aria-label") ?? (node.labels?.[0] ?? node).textContent].join();

/** Finds again, once everything has been drawn anew, the control that has focus now. */
function placeOf(node) {
  const name = nameOf(node);
  return (root) => (node.isConnected ? node : [...root.querySelectorAll(node.tagName)].find((other) => nameOf(other) === name));
}

/** Draw anew without losing the reader's place: focus goes to the control of the same name, or to `otherwise`. */
export function keepingPlace(root, draw, otherwise) {
  const at = document.activeElement;
  const again = at !== root && root.contains(at) && placeOf(at);
  draw();
  if (again && document.activeElement === document.body) (again(root) ?? otherwise)?.focus({ preventScroll: true });
  return root;
}

export function svg(name, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const ICONS = {
  pin: "M9.5 1.5l5 5-1.2.6-2.5 2.5.2 2.6-1 1L6.600 9.800 2 14.300 1.700 14 6.200 9.400 2.800 6l1-1 2.600.200L8.900 2.700z",
  video: "M1.500 4h8.500v8H1.500zM11 7l3.500-2.500v7L11 9z",
  search: "M7 2a5 5 0 1 1 0 10A5 5 0 0 1 7 2zm0 1.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zm4 6.500l3.500 3.500-1 1L10 11z",
  left: "M10.500 2.500L5 8l5.500 5.500-1 1L3 8l6.500-6.500z",
  right: "M5.500 2.500L11 8l-5.500 5.500 1 1L13 8 6.500 1.500z",
  check: "M6.500 12.500L2 8l1.200-1.200 3.300 3.300 6.300-6.300L14 5z",
  warn: "M8 1.500L15 14H1zM7.250 6v4h1.500V6zm0 5.200v1.500h1.500v-1.500z",
  cross: "M3 4l1-1 4 4 4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4z",
  theme: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm0 1.6v10.8a5.4 5.4 0 0 0 0-10.8z",
  out: "M2 2h6v1.500H3.500v9H8V14H2zm8 2.500L13.500 8 10 11.500l-1-1L10.700 8.750H6v-1.500h4.700L9 5.500z",
  menu: "M2 3.500h12V5H2zm0 3.750h12v1.500H2zM2 11h12v1.500H2z",
};

export function icon(name) {
  const path = svg("path", { d: ICONS[name], "fill-rule": "evenodd" });
  return svg("svg", { viewBox: "0 0 16 16", class: `icon icon-${name}`, "aria-hidden": "true" }, path);
}

export const button = (label, onclick, props) => h("button", { type: "button", onclick, ...props }, label);

let names = 0;
export const fresh = (stem) => `${stem}-${++names}`;

/** A label above its control. */
export function field(label, control, hint) {
  const id = control.id || fresh("field");
  control.id = id;
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return h(
    "div", { class: "field" }, h("label", { for: id }, label), control,
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint),
  );
}

export function select(options, value, onchange, props) {
  const made = h("select", { ...props, onchange: (event) => onchange?.(event.target.value) });
  for (const [key, label] of options) made.append(h("option", { value: key }, label));
  made.value = value;
  return made;
}

/** One choice out of few, side by side; arrow keys work as radio buttons do. */
export function choice(legend, options, value, onchange, props) {
  const name = fresh("choice");
  const one = ([key, label]) => {
    const input = h("input", {
      type: "radio", name, value: key, checked: String(key) === String(value), onchange: () => onchange(key),
    });
    return h("label", { class: "choice" }, input, h("span", {}, label));
  };
  return h(
    "fieldset", { class: "choices", ...props }, h("legend", { class: "unseen" }, legend), options.map(one),
  );
}

/** Tell what happened, in order: the newest stays last, and an action (Undo) can come with it. */
export function say(text, { kind = "info", action } = {}) {
  const toasts = document.getElementById("toasts");
  const toast = h("div", { class: `toast toast-${kind}` }, h("p", {}, text));
  const away = () => {
    const held = toast.contains(document.activeElement);
    toast.remove();
    if (held) document.getElementById("main")?.focus({ preventScroll: true });
  };
  if (action) toast.append(button(action.label, () => { away(); action.run(); }, { class: "plain" }));
  toast.append(button(icon("cross"), away, { class: "plain quiet", "aria-label": t("close") }));
  toasts.append(toast);
  while (toasts.children.length > 3) toasts.firstChild.remove();
  // Whoever is at it has all the time that they need.
  const later = () => (toast.matches(":hover, :focus-within") ? setTimeout(later, 2000) : toast.remove());
  setTimeout(later, kind === "fault" ? 20000 : action ? 12000 : 6000);
}

/** A part of the page that is fetched when it is needed; what waits for one that cannot be had waits for good. */
export const fetched = (module) => module.catch(() => {
  say(t("partMissing"), { kind: "fault", action: { label: t("reload"), run: () => location.reload() } });
  return new Promise(() => {});
});

/** A modal dialog; focus goes back to where it was when it closes. */
export function dialog(title, content, { buttons = [], wide = false } = {}) {
  const id = fresh("dialog");
  const before = placeOf(document.activeElement);
  const box = h("dialog", { "aria-labelledby": id, class: wide ? "wide" : null });
  const close = () => box.close();
  const made = typeof content === "function" ? content(close) : content;
  const foot = h("footer", {}, buttons.map((b) => (typeof b === "function" ? b(close) : b)));
  fill(
    box, h("header", {}, h("h2", { id }, title), button(icon("cross"), close, { class: "plain quiet", "aria-label": t("close") })),
    h("div", { class: "dialog-body" }, made), buttons.length ? foot : null,
  );
  box.addEventListener("close", () => {
    box.remove();
    (before(document) ?? document.getElementById("main"))?.focus();
  });
  document.body.append(box);
  box.showModal();
  return { box, close };
}
