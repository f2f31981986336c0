// Controls for parts of documents: windows, ranges, lists of words. Each reads and writes one field of a draft.

import { button, field, fresh, h, refill, select } from "./dom.js";
import { clockText, minutesOf } from "./week.js";
import { clock, DAYS, t, weekday } from "./words.js";

export const wordsOf = (text) => [...new Set(text.split(/[,\s]+/).filter(Boolean))];
const whole = (text) => (text === "" ? null : Number(text));
const number = (value, write, props) => h("input", { type: "number", step: 1, min: 0, value: value ?? "", oninput: (e) => write(whole(e.target.value)), ...props });
/** A time of day as it is typed in the reader's region, "1:30 pm" or "13:30"; null for anything else. */
export function readClock(text, end) {
  const typed = text.trim().toLowerCase();
  if (typed === t("midnight").toLowerCase()) return end ? 1440 : 0;
  const [, hour, minute = "0", half] = /^(\d{1,2})[:.h ]?(\d\d)?\s*([ap])?[.\s]*m?\.?$/.exec(typed) ?? [];
  if (!hour || Number(minute) > 59 || (half ? hour < 1 || hour > 12 : hour > 24)) return null;
  const minutes = (half ? (hour % 12) + (half === "p" ? 12 : 0) : Number(hour)) * 60 + Number(minute);
  if (minutes > 1440 || (minutes === 1440 && !end)) return null;
  return end && minutes === 0 ? 1440 : minutes;
}

function clockInput(value, write, label, end = false) {
  const input = h("input", { type: "text", class: "clock", value: clock(minutesOf(value)), "aria-label": label, size: 9, required: true, oninput: read, onchange: () => { if (input.reportValidity()) input.value = clock(read()); } });
  function read() {
    const minutes = readClock(input.value, end);
    input.setCustomValidity(minutes === null ? t("notATime", { such: clock(810) }) : "");
    if (minutes !== null) write(clockText(minutes));
    return minutes;
  }
  return input;
}

export function rows(list, empty, row, addLabel, write) {
  const node = h("div", { class: "windows" });
  const draw = () => refill(node, list.map((entry, i) => h("div", {}, row(entry, () => write(list), i + 1), button("✕", () => { list.splice(i, 1); write(list); draw(); node.lastElementChild.focus(); }, { class: "plain small", "aria-label": t("removeWhat", { what: `${i + 1}` }) }))),
    button(addLabel, () => { list.push(empty()); write(list); draw(); }, { class: "small" }));
  draw();
  return node;
}

function days(entry, done) {
  return h("span", { class: "days" }, DAYS.map((d) => h("label", {}, h("input", { type: "checkbox", checked: entry.days.includes(d), "aria-label": weekday(d), onchange: (e) => {
    entry.days = DAYS.filter((x) => (x === d ? e.target.checked : entry.days.includes(x)));
    done();
  } }), h("span", { "aria-hidden": "true" }, weekday(d, "short")))));
}

const dates = (entry, done, first, last) => [
  h("input", { type: "date", value: entry[first] ?? "", "aria-label": t("from"), oninput: (e) => { entry[first] = e.target.value || null; done(); } }), "–",
  h("input", { type: "date", value: entry[last] ?? "", "aria-label": t("to"), oninput: (e) => { entry[last] = e.target.value || null; done(); } })];

const times = (entry, done) => [clockInput(entry.start ?? "00:00", (v) => { entry.start = v; done(); }, t("from")), "–", clockInput(entry.end ?? "24:00", (v) => { entry.end = v; done(); }, t("to"), true)];

