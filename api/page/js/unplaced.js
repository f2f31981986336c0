// Who is short of care: why, what would help, each proposal tried before anything is stored.

import { get, has, part, post, Refusal } from "./calls.js";
import { button, h, icon, refill, say } from "./dom.js";
import { tellRefusal } from "./frame.js";
import { applyPlan, planCard } from "./newcomer.js";
import { storePatch } from "./patching.js";
import { address, changed, may, state, timetablePath } from "./state.js";
import { reasonWords } from "./reasons.js";
import { hours, number, t, termed } from "./words.js";

export async function show(main) {
  const view = { update: () => draw(main) };
  draw(main);
  return view;
}

function draw(main) {
  queue = Promise.resolve();
  const { week, timetable } = state;
  const short = week.short;
  const flagged = [...week.figures.values()].filter((f) => f.breaches?.length && f.unmet_minutes <= 0);
  refill(main, h("div", { class: "narrow" }, h("h1", {}, t("tab.unplaced")),
    !timetable ? h("p", { class: "panel" }, t("noTimetable")) : short.length || flagged.length
      ? [h("p", {}, short.length ? t("resultShort", { n: short.length, hours: hours(short.reduce((sum, f) => sum + f.unmet_minutes, 0)) }) : t("nobodyShort")), short.map(one), flagged.map(one)]
      : h("p", { class: "panel good" }, h("span", {}, icon("check"), " ", t("nobodyShort")))));
}

/** What is missing is said in its own list already. */
const told = (reasons) => reasons.filter((r) => !["short", "short_care"].includes(r.code));

function one(f) {
  const { week } = state;
  const place = h("div", { class: "options" });
  const needs = week.patients.get(f.id)?.requirements ?? week.programs.get(week.patients.get(f.id)?.program)?.requirements ?? [];
  const missing = needs.filter((r) => (r.sessions.min ?? 0) > (f.requirements[r.id] ?? 0))
    .map((r) => t("missingSessions", { what: week.types.get(r.any_of[0])?.name || r.id, got: f.requirements[r.id] ?? 0, of: r.sessions.min }));
  const plans = h("div", { class: "options" });
  if (has("explanations")) queue = queue.then(() => place.isConnected && explain(f.id, place));
  else refill(place, h("ul", { class: "rules" }, reasonWords(told(f.reasons ?? [])).map((text) => h("li", {}, text))));
  return h("section", { class: "panel" },
    h("header", {}, h("h2", {}, f.unmet_minutes > 0 && icon("warn"), h("a", { href: address({ view: "timetable", more: { by: "patient", one: f.id } }) }, week.person(f.id))),
      h("span", { class: "chip" }, t(f.unmet_minutes <= 0 ? "hoursOf" : week.enough(f) ? "gotMissing" : "gotOf", { got: number(f.care_minutes / 60), of: number(week.needed(f.id) / 60), short: hours(f.unmet_minutes) }))),
    h("ul", { class: "rules" }, [...missing, ...(f.breaches ?? []).map((b) => t("breachLine", { what: termed("breach", b.rule), n: b.count }))].map((x) => h("li", {}, x))),
    place,
    h("div", { class: "row" }, has("placements") && f.unmet_minutes > 0 && button(t("otherWeeks"), () => otherWeeks(f.id, plans)),
      h("a", { class: "button", href: address({ view: "availability", more: { of: "patient", one: f.id } }) }, t("changeTimes"))), plans);
}

// One question after the other: each is a search of its own.
let queue = Promise.resolve();

async function explain(id, place) {
  refill(place, h("p", { class: "hint", role: "status" }, t("checking")));
  try {
    const { body } = await get(`${timetablePath()}/explanations/${part(id)}`);
    const found = body.patients ? body.patients.find((p) => p.id === id) : body;
    refill(place, found && [h("ul", { class: "rules" }, reasonWords(told(found.reasons)).map((text) => h("li", {}, text))),
      found.changes.length > 0 ? h("section", { class: "options" }, h("h3", {}, t("wouldHelp")), found.changes.map((c) => proposal(id, c))) : found.statement && h("p", {}, found.statement)]);
  } catch (refusal) {
    refill(place);
    tellRefusal(refusal);
  }
}

/** One proved change: Try shows the week it would give, and only Apply stores it. */
function proposal(id, change) {
  const { result } = change;
  const place = h("div", {});
  const plan = { ...result, care_minutes: minutesOfCare(result), days: [...new Set(result.attendances.map((a) => a.start.slice(0, 10)))], idle_minutes: 0, breaches: [], increase: result.objective_change, moves: [] };
  return h("article", { class: "option" }, h("header", {}, h("span", {}, change.text), h("span", { class: "chip" }, t("restores", { hours: hours(result.restored_minutes) })),
    h("span", { class: "row" }, button(t("try"), () => refill(place, planCard(plan, 1, null, t("weekThen"))), { "aria-label": t("tryWhat", { what: change.text }) }),
      may("plan") && may("people") && button(t("apply"), () => applyChange(id, change), { class: "primary", "aria-label": t("applyWhat", { what: change.text }) }))), place);
}

const minutesOfCare = (result) => result.attendances.reduce((sum, a) => sum + (state.week.types.get(a.session_type)?.counts_as_care === false ? 0 : (Date.parse(a.end) - Date.parse(a.start)) / 60000), 0);

async function applyChange(id, change) {
  try {
    await storePatch(change.patch);
    if (change.moves.length && !(await applyPlan(change, t("saidReplaced", { who: state.week.person(id) })))) return;
    const { body } = await post(`${timetablePath()}/placements`, { patient: id, options: 1, openings: false });
    if (body.plans[0]?.increase < 0) await applyPlan(body.plans[0], t("saidReplaced", { who: state.week.person(id) }));
    else {
      changed();
      if (!change.moves.length) say(t("saved"), { kind: "good" });
    }
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    tellRefusal(refusal);
  }
}

/** What else this patient's week could be, everybody else staying as they are. */
async function otherWeeks(id, place) {
  refill(place, h("p", { class: "hint", role: "status" }, t("checking")));
  try {
    const { body } = await post(`${timetablePath()}/placements`, { patient: id, openings: true });
    const better = body.plans.filter((p) => p.increase < 0);
    refill(place, h("h3", {}, better.length ? t("betterWeeks") : t("noBetterWeek")),
      better.map((p, i) => planCard(p, i, may("plan") && ((plan) => applyPlan(plan, t("saidReplaced", { who: state.week.person(id) }))))),
      body.openings.length > 0 && h("section", { class: "options" }, h("h3", {}, t("openingsTitle")), h("ul", { class: "rules" }, body.openings.map((o) => h("li", {}, openingWords(o))))));
  } catch (refusal) {
    refill(place);
    tellRefusal(refusal);
  }
}

function openingWords(o) {
  const { week } = state;
  const s = { day: week.dates.indexOf(o.start.slice(0, 10)), from: Number(o.start.slice(11, 13)) * 60 + Number(o.start.slice(14, 16)) };
  const type = week.types.get(o.session_type);
  return t("openingLine", { what: type?.name || o.session_type, when: week.when({ ...s, to: s.from + (type?.minutes ?? 60) }), n: o.others_needed, could: o.others_who_could });
}
