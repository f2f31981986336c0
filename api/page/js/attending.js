// Who came: marks by click and keys, saved at once; what a patient is owed, and the weeks before.

import { apply } from "./changing.js";
import { get, has, part, post, put, Refusal } from "./calls.js";
import { button, fetched, h, icon, refill, say } from "./dom.js";
import { tellRefusal } from "./frame.js";
import { clinicPath, may, state, timetablePath } from "./state.js";
import { minutesOf } from "./week.js";
import { clock, dayAndDate, hours, longDay, percent, shortDate, span, t } from "./words.js";

const MARKS = ["attended", "late", "missed", "excused"];
const KEYS = { a: "attended", l: "late", m: "missed", e: "excused", Backspace: null, Delete: null };
const SIGNS = { attended: "check", missed: "cross" };
const keyOf = (session, patient) => `${session} ${patient}`;

// The marks of the timetable shown. Who clicks among them keeps to them, whichever is shown by then.
let kept = { id: null };
const pathOf = (book) => `${timetablePath(book.id)}/attendance`;

function take(book, { body, etag }) {
  book.marks = new Map(body.marks.filter((m) => m.session).map((m) => [keyOf(m.session, m.patient), m]));
  book.tag = etag;
}

async function load() {
  const book = { id: state.timetable.id };
  if (kept.id === book.id) return kept;
  take(book, await get(pathOf(book)));
  if (kept.id !== book.id && state.timetable?.id === book.id) kept = book;
  return kept.id === book.id ? kept : book;
}

// One after the other: whoever clicks fast must not be in their own way.
let turn = Promise.resolve();
const inTurn = (step) => (turn = turn.then(step, step));

/** Send marks; if somebody else has marked the same meanwhile, theirs is shown and nothing is written over. */
async function save(book, marks) {
  const known = marks.some((m) => book.marks.has(keyOf(m.session, m.patient)));
  try {
    take(book, await put(pathOf(book), { marks }, known ? { ifMatch: book.tag } : {}));
    return true;
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    if (refusal.status !== 412 && refusal.status !== 428) tellRefusal(refusal);
    else say(t("markedElsewhere"), { kind: "fault" });
    take(book, await get(pathOf(book)));
    return false;
  }
}

/** The list of a session's people with their marks; it fills itself once the marks are there. */
export function marksOf(s, personLink) {
  const list = h("ul", { class: "people marks", "aria-label": t("whoCame") }, s.patients.map((p) => h("li", {}, personLink(p))));
  let book = null;
  const draw = () => {
    const focused = document.activeElement?.closest?.("[data-patient]");
    const was = focused && list.contains(focused) ? [focused.dataset.patient, document.activeElement.dataset.mark] : null;
    refill(list, s.patients.map((p) => markLine(s, p, book.marks.get(keyOf(s.id, p)), personLink, change)));
    const open = s.patients.filter((p) => !book.marks.has(keyOf(s.id, p)));
    rest.hidden = !may("people") || !open.length;
    rest.textContent = t(open.length === s.patients.length ? "allCame" : "othersCame");
    if (was) list.querySelector(`[data-patient="${CSS.escape(was[0])}"] ${was[1] ? `[data-mark="${was[1]}"]` : "button"}`)?.focus();
  };
  const change = async (p, mark, minutes) => {
    const done = await inTurn(() => save(book, [{ session: s.id, patient: p, mark, ...(mark === "late" ? { minutes } : {}) }]));
    draw();
    if (done) told.textContent = t(mark ? "saidMarked" : "saidUnmarked", { who: state.week.person(p), mark: mark && t(`mark.${mark}`) });
  };
  const rest = button("", async () => {
    let open = [];
    const done = await inTurn(() => {
      open = s.patients.filter((p) => !book.marks.has(keyOf(s.id, p)));
      return open.length > 0 && save(book, open.map((patient) => ({ session: s.id, patient, mark: "attended" })));
    });
    draw();
    if (done) told.textContent = t("saidAllMarked", { n: open.length });
  }, { class: "small", hidden: true });
  const told = h("p", { class: "hint", role: "status" });
  load().then((found) => { book = found; draw(); }, tellRefusal);
  return [list, h("div", { class: "row" }, rest), told, may("people") && h("p", { class: "hint" }, t("markKeys"))];
}

