// Set-up: rooms, clinicians, session types, programs with their rules in plain words, patients.

import { ask, get, has, part, put, Refusal } from "./calls.js";
import { button, dialog, fetched, field, h, refill, say, select } from "./dom.js";
import { formOf, rows, wordsOf } from "./forms.js";
import { tellRefusal } from "./frame.js";
import { importForm } from "./spreadsheets.js";
import { changed, clinicPath, may, note, reloadPeople, state } from "./state.js";
import { list, t, termed } from "./words.js";

const named = (items) => items.map((x) => [x.id, x.name || x.id]);
const SPECS = {
  clinic: [["name", "text"], ["timezone", "text"], ["opening_hours", "weekly"]],
  rooms: [["name", "text"], ["capacity", "number"], ["features", "words"], ["turnover_minutes", "number"], ["closures", "dated"]],
  clinicians: [["name", "text"], ["credentials", "words"], ["max_day_minutes", "number"], ["max_week_minutes", "number"], ["buffer_minutes", "number"], ["max_consecutive_minutes", "number"], ["break_minutes", "number"], ["availability", "weekly"], ["time_off", "dated"]],
  session_types: [["name", "text"], ["mode", "choice", () => ["group", "individual", "family"].map((x) => [x, t(`kind.${x}`)])], ["minutes", "number"], ["size", "range"], ["facilitators", "leaders"], ["delivery", "choice", () => [["in_person", t("inPerson")], ["telehealth", t("telehealth")]]], ["room", "roomNeed"], ["start_every_minutes", "number"], ["counts_as_care", "check"], ["windows", "weekly"]],
  programs: [["name", "text"], ["care_minutes", "range"], ["days", "range"], ["day_care_minutes", "range"], ["max_idle_minutes", "number"], ["max_gap_days", "number"], ["min_services_per_day", "number"], ["group_every_day", "check"], ["requirements", "requirements"], ["enforce", "flags"]],
  patients: [["display_name", "text"], ["program", "choice", (c) => named(c.programs ?? [])], ["primary_clinician", "choice", (c) => [["", "–"], ...named(c.clinicians ?? [])]], ["priority", "number"], ["tags", "words"], ["telehealth", "check"], ["active", "period"], ["preferred", "weekly"]],
};
const FRESH = {
  rooms: () => ({ capacity: 12, features: [] }), clinicians: () => ({ credentials: [], availability: [{ days: ["mon", "tue", "wed", "thu", "fri"], start: "09:00", end: "17:00" }] }),
  session_types: () => ({ mode: "group", minutes: 60, size: { min: 3, max: 12 }, facilitators: [{ credentials: [] }], room: {} }), programs: () => ({ requirements: [] }),
  patients: () => ({ program: state.clinic.programs?.[0]?.id }),
};

export async function show(main, more) {
  const view = { part: PARTS().includes(more.part) ? more.part : "clinic" };
  let drawn = [];
  const draw = () => {
    drawn = [state.clinic, state.people];
    const place = h("section", { class: "options" });
    refill(main, h("h1", {}, t("tab.setup")), h("div", { class: "side-nav" }, h("nav", { "aria-label": t("tab.setup") }, PARTS().map((key) =>
      h("button", { type: "button", class: "plain", "aria-current": key === view.part ? "true" : null, onclick: () => { view.part = key; note({ part: key }); draw(); } }, t(`part.${key}`)))), place));
    if (view.part === "clinic") refill(place, siteForm());
    else if (view.part === "cohorts" || view.part === "apart") groups(view.part, place);
    else if (view.part === "standing") fetched(import("./standing.js")).then((m) => refill(place, m.standingForm(saveClinic)));
    else if (view.part === "import") refill(place, importForm());
    else entries(view.part, place);
  };
  draw();
  // What is half typed stays when somebody has only changed the week.
  return { update: () => (drawn[0] === state.clinic && drawn[1] === state.people) || draw() };
}

const PARTS = () => [...Object.keys(SPECS), "standing", "cohorts", "apart", ...(has("imports") && may("people") ? ["import"] : [])];
const allowed = (key) => may(key === "patients" ? "people" : "clinic");

function siteForm() {
  const draft = structuredClone(state.clinic.clinic);
  return h("form", { class: "panel", onsubmit: (e) => { e.preventDefault(); saveClinic((doc) => { doc.clinic = draft; }); } }, h("h2", {}, t("part.clinic")), formOf(draft, SPECS.clinic),
    h("div", { class: "row" }, h("button", { type: "submit", class: "primary", disabled: !allowed("clinic") }, t("save"))), !allowed("clinic") && h("p", { class: "hint" }, t("adminOnly")));
}