/** One control for each kind of field: (value, write, clinic) → node. */
export const KINDS = {
  text: (value, write) => h("input", { type: "text", value: value ?? "", oninput: (e) => write(e.target.value || null) }),
  number,
  check: (value, write) => h("input", { type: "checkbox", checked: Boolean(value), onchange: (e) => write(e.target.checked) }),
  words: (value, write) => h("input", { type: "text", value: (value ?? []).join(", "), oninput: (e) => write(wordsOf(e.target.value)) }),
  choice: (value, write, options) => select(options, value ?? options[0]?.[0] ?? "", (v) => write(v || null)),
  weekly: (value, write) => rows(structuredClone(value ?? []), () => ({ days: ["mon", "tue", "wed", "thu", "fri"], start: "09:00", end: "17:00" }), (w, done) => [days(w, done), ...times(w, done)], t("addWindow"), write),
  dated: (value, write) => rows(structuredClone(value ?? []), () => ({ date: new Date().toLocaleDateString("sv"), start: "00:00", end: "24:00" }), (w, done) => [...dates(w, done, "date", "until_date"), ...times(w, done)], t("addWindow"), write),
  range(value, write) {
    const now = { min: value?.min ?? null, max: value?.max ?? null };
    const done = () => write(now.min === null && now.max === null ? null : Object.fromEntries(Object.entries(now).filter(([, v]) => v !== null)));
    return h("span", { class: "row" }, number(now.min, (v) => { now.min = v; done(); }, { "aria-label": t("atLeast"), size: 6 }), "–", number(now.max, (v) => { now.max = v; done(); }, { "aria-label": t("atMost"), size: 6 }));
  },
  period(value, write) {
    const now = { ...value };
    return h("span", { class: "row" }, dates(now, () => write(now.from || now.until ? now : null), "from", "until"));
  },
  leaders: (value, write) => h("textarea", { rows: 2, value: (value ?? []).map((f) => [f.primary && "primary", ...(f.credentials ?? [])].filter(Boolean).join(", ") || "anyone").join("\n"), oninput: (e) => write(e.target.value.split("\n").filter((line) => line.trim()).map(leader)) }),
  roomNeed(value, write) {
    const features = h("input", { type: "text", value: (value?.features ?? []).join(", "), "aria-label": t("features"), oninput: (e) => write({ features: wordsOf(e.target.value) }) });
    features.hidden = !value;
    return h("span", { class: "windows" }, select([["none", t("noRoom")], ["any", t("needsARoom")]], value ? "any" : "none", (v) => { features.hidden = v === "none"; write(v === "none" ? null : { features: wordsOf(features.value) }); }, { "aria-label": t("room") }), features);
  },
  requirements: (value, write) => rows(structuredClone(value ?? []), () => ({ id: fresh("need"), any_of: [], sessions: { min: 0, max: 1 } }), (r, done) => [
    h("input", { type: "text", value: r.id, "aria-label": t("id"), size: 10, oninput: (e) => { r.id = e.target.value; done(); } }),
    h("input", { type: "text", value: r.any_of.join(", "), "aria-label": t("anyOf"), oninput: (e) => { r.any_of = wordsOf(e.target.value); done(); } }),
    number(r.sessions.min ?? 0, (v) => { r.sessions.min = v; done(); }, { "aria-label": t("atLeast"), size: 3 }), "–", number(r.sessions.max, (v) => { r.sessions.max = v; done(); }, { "aria-label": t("atMost"), size: 3 })], t("addNeed"), write),
  flags: (value, write) => h("span", { class: "row" }, ["day_care_min", "days_min", "gap", "services_min", "group_daily"].map((rule) => h("label", { class: "check" }, h("input", { type: "checkbox", checked: (value ?? []).includes(rule), onchange: (e) => { value = e.target.checked ? [...(value ?? []), rule] : value.filter((x) => x !== rule); write(value); } }), t(`breach.${rule}`)))),
};

function leader(line) {
  const words = wordsOf(line);
  const credentials = words.filter((w) => !["primary", "anyone"].includes(w));
  if (!words.includes("primary")) return { credentials };
  return credentials.length ? { primary: true, credentials } : { primary: true };
}

const WIDE = new Set(["weekly", "dated", "requirements", "flags"]);
const SPREAD = new Set([...WIDE, "range", "period", "roomNeed"]);

/** The fields of one document; what is cleared is left out again. */
export function formOf(draft, spec, options = {}) {
  const one = ([key, kind, choices]) => {
    const write = (value) => { if (value === null || value === undefined) delete draft[key]; else draft[key] = value; };
    const control = KINDS[kind](draft[key] ?? (key === "counts_as_care" ? true : undefined), key === "room" ? (v) => { draft.room = v; } : write, choices?.(options));
    if (kind === "check") return h("label", { class: "check" }, control, t(`field.${key}`));
    if (!SPREAD.has(kind)) return field(t(`field.${key}`), control);
    return h("div", { class: "field", role: "group", "aria-label": t(`field.${key}`) }, h("span", { class: "label" }, t(`field.${key}`)), control);
  };
  return h("div", { class: "options" }, h("div", { class: "fields" }, spec.filter(([, k]) => !WIDE.has(k)).map(one)), spec.filter(([, k]) => WIDE.has(k)).map(one));
}
