// A new patient: who and when, the five best weeks beside everybody else's, one click to place.

import { part, post, put, Refusal } from "./calls.js";
import { apply } from "./changing.js";
import { button, field, h, refill, say, select } from "./dom.js";
import { tellRefusal } from "./frame.js";
import { Painter } from "./painter.js";
import { clinicPath, go, loadClinic, rebuild, state, timetablePath } from "./state.js";
import { kindOf, minutesOf } from "./week.js";
import { dayAndDate, hours, number, shortDay, span, t, termed } from "./words.js";

export async function show(main) {
  const { week } = state;
  if (!state.timetable) { refill(main, h("h1", {}, t("tab.newcomer")), h("p", { class: "panel" }, t("planFirst"))); return null; }
  const doc = { id: freeId(week), program: [...week.programs.keys()][0], primary_clinician: null, display_name: "", telehealth: false, tags: [], commitments: [] };
  const text = (key, props) => h("input", { type: "text", value: doc[key] ?? "", oninput: (e) => { doc[key] = e.target.value; }, ...props });
  const answer = h("div", { class: "options" });
  const painter = new Painter({ of: "patient", document: doc, week, onchange: (changed) => { doc.commitments = changed.commitments; } });
  const form = h("form", { class: "panel", onsubmit: (e) => { e.preventDefault(); ask(doc, answer); } },
    h("h2", {}, t("whoIsIt")), h("div", { class: "fields" },
      field(t("id"), text("id", { required: true, pattern: "[A-Za-z0-9][A-Za-z0-9_.:\\-]{0,63}" }), t("idHint")), field(t("name"), text("display_name", { maxlength: 200, autocomplete: "off" }), t("nameHint")),
      field(t("program"), select([...week.programs.values()].map((p) => [p.id, p.name || p.id]), doc.program, (v) => { doc.program = v; })),
      field(t("primary"), select([["", "–"], ...[...week.clinicians.values()].map((c) => [c.id, c.name || c.id])], "", (v) => { doc.primary_clinician = v || null; })),
      field(t("careBegins"), h("input", { type: "date", oninput: (e) => { doc.active = e.target.value ? { from: e.target.value } : null; } }), t("careBeginsHint")),
      field(t("tags"), h("input", { type: "text", oninput: (e) => { doc.tags = words(e.target.value); } }), t("tagsHint")),
      h("label", { class: "check" }, h("input", { type: "checkbox", onchange: (e) => { doc.telehealth = e.target.checked; } }), t("takesVideo"))),
    h("h2", {}, t("whenCanNew")), painter.node, h("div", { class: "row" }, h("button", { type: "submit", class: "primary" }, t("findWeeks")), h("span", { class: "hint" }, t("nothingStored"))));
  refill(main, h("div", { class: "options" }, h("h1", {}, t("tab.newcomer")), form, answer));
  return null;
}

const words = (text) => [...new Set(text.split(/[,\s]+/).filter(Boolean))];

function freeId(week) {
  const numbers = [...week.patients.keys()].map((id) => Number(/(\d+)$/.exec(id)?.[1] ?? 0));
  const sample = [...week.patients.keys()].at(-1) ?? "p00";
  const digits = /(\d+)$/.exec(sample)?.[1].length ?? 2;
  return `${sample.replace(/\d+$/, "")}${String(Math.max(0, ...numbers) + 1).padStart(digits, "0")}`;
}

const stored = (doc) => ({ ...doc, display_name: doc.display_name || null });

async function ask(doc, answer) {
  if (state.week.patients.has(doc.id)) { say(t("idTaken"), { kind: "fault" }); return; }
  refill(answer, h("p", { class: "panel", role: "status" }, t("checking")));
  try {
    const { body } = await post(`${timetablePath()}/placements`, { patient: stored(doc), options: 5, openings: true, from: doc.active?.from });
    refill(answer, h("h2", { tabindex: "-1" }, body.plans.length ? t("bestWeeks", { n: body.plans.length }) : t("noWeek")),
      h("ul", { class: "rules" }, body.reasons.map((r) => h("li", {}, r.text)), (body.admission?.reasons ?? []).map((r) => h("li", {}, t("notOn", { day: dayAndDate(r.date), why: r.reason.text })))),
      body.plans.map((plan, i) => planCard(plan, i, () => place(doc, plan))));
    answer.querySelector("h2").focus();
  } catch (refusal) {
    refill(answer);
    tellRefusal(refusal);
  }
}

async function place(doc, plan) {
  try {
    await put(`${clinicPath()}/patients/${part(doc.id)}`, stored(doc));
    await loadClinic(state.clinicId);
    rebuild();
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    tellRefusal(refusal);
    return;
  }
  if (await applyPlan(plan, t("saidPlaced", { who: doc.display_name || doc.id }))) go({ view: "timetable", more: { by: "patient", one: doc.id, t: state.timetable.id } });
}

/** A plan's moves, made; a plan that changes nothing is there already. */
export const applyPlan = async (plan, text) => (plan.moves.length ? apply({ moves: plan.moves }, text) : true);

/** One week as a strip of seven days with what it gives and costs. */
export function planCard(plan, index, choose, title = t("weekN", { n: index + 1 })) {
  const { week } = state;
  const facts = [t("careOf", { hours: hours(plan.care_minutes) }), t("daysOf", { n: plan.days.length }),
    plan.idle_minutes > 0 && t("waits", { n: plan.idle_minutes }), plan.unmet_minutes > 0 ? t("missingOf", { hours: hours(plan.unmet_minutes) }) : t("nothingMissing"),
    ...plan.breaches.map((b) => termed("breach", b.rule))].filter(Boolean);
  return h("article", { class: `option${index ? "" : " best-one"}` },
    h("header", {}, h("h3", {}, title), h("span", { class: "hint" }, t("increase", { n: number(plan.increase, { signDisplay: "exceptZero" }) })), choose && button(t("place"), () => choose(plan), { class: index ? null : "primary" })),
    h("div", { class: "mini" }, week.dates.map((date) => h("div", {}, h("b", {}, shortDay(date)),
      plan.attendances.filter((a) => a.start.startsWith(date)).map((a) => {
        const type = week.types.get(a.session_type);
        return h("div", {}, h("span", { class: `swatch kind-${kindOf(type)}`, "aria-hidden": "true" }), `${span(minutesOf(a.start.slice(11)), minutesOf(a.end.slice(11)) || 1440)} `, type?.name || a.session_type);
      })))),
    h("p", { class: "hint" }, facts.join(" · ")));
}