function entries(key, place) {
  const items = key === "patients" ? state.people : state.clinic[key] ?? [];
  refill(place, h("div", { class: "row" }, h("h2", {}, t(`part.${key}`)), h("span", { class: "chip" }, String(items.length)), allowed(key) && button(t("addOne"), () => addDialog(key))),
    !allowed(key) && h("p", { class: "hint" }, t("adminOnly")), items.length ? h("div", { class: "entries" }, items.map((item) => entry(key, item))) : h("p", { class: "panel" }, t("noneYet")));
}

// Entries that are open stay open when one of them is stored.
const opened = new Set();

function entry(key, item) {
  const body = h("div", {});
  const node = h("details", { class: "entry" }, h("summary", {}, h("b", {}, item.name || item.display_name || item.id), h("small", {}, glimpse(key, item))), body);
  const name = `${state.clinicId} ${key} ${item.id}`;
  const unfold = () => {
    if (body.children.length) return;
    const draft = structuredClone(item);
    refill(body, key === "programs" && h("ul", { class: "rules" }, rulesOf(item).map((x) => h("li", {}, x))), formOf(draft, SPECS[key], state.clinic),
      allowed(key) && h("div", { class: "row" }, button(t("save"), () => readable(body) && store(key, draft), { class: "primary" }), button(t("remove"), () => removeOne(key, item), { class: "danger" })));
  };
  node.addEventListener("toggle", () => {
    if (!node.open) return opened.delete(name);
    opened.add(name);
    return unfold();
  });
  if (opened.has(name)) { node.open = true; unfold(); }
  return node;
}

function glimpse(key, x) {
  if (key === "rooms") return [t("glimpse.rooms", { n: x.capacity }), (x.features ?? []).join(", ")].filter(Boolean).join(" · ");
  if (key === "clinicians") return (x.credentials ?? []).join(", ");
  if (key === "session_types") return [t(`kind.${x.mode}`), t("minutes", { n: x.minutes }), x.size && t("sizeOf", x.size)].filter(Boolean).join(" · ");
  if (key === "patients") return [state.clinic.programs?.find((p) => p.id === x.program)?.name ?? x.program, ...(x.tags ?? [])].join(" · ");
  return rulesOf(x).slice(0, 2).join(" ");
}

/** A program's rules as sentences. */
function rulesOf(p) {
  const types = new Map((state.clinic.session_types ?? []).map((s) => [s.id, s.name || s.id]));
  const range = (key, r, by = 1) => r && t(r.min && r.max ? `rule.${key}` : r.min ? `rule.${key}.min` : `rule.${key}.max`, { min: (r.min ?? 0) / by, max: (r.max ?? 0) / by });
  return [range("care", p.care_minutes, 60), range("days", p.days), range("day", p.day_care_minutes, 60),
    p.max_idle_minutes !== undefined && p.max_idle_minutes !== null && t("rule.idle", { n: p.max_idle_minutes }), p.max_gap_days && t("rule.gap", { n: p.max_gap_days }),
    p.min_services_per_day && t("rule.services", { n: p.min_services_per_day }), p.group_every_day && t("rule.group"),
    ...(p.requirements ?? []).map((r) => t(r.sessions.min === r.sessions.max ? "rule.exactly" : "rule.between", { min: r.sessions.min ?? 0, max: r.sessions.max ?? "∞", what: list(r.any_of.map((x) => types.get(x) ?? x), "disjunction") })),
    p.enforce?.length && t("rule.enforce", { what: list(p.enforce.map((x) => termed("breach", x))) })].filter(Boolean);
}

// -- storing ----------------------------------------------------------------------------------------------------

async function saveClinic(change) {
  const doc = structuredClone(state.clinic);
  change(doc);
  return save(() => put(clinicPath(), doc, { ifMatch: state.clinicTag }));
}

async function save(write) {
  try {
    await write();
    await reloadPeople();
    changed();
    say(t("saved"), { kind: "good" });
    return true;
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    if (refusal.status === 412) {
      await reloadPeople();
      changed();
      say(t("changedElsewhere2"), { kind: "fault" });
    } else if (refusal.problem.errors || refusal.problem.references) {
      dialog(t("notStored"), h("ul", {}, refusal.lines.map((line) => h("li", {}, line))), { buttons: [(close) => button(t("understood"), close, { class: "primary" })] });
    } else tellRefusal(refusal);
    return false;
  }
}

