// What lasts beyond a week for one patient: the phases of their care, and what a payer has authorised.

import { get, part, put, Refusal } from "./calls.js";
import { dialog, h, refill, select } from "./dom.js";
import { rows } from "./forms.js";
import { clinicPath, reloadPeople, state } from "./state.js";
import { t } from "./words.js";

const KEEPS_TIMES = 10; // new_time_weight: dearer than three breaches, cheaper than an hour of care

const today = () => state.start ?? new Date().toLocaleDateString("sv");
const input = (type, value, label, write, more) => h("input", { type, value: value ?? "", "aria-label": label, oninput: (e) => write(e.target.value || null), ...more });
const count = (value, label, write) => input("number", value, label, (v) => write(v === null ? null : Number(v)), { min: 0, step: 1 });

/** The first of `A`, `A-2`, `A-3` … that nothing in the list is called. */
function free(stem, list) {
  let id = stem;
  for (let n = 2; list.some((one) => one.id === id); n++) id = `${stem}-${n}`;
  return id;
}

/** A dialog with both lists, each stored by a button of its own; `done` is called after either was stored. */
export async function openLasting(id, done) {
  const path = `${clinicPath()}/patients/${part(id)}`;
  const body = h("div", { class: "options" });
  dialog(t("lastingOf", { who: state.week.person(id) }), body, { wide: true });
  refill(body,
    await section(t("phases"), t("phasesWhy"), path, (document) => (document.phases ??= []), phaseRow, () => ({ from: today(), program: [...state.week.programs.keys()][0] }), done),
    await section(t("authorizations"), t("authorizationsWhy"), `${path}/authorizations`, (document) => document.authorizations, paidRow, (list) => ({ id: free(`A-${today()}`, list), from: today(), until: today(), days: null, minutes: null }), done));
}

/** One list of a stored document: `listOf` finds it there. */
async function section(title, why, path, listOf, row, fresh, done) {
  const place = h("div", {});
  const told = h("div", { role: "status" });
  let kept = null;
  const show = async () => {
    kept = await get(path);
    refill(place, rows(listOf(kept.body), () => fresh(listOf(kept.body)), row, t("addOne"), () => refill(told)));
  };
  const store = async (e) => {
    e.preventDefault();
    if (save.ariaDisabled === "true") return;
    save.ariaDisabled = "true"; // and not `disabled`, which would take the focus away
    try {
      await put(path, kept.body, { ifMatch: kept.etag });
      await show();
      refill(told, h("p", {}, t("saved")));
      await reloadPeople();
      done();
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      if (refusal.status === 412) await show();
      refill(told, h("ul", { class: "rules" }, (refusal.status === 412 ? [t("changedElsewhere2")] : refusal.lines).map((line) => h("li", {}, line))));
    } finally {
      save.ariaDisabled = "false";
    }
  };
  const save = h("button", { type: "submit", class: "primary" }, t("save"));
  await show();
  return h("form", { class: "options", "aria-label": title, onsubmit: store }, h("h3", {}, title), h("p", { class: "hint" }, why), place, told,
    h("div", { class: "row" }, save));
}

// Rows have the same controls: each is called by the number of its row as well.
const called = (label, n) => `${label}, ${n}`;

function phaseRow(phase, changed, n) {
  const set = (key, value) => { if (value === null) delete phase[key]; else phase[key] = value; changed(); };
  const programs = [["", t("notInCare")], ...[...state.week.programs.values()].map((p) => [p.id, p.name || p.id])];
  return [
    input("date", phase.from, called(t("firstDate"), n), (v) => set("from", v), { required: true }),
    select(programs, phase.program ?? "", (v) => { phase.program = v || null; changed(); }, { "aria-label": called(t("program"), n) }),
    input("text", phase.name, called(t("phaseName"), n), (v) => set("name", v), { maxlength: 60, size: 14, placeholder: t("phaseName") }),
    h("label", { class: "check" }, h("input", { type: "checkbox", "aria-label": called(t("keepsTimes"), n), checked: (phase.new_time_weight ?? 1) > 1, onchange: (e) => set("new_time_weight", e.target.checked ? KEEPS_TIMES : null) }), t("keepsTimes")),
  ];
}

function paidRow(paid, changed, n) {
  const set = (key) => (value) => { paid[key] = value; changed(); };
  return [
    input("text", paid.id, called(t("id"), n), set("id"), { required: true, size: 12 }),
    input("date", paid.from, called(t("firstDate"), n), set("from"), { required: true }), "–", input("date", paid.until, called(t("lastDate"), n), set("until"), { required: true }),
    h("label", { class: "row" }, count(paid.days, called(t("careDays"), n), set("days")), t("careDays")),
    h("label", { class: "row" }, count(paid.minutes, called(t("careMinutes"), n), set("minutes")), t("careMinutes")),
  ];
}