function markLine(s, p, now, personLink, change) {
  const length = s.to - s.from;
  const started = () => Math.max(1, length - 15);
  const wish = (mark) => (now?.mark === mark ? change(p, null) : change(p, mark, started()));
  const keys = (e) => {
    const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.matches("input")) return;
    if (key === "ArrowDown" || key === "ArrowUp") {
      e.preventDefault();
      const other = e.currentTarget[key === "ArrowDown" ? "nextElementSibling" : "previousElementSibling"];
      other?.querySelector(`[data-mark="${e.target.dataset.mark ?? "attended"}"]`)?.focus();
    } else if (key in KEYS && may("people")) {
      e.preventDefault();
      if (KEYS[key] !== (now?.mark ?? null)) change(p, KEYS[key], started());
    }
  };
  const one = (mark) => button(SIGNS[mark] ? icon(SIGNS[mark]) : t(`markShort.${mark}`), () => wish(mark), {
    class: "plain small mark", "aria-pressed": String(now?.mark === mark), data: { mark }, disabled: !may("people"),
    title: t(`mark.${mark}`), "aria-label": t("markLabel", { who: state.week.person(p), mark: t(`mark.${mark}`) }),
  });
  const minutes = now?.mark === "late" && h("label", { class: "late" }, t("minutesThere"), h("input", {
    type: "number", min: 1, max: length - 1, value: now.minutes, disabled: !may("people"),
    onchange: (e) => e.target.reportValidity() && change(p, "late", Number(e.target.value)),
  }));
  return h("li", { data: { patient: p }, onkeydown: keys }, personLink(p),
    h("span", { class: "mark-set", role: "group", "aria-label": state.week.person(p) }, MARKS.map(one)), minutes);
}

/** A published day at a glance: each session with how much of it is marked. */
export function dayPanel(view) {
  const { week } = view;
  const sessions = week.sessions.filter((s) => s.day === view.day && s.patients.length);
  const list = h("ul", { class: "plain-list attendance-day" });
  const draw = ({ marks }) => refill(list, sessions.map((s) => {
    const marked = s.patients.map((p) => marks.get(keyOf(s.id, p))?.mark).filter(Boolean);
    const away = marked.filter((m) => m === "missed" || m === "excused").length;
    return h("li", {}, button([h("span", {}, span(s.from, s.to), " ", s.name), h("b", { class: "figure" }, marked.length === s.patients.length && icon("check"), `${marked.length}/${s.patients.length}`)],
      () => view.select(s.id), { class: "plain", "aria-label": t("markedOf", { what: `${s.name}, ${week.when(s)}`, n: marked.length, of: s.patients.length }) }),
      away > 0 && h("small", {}, t("away", { n: away })));
  }));
  load().then(draw, tellRefusal);
  return h("section", { class: "panel" }, h("h2", {}, t("attendanceOf", { day: longDay(week.dates[view.day]) })), sessions.length ? list : h("p", {}, t("noSessionsDay")));
}

// -- one patient ---------------------------------------------------------------------------------------------

/** A patient's weeks: planned, attended, owed; what a payer still allows; make-ups to be found. */
export function progressPanel(id) {
  const place = h("div", { role: "status" }, t("loading"));
  const draw = () => get(`${clinicPath()}/patients/${part(id)}/progress?weeks=8`).then(({ body }) => refill(place, ...progressOf(body)), (refusal) => {
    refill(place);
    tellRefusal(refusal);
  });
  draw();
  const change = button(t("phasesAndAuthorizations"), async () => (await fetched(import("./lasting.js"))).openLasting(id, draw).catch(tellRefusal), { class: "small" });
  return h("section", { class: "panel progress-panel" }, h("h2", {}, t("careByWeek")), place, may("people") && h("div", { class: "row" }, change));
}

