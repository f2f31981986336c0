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

/** A dialog with both lists, each stored by a button of its own; `done` is called after either was stored. */
export async function openLasting(id, done) {
  const path = `${clinicPath()}/patients/${part(id)}`;
  const body = h("div", { class: "options" });
  dialog(t("lastingOf", { who: state.week.person(id) }), body, { wide: true });
  refill(body,
    await section(t("phases"), t("phasesWhy"), path, (document) => (document.phases ??= []), phaseRow, () => ({ from: today(), program: [...state.week.programs.keys()][0] }), done),
    await section(t("authorizations"), t("authorizationsWhy"), `${path}/authorizations`, (document) => document.authorizations, paidRow, () => ({ id: `A-${today()}`, from: today(), until: today(), days: null, minutes: null }), done));
}

/** One list of a stored document: `listOf` finds it there. */
async function section(title, why, path, listOf, row, fresh, done) {
  const place = h("div", {});
  const told = h("div", { role: "status" });
  let kept = null;
  const show = async () => {
    kept = await get(path);
    refill(place, rows(listOf(kept.body), fresh, row, t("addOne"), () => refill(told)));
  };
  const store = async (e) => {
    e.preventDefault();
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
    }
  };
  await show();
  return h("form", { class: "options", "aria-label": title, onsubmit: store }, h("h3", {}, title), h("p", { class: "hint" }, why), place, told,
    h("div", { class: "row" }, h("button", { type: "submit", class: "primary" }, t("save"))));
}

function phaseRow(phase, changed) {
  const set = (key, value) => { if (value === null) delete phase[key]; else phase[key] = value; changed(); };
  const programs = [["", t("notInCare")], ...[...state.week.programs.values()].map((p) => [p.id, p.name || p.id])];
  return [
    input("date", phase.from, t("firstDate"), (v) => set("from", v), { required: true }),
    select(programs, phase.program ?? "", (v) => { phase.program = v || null; changed(); }, { "aria-label": t("program") }),
    input("text", phase.name, t("phaseName"), (v) => set("name", v), { maxlength: 60, size: 14, placeholder: t("phaseName") }),
    h("label", { class: "check" }, h("input", { type: "checkbox", checked: (phase.new_time_weight ?? 1) > 1, onchange: (e) => set("new_time_weight", e.target.checked ? KEEPS_TIMES : null) }), t("keepsTimes")),
  ];
}

function paidRow(paid, changed) {
  const set = (key) => (value) => { paid[key] = value; changed(); };
  return [
    input("text", paid.id, t("id"), set("id"), { required: true, size: 12 }),
    input("date", paid.from, t("firstDate"), set("from"), { required: true }), "–", input("date", paid.until, t("lastDate"), set("until"), { required: true }),
    h("label", { class: "row" }, count(paid.days, t("careDays"), set("days")), t("careDays")),
    h("label", { class: "row" }, count(paid.minutes, t("careMinutes"), set("minutes")), t("careMinutes")),
  ];
}