/** What cannot be read is pointed at, and nothing is stored. */
const readable = (form) => [...form.querySelectorAll("input")].every((input) => input.reportValidity());

const patientPath = (id) => `${clinicPath()}/patients/${part(id)}`;

function store(key, draft) {
  if (key === "patients") return save(async () => {
    const { etag } = await ask("GET", patientPath(draft.id));
    await put(patientPath(draft.id), draft, { ifMatch: etag });
  });
  return saveClinic((doc) => { doc[key] = doc[key].map((x) => (x.id === draft.id ? draft : x)); });
}

function removeOne(key, item) {
  dialog(t("removeTitle", { what: item.name || item.display_name || item.id }), h("p", {}, t("removeWhy")), {
    buttons: [(close) => button(t("cancel"), close), (close) => button(t("remove"), async () => {
      close();
      if (key === "patients") await save(() => ask("DELETE", patientPath(item.id), undefined, { ifMatch: "*" }));
      else await saveClinic((doc) => { doc[key] = doc[key].filter((x) => x.id !== item.id); });
    }, { class: "danger" })],
  });
}

function addDialog(key) {
  const draft = { id: "", ...FRESH[key]() };
  const id = h("input", { type: "text", required: true, pattern: "[A-Za-z0-9][A-Za-z0-9_.:\\-]{0,63}", oninput: (e) => { draft.id = e.target.value; } });
  const form = formOf(draft, SPECS[key], state.clinic);
  dialog(t("addOne"), [field(t("id"), id, t("idHint")), form], {
    wide: true,
    buttons: [(close) => button(t("cancel"), close), (close) => button(t("save"), async () => {
      if (!id.reportValidity() || !readable(form)) return;
      const done = key === "patients" ? await save(() => put(patientPath(draft.id), draft)) : await saveClinic((doc) => { doc[key] = [...(doc[key] ?? []), draft]; });
      if (done) close();
    }, { class: "primary" })],
  });
}

// -- who belongs together, who must not meet ---------------------------------------------------------------------

async function groups(key, place) {
  const { body, etag } = await get(`${clinicPath()}/${key}`);
  const people = state.people.map((p) => [p.id, p.display_name || p.id]);
  let wanted = body[key];
  const text = (value, label, write) => h("input", { type: "text", value, "aria-label": label, oninput: (e) => write(e.target.value) });
  const row = key === "cohorts"
    ? (c, done) => [text(c.id, t("id"), (v) => { c.id = v; done(); }), text(c.session_types.join(", "), t("anyOf"), (v) => { c.session_types = wordsOf(v); done(); }), text(c.patients.join(", "), t("patients"), (v) => { c.patients = wordsOf(v); done(); })]
    : (pair, done) => pair.map((id, i) => select(people, id, (v) => { pair[i] = v; done(); }, { "aria-label": t("by.patient") }));
  const empty = key === "cohorts" ? () => ({ id: "", session_types: [], patients: [] }) : () => [people[0]?.[0], people[1]?.[0]];
  refill(place, h("section", { class: "panel" }, h("h2", {}, t(`part.${key}`)), h("p", { class: "hint" }, t(`${key}Why`)), rows(structuredClone(wanted), empty, row, t("addOne"), (list) => { wanted = list; }),
    h("div", { class: "row" }, button(t("save"), () => save(() => put(`${clinicPath()}/${key}`, { [key]: wanted }, { ifMatch: etag })), { class: "primary", disabled: !may("people") }))));
}

/** The first clinic of an empty database. */
export function newClinic() {
  const draft = { name: "", timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, opening_hours: [{ days: ["mon", "tue", "wed", "thu", "fri"], start: "08:00", end: "20:00" }] };
  const id = h("input", { type: "text", required: true, pattern: "[A-Za-z0-9][A-Za-z0-9_.:\\-]{0,63}" });
  const form = formOf(draft, SPECS.clinic);
  dialog(t("startOwn"), [field(t("id"), id, t("idHint")), form], {
    wide: true,
    buttons: [(close) => button(t("save"), async () => {
      if (!id.reportValidity() || !readable(form)) return;
      try {
        await put(clinicPath(id.value), { clinic: draft }, { ifNoneMatch: "*" });
        close();
        location.reload();
      } catch (refusal) { tellRefusal(refusal); }
    }, { class: "primary" })],
  });
}
