// What painting does to the stored windows: commitments of a patient, working hours of a clinician.

import { clockText, merged, minutesOf, weekdayOf, without } from "./week.js";
import { DAYS } from "./words.js";

const next = (day) => DAYS[(DAYS.indexOf(day) + 1) % 7];
const sorted = (days) => [...days].sort((a, b) => DAYS.indexOf(a) - DAYS.indexOf(b));
const painted = (c) => c.id.startsWith("painted") && !c.date;

/** Per-day intervals as windows again: days that have the same one share it. */
function windowsOf(perDay) {
  const found = new Map();
  for (const [day, intervals] of perDay) {
    for (const [from, to] of merged(intervals)) {
      const key = `${clockText(from)} ${clockText(to)}`;
      found.set(key, [...(found.get(key) ?? []), day]);
    }
  }
  return [...found].map(([key, days]) => ({ days: sorted(days), start: key.slice(0, 5), end: key.slice(6) }));
}

/** The intervals of a weekly commitment, by day; one that ends the next day has a part there. */
function partsOf(c) {
  const [from, to] = [minutesOf(c.start), minutesOf(c.end)];
  return c.days.flatMap((day) => (to > from ? [[day, from, to]] : [[day, from, 1440], [next(day), 0, to]].filter((p) => p[1] < p[2])));
}

const touches = (c, days, from, to) => partsOf(c).some(([day, a, b]) => days.includes(day) && a < to && from < b);

/** Weekly commitments without what lies in the painted box; what is left of one keeps its kind and travel. */
function cutOut(commitments, days, from, to) {
  const out = [];
  const ids = new Set(commitments.map((c) => c.id));
  for (const c of commitments) {
    if (c.date || !touches(c, days, from, to)) { out.push(c); continue; }
    const perDay = new Map();
    for (const [day, a, b] of partsOf(c)) {
      const rest = days.includes(day) ? without([[a, b]], [[from, to]]) : [[a, b]];
      perDay.set(day, [...(perDay.get(day) ?? []), ...rest]);
    }
    windowsOf(perDay).forEach((w, i) => {
      let id = c.id;
      for (let n = 2; i && ids.has(id); n += 1) id = `${c.id.slice(0, 58)}.${n}`;
      ids.add(id);
      out.push({ ...c, ...w, id });
    });
  }
  return out;
}

/** Painted boxes of one strength that touch become one; ids are given anew. */
function tidied(commitments) {
  const out = commitments.filter((c) => !painted(c));
  let n = 0;
  for (const strength of ["hard", "soft"]) {
    const perDay = new Map();
    for (const c of commitments.filter((x) => painted(x) && (x.strength ?? "hard") === strength))
      for (const [day, a, b] of partsOf(c)) perDay.set(day, [...(perDay.get(day) ?? []), [a, b]]);
    for (const w of windowsOf(perDay)) out.push({ id: `painted-${++n}`, kind: "other", ...w, strength });
  }
  return out;
}

/** A patient's commitments after a box was painted `no`, `soft` or `free`, every week or on these dates alone. */
export function paintPatient(commitments, box, brush, dates) {
  const { from, to } = box;
  const days = box.dates.map(weekdayOf);
  if (dates) {
    const kept = commitments.flatMap((c) => (c.date && box.dates.includes(c.date) && !c.until_date
      ? without([[minutesOf(c.start ?? "00:00"), minutesOf(c.end ?? "24:00")]], [[from, to]]).map(([a, b], i) => ({ ...c, id: i ? `${c.id.slice(0, 58)}.${i + 1}` : c.id, start: clockText(a), end: clockText(b) }))
      : [c]));
    if (brush === "free") return kept;
    const ids = new Set(kept.map((c) => c.id));
    const made = box.dates.map((date) => {
      let id = `on-${date}`;
      for (let n = 2; ids.has(id); n += 1) id = `on-${date}.${n}`;
      ids.add(id);
      return { id, kind: "other", date, start: clockText(from), end: clockText(to), strength: brush === "soft" ? "soft" : "hard" };
    });
    return [...kept, ...made];
  }
  const rest = cutOut(commitments, days, from, to);
  if (brush !== "free") rest.push({ id: `painted-${commitments.length + 99}`, kind: "other", days, start: clockText(from), end: clockText(to), strength: brush === "soft" ? "soft" : "hard" });
  return tidied(rest);
}

/** A clinician's hours after a box was painted `free` (works) or `no`; on dates alone it is time off. */
export function paintClinician({ availability = [], time_off: off = [] }, box, brush, dates) {
  const { from, to } = box;
  if (dates) {
    const rest = off.flatMap((w) => (box.dates.includes(w.date) && !w.until_date
      ? without([[minutesOf(w.start ?? "00:00"), minutesOf(w.end ?? "24:00")]], [[from, to]]).map(([a, b]) => ({ ...w, start: clockText(a), end: clockText(b) })) : [w]));
    const made = brush === "free" ? [] : box.dates.map((date) => ({ date, start: clockText(from), end: clockText(to) }));
    return { availability, time_off: [...rest, ...made] };
  }
  const perDay = new Map(DAYS.map((day) => [day, availability.filter((w) => w.days.includes(day)).map((w) => [minutesOf(w.start), minutesOf(w.end)])]));
  for (const day of box.dates.map(weekdayOf))
    perDay.set(day, brush === "free" ? [...perDay.get(day), [from, to]] : without(merged(perDay.get(day)), [[from, to]]));
  return { availability: windowsOf(perDay), time_off: off };
}

/** One day's week-in, week-out hours put on other days as well. */
export function copyDay(of, doc, date, dates) {
  const day = weekdayOf(date);
  const targets = dates.map(weekdayOf).filter((d) => d !== day);
  if (of === "clinician") {
    const availability = doc.availability ?? [];
    const perDay = new Map(DAYS.map((d) => [d, availability.filter((w) => w.days.includes(targets.includes(d) ? day : d)).map((w) => [minutesOf(w.start), minutesOf(w.end)])]));
    return { ...doc, availability: windowsOf(perDay) };
  }
  const all = doc.commitments;
  const rest = cutOut(all, targets, 0, 1440);
  return { commitments: tidied(rest.map((c) => (!c.date && c.days.includes(day) ? { ...c, days: sorted(new Set([...c.days, ...targets])) } : c))) };
}