function progressOf({ patient, weeks, next, stability }) {
  const number = (minutes) => hours(minutes);
  const owed = weeks.some((w) => w.timetable === state.timetable?.id && w.owed_minutes > 0);
  const row = (w) => h("tr", {}, h("th", { scope: "row" }, shortDate(w.week_start)), h("td", {}, number(w.planned_minutes)), h("td", {}, number(w.attended_minutes), w.unmarked > 0 && h("small", {}, " ", t("unmarkedCount", { n: w.unmarked }))),
    h("td", {}, w.owed_minutes ? h("b", {}, icon("warn"), " ", number(w.owed_minutes)) : "–"), h("td", {}, `${w.payer_days}/${w.care_days}`));
  const table = weeks.length ? h("table", { class: "progress-table" }, h("thead", {}, h("tr", {}, ["week", "planned", "came", "owedCare", "paidDays"].map((x) => h("th", { scope: "col" }, t(`progress.${x}`))))), h("tbody", {}, weeks.map(row))) : h("p", {}, t("noWeeksYet"));
  const steady = stability && stability.kept !== null && h("p", {}, t("steady", { share: percent(stability.kept), n: stability.weeks_same }));
  return [table, owed && has("make-ups") && may("plan") && makeUps(patient), steady, ...allowed(next)];
}

/** Where the rest of the week gives what was missed: nothing changes before Apply. */
function makeUps(patient) {
  const place = h("div", { class: "options", role: "status" });
  const find = async () => {
    refill(place, t("checking"));
    try {
      const { body } = await post(`${timetablePath()}/make-ups`, { patient });
      refill(place, ...foundOf(body));
    } catch (refusal) {
      refill(place);
      tellRefusal(refusal);
    }
  };
  return [h("div", { class: "row" }, button(t("findMakeUps"), find)), place];
}

function foundOf({ make_ups: made, moves, findings }) {
  const { week } = state;
  const when = (a) => `${week.types.get(a.session_type)?.name || a.session_type}, ${dayAndDate(a.start.slice(0, 10))} ${clock(minutesOf(a.start.slice(11)))}`;
  const added = made.flatMap((one) => one.added);
  const owed = made.reduce((sum, one) => sum + one.still_owed_minutes, 0);
  return [
    added.length > 0 && h("ul", { class: "plain-list" }, added.map((a) => h("li", {}, when(a)))),
    owed > 0 && h("p", {}, icon("warn"), " ", t("staysOwed", { hours: hours(owed) })),
    made.some((one) => one.reasons.length) && h("ul", { class: "plain-list" }, made.flatMap((one) => one.reasons).map((r) => h("li", {}, r.text))),
    findings.length > 0 && h("ul", { class: "plain-list" }, findings.map((f) => h("li", {}, f.text))),
    moves.length > 0 && h("div", { class: "row" }, button([icon("check"), t("apply")], () => apply({ moves }, t("saidMadeUp")), { class: "primary" })),
  ];
}

function allowed({ authorized, warnings, week_start: week }) {
  if (!authorized) return [];
  const left = [authorized.days !== null && t("daysLeft", { n: authorized.days }), authorized.minutes !== null && t("hoursLeft", { hours: hours(authorized.minutes) })].filter(Boolean);
  return [h("h3", {}, t("payerAllows", { date: shortDate(week) })), h("p", {}, left.length ? left.join(", ") : t("noLimit"), authorized.until && ` · ${t("untilDate", { date: shortDate(authorized.until) })}`),
    warnings.length > 0 && h("ul", { class: "plain-list" }, [...new Set(warnings.map((w) => w.code))].map((code) => h("li", { class: "fault" }, icon("warn"), t(`warning.${code}`))))];
}
