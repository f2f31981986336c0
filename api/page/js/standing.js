// Standing groups: the places that the clinic keeps from week to week, and the shown week's groups as such.

import { get } from "./calls.js";
import { button, h, refill, select } from "./dom.js";
import { rows, wordsOf } from "./forms.js";
import { clinicPath, may, state } from "./state.js";
import { clockText } from "./week.js";
import { DAYS, t, weekday } from "./words.js";

/** `store` writes the clinic document anew, changed by a function. */
export function standingForm(store) {
  const groups = (state.clinic.session_types ?? []).filter((x) => x.mode === "group").map((x) => [x.id, x.name || x.id]);
  const rooms = [["", t("anyRoom")], ...(state.clinic.rooms ?? []).map((r) => [r.id, r.name || r.id])];
  let wanted = structuredClone(state.clinic.clinic.standing ?? []);
  const place = h("div", {});
  const input = (type, value, label, write, more) => h("input", { type, value: value ?? "", "aria-label": label, oninput: (e) => write(e.target.value || null), ...more });
  const row = (g, done) => [
    select(groups, g.session_type, (v) => { g.session_type = v; done(); }, { "aria-label": t("group") }),
    select(DAYS.map((d) => [d, weekday(d)]), g.day, (v) => { g.day = v; done(); }, { "aria-label": t("day") }),
    input("text", g.start, t("from"), (v) => { g.start = v; done(); }, { size: 5, maxlength: 5, required: true, pattern: "([01]\\d|2[0-3]):[0-5]\\d", inputmode: "numeric" }),
    input("text", (g.clinicians ?? []).join(", "), t("with"), (v) => { g.clinicians = v ? wordsOf(v) : null; done(); }, { size: 12, placeholder: t("whoeverCan") }),
    select(rooms, g.room ?? "", (v) => { g.room = v || null; done(); }, { "aria-label": t("room") }),
    input("date", g.from, t("firstDate"), (v) => { g.from = v; done(); }), "–", input("date", g.until, t("lastDate"), (v) => { g.until = v; done(); }),
  ];
  const fresh = () => ({ id: unused(wanted, "group"), session_type: groups[0]?.[0], day: "mon", start: "16:00", clinicians: null, room: null });
  const draw = () => refill(place, rows(wanted, fresh, row, t("addOne"), (changed) => { wanted = changed; }));
  draw();
  const take = button(t("takeGroups"), async () => { wanted = groupsOf((await get(`${clinicPath()}/cohorts`)).body.cohorts); draw(); }, { disabled: !state.timetable });
  return h("form", { class: "panel standing", onsubmit: (e) => { e.preventDefault(); store((doc) => { doc.clinic = { ...doc.clinic, standing: wanted }; }); } },
    h("h2", {}, t("part.standing")), h("p", { class: "hint" }, t("standingWhy")), may("clinic") && h("div", { class: "row" }, take), groups.length ? place : h("p", {}, t("noneYet")),
    h("div", { class: "row" }, h("button", { type: "submit", class: "primary", disabled: !may("clinic") }, t("save"))), !may("clinic") && h("p", { class: "hint" }, t("adminOnly")));
}

/** The groups of the shown week as places; closed groups are their members' and keep none. */
function groupsOf(cohorts) {
  const closed = new Set(cohorts.flatMap((c) => c.session_types));
  const found = [];
  for (const s of state.week.sessions) {
    if (s.type?.mode !== "group" || closed.has(s.session_type)) continue;
    const day = DAYS[(DAYS.indexOf(firstDay()) + s.day) % 7];
    found.push({ id: unused(found, `${day}-${clockText(s.from).replace(":", "")}-${s.session_type}`.slice(0, 60)), session_type: s.session_type, day, start: clockText(s.from), clinicians: s.clinicians.length ? s.clinicians : null, room: s.room ?? null });
  }
  return found;
}

const firstDay = () => DAYS[(new Date(`${state.start}T00:00Z`).getUTCDay() + 6) % 7];
const unused = (taken, stem) => {
  const ids = new Set(taken.map((g) => g.id));
  let n = 1;
  while (ids.has(n === 1 ? stem : `${stem}-${n}`)) n += 1;
  return n === 1 ? stem : `${stem}-${n}`;
};
