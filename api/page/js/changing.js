// Changing the timetable by hand. Every change makes a new draft, so Undo is the draft before it, and a
// change made to a week that somebody else has changed meanwhile is told and kept, never written over.

import { ask, get, part, post, Refusal } from "./calls.js";
import { button, dialog, h, say } from "./dom.js";
import { tellRefusal } from "./frame.js";
import { adopt, changed, loadWeek, note, state, timetablePath } from "./state.js";
import { changesBetween, matches } from "./week.js";
import { t } from "./words.js";

const steps = [];

export const check = async (moves) => (await post(`${timetablePath()}/check`, { moves })).body;

let asked = { key: "", at: 0, answer: null };
/** The verdict of every place; asked as soon as a session is touched, so that it is there when it is lifted. */
export function targetsOf(id) {
  const key = `${state.timetable.id} ${state.tag} ${id}`;
  if (asked.key !== key || performance.now() - asked.at > 15000) {
    const answer = get(`${timetablePath()}/targets/${part(id)}`).then(({ body }) => body);
    answer.catch(() => { asked.key = ""; });
    asked = { key, at: performance.now(), answer };
  }
  return asked.answer;
}

/** Make moves, or set all pins, or both: `{moves, pins}`. True when they hold. */
export async function apply(wish, text) {
  const before = state.timetable.id;
  try {
    const { body, etag } = await post(`${timetablePath()}/moves`, wish, { ifMatch: state.tag });
    await adopt(body, etag);
    steps.push({ before, after: body.id });
    say(text, { kind: "good", action: { label: t("undo"), run: undoLast } });
    return true;
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    if (refusal.status === 412) await tellConflict(refusal, wish, text);
    else if (refusal.problem.findings) notPossible(refusal);
    else tellRefusal(refusal);
    return false;
  }
}

export async function undoLast() {
  const last = steps.at(-1);
  if (!last || last.after !== state.timetable.id) return say(t("nothingToUndo"));
  steps.pop();
  try {
    await ask("DELETE", timetablePath(last.after), undefined, { ifMatch: state.tag });
  } catch (refusal) {
    // Somebody has gone on from it: it stays, and the week before it is shown.
    if (!(refusal instanceof Refusal)) throw refusal;
  }
  await show(last.before);
  return say(t("undoneNow"));
}

async function show(id) {
  await loadWeek(state.start, id);
  note({ t: id });
  changed();
}

export const setPins = (pins, text) => apply({ pins }, text);

const holdsSeat = (p, s) => p.patient && p.session_type === s.session_type && p.start === s.raw.start.slice(0, 16) && s.patients.includes(p.patient);

/** The week's pins without those of some sessions and of who is in them. */
export const pinsBut = (sessions, pins = state.pins) => pins.filter((p) => !sessions.some((s) => matches(p, s.raw) || holdsSeat(p, s)));

export function togglePin(s) {
  if (s.pinned) return setPins(s.type?.mode === "group" ? state.pins.filter((p) => !matches(p, s.raw)) : pinsBut([s]), t("saidUnpinned", { what: s.name }));
  return setPins([...state.pins, pinOf(s)], t("saidPinned", { what: s.name }));
}

/** A session as it is: a group keeps its time, place and leaders, one-to-one care its patient too. */
export function pinOf(s) {
  const { id, session_type, clinicians, room, patients } = s.raw;
  const alone = s.type?.mode !== "group";
  const session = { id, session_type, start: s.raw.start.slice(0, 16), clinicians, ...(room ? { room } : {}), ...(alone ? { patients } : {}) };
  return { session, frozen: alone };
}

async function tellConflict(refusal, wish, text) {
  const before = state.week;
  await show(refusal.problem.drafts?.[0] ?? state.timetable.id);
  const lines = changesBetween(before, state.week);
  dialog(t("conflictTitle"), [h("p", {}, t("conflictWhy")), h("ul", {}, lines.map((line) => h("li", {}, line)))], {
    buttons: [
      (close) => button(t("leaveIt"), close),
      wish.moves && ((close) => button(t("makeItHere"), () => { close(); apply(wish, text); }, { class: "primary" })),
    ].filter(Boolean),
  });
}

function notPossible(refusal) {
  dialog(t("notPossible"), h("ul", {}, refusal.lines.map((line) => h("li", {}, line))),
    { buttons: [(close) => button(t("understood"), close, { class: "primary" })] });
}
