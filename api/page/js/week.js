// One week as the page sees it: the timetable with its clinic and people, indexed. Wall-clock minutes only.

import { DAYS, shortDay, span, t } from "./words.js";

export const minutesOf = (clock) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
const two = (n) => String(n).padStart(2, "0");
export const clockText = (minutes) => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;

export function addDays(date, days) {
  const moved = new Date(`${date}T00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}
export const weekdayOf = (date) => DAYS[(new Date(`${date}T00:00Z`).getUTCDay() + 6) % 7];
const daysBetween = (a, b) => Math.round((Date.parse(`${b}T00:00Z`) - Date.parse(`${a}T00:00Z`)) / 86400000);

/** The start of the week that a date is in, where weeks start as the one of `start` does. */
export const weekWith = (date, start) => addDays(start, Math.floor(daysBetween(start, date) / 7) * 7);

/** Overlapping or touching intervals become one. */
export function merged(intervals) {
  const out = [];
  for (const [from, to] of [...intervals].sort((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

/** What of `intervals` lies outside `holes`. */
export function without(intervals, holes) {
  let rest = intervals;
  for (const [a, b] of holes) {
    rest = rest.flatMap(([from, to]) =>
      [[from, Math.min(to, a)], [Math.max(from, b), to]].filter(([x, y]) => x < y));
  }
  return rest;
}

const weekly = (windows, day) =>
  (windows ?? []).filter((w) => w.days.includes(day)).map((w) => [minutesOf(w.start), minutesOf(w.end)]);
const dated = (windows, date) =>
  (windows ?? [])
    .filter((w) => w.date <= date && date <= (w.until_date ?? w.date))
    .map((w) => [minutesOf(w.start ?? "00:00"), minutesOf(w.end ?? "24:00")]);

/** When a patient is taken on a date: hard or soft commitments, without travel, overnight ones cut in two. */
export function takenOn(patient, date) {
  const out = [];
  for (const c of patient.commitments ?? []) {
    for (const [day, shift] of [[date, 0], [addDays(date, -1), -1440]]) {
      const holds = c.date
        ? c.date <= day && day <= (c.until_date ?? c.date)
        : c.days?.includes(weekdayOf(day)) && (c.from ?? "") <= day && day <= (c.until ?? "9999");
      if (!holds) continue;
      const from = minutesOf(c.start ?? "00:00");
      let to = minutesOf(c.end ?? "24:00");
      if (to <= from) to += 1440;
      const [a, b] = [Math.max(0, from + shift), Math.min(1440, to + shift)];
      if (a < b) out.push({ from: a, to: b, commitment: c, hard: (c.strength ?? "hard") === "hard" });
    }
  }
  return out;
}

export const kindOf = (type) =>
  !type ? "group" : type.counts_as_care === false ? "other" : type.mode === "group" ? "group" : type.mode;
export const KINDS = ["group", "individual", "family", "other"];

const SMALL = /^(of|the|and|in|for|to|a|de|la|el|y|en)$/i;
/** Two or three letters for narrow cards, from the words of a name; another type's letters are not used again. */
function codesOf(types) {
  const codes = new Map();
  for (const { id, name } of types) {
    const words = (name || id).replace(/\(.*?\)/g, " ").split(/[\s/_-]+/).filter((w) => w && !SMALL.test(w)).map((w) => [...w]);
    const initials = words.slice(1, 3).map((w) => w[0].toUpperCase()).join("");
    const first = words[0] ?? [...id];
    const tries = [1, 2, 3, 4].map((n) => first[0].toUpperCase() + first.slice(1, words.length > 1 ? n : n + 2).join("").toLowerCase() + initials);
    const used = new Set(codes.values());
    codes.set(id, tries.find((code) => !used.has(code)) ?? `${tries[0]}${used.size}`);
  }
  return codes;
}

const indexed = (items) => new Map((items ?? []).map((item) => [item.id, item]));

export class Week {
  constructor({ clinic, people, timetable, pins, start }) {
    this.clinic = clinic;
    this.start = start;
    this.timetable = timetable;
    this.slot = clinic.clinic.slot_minutes ?? 15;
    this.dates = DAYS.map((_, i) => addDays(start, i));
    this.types = indexed(clinic.session_types);
    this.codes = codesOf(this.types.values());
    this.rooms = indexed(clinic.rooms);
    this.clinicians = indexed(clinic.clinicians);
    this.programs = indexed(clinic.programs);
    this.patients = indexed(people);
    this.figures = indexed(timetable?.patients);
    this.pins = pins ?? [];
    this.sessions = (timetable?.sessions ?? []).map((s) => this.#session(s));
    this.sessions.sort((a, b) => a.day - b.day || a.from - b.from || (a.id < b.id ? -1 : 1));
    this.byId = indexed(this.sessions);
    this.#measure();
  }

  #session(raw) {
    const type = this.types.get(raw.session_type);
    const from = minutesOf(raw.start.slice(11));
    const length = type?.minutes ?? (raw.end ? (Date.parse(raw.end) - Date.parse(raw.start)) / 60000 : 60);
    const pin = this.pins.findIndex((p) => matches(p, raw));
    return {
      ...raw, raw, type, kind: kindOf(type), from, to: from + length, pin, pinned: pin >= 0,
      name: type?.name || raw.session_type, day: daysBetween(this.start, raw.start.slice(0, 10)),
      clinicians: raw.clinicians ?? [], patients: raw.patients ?? [],
    };
  }

  #measure() {
    this.open = this.dates.map((date) => {
      const closed = (this.clinic.clinic.closures ?? []).filter((c) => (c.applies_to ?? "all") === "all");
      return without(merged(weekly(this.clinic.clinic.opening_hours, weekdayOf(date))), dated(closed, date));
    });
    const edges = [...this.open.flat(), ...this.sessions.map((s) => [s.from, s.to])];
    const first = edges.length ? Math.min(...edges.map((e) => e[0])) : 480;
    const last = edges.length ? Math.max(...edges.map((e) => e[1])) : 1080;
    this.range = [Math.floor(first / 60) * 60, Math.ceil(last / 60) * 60];
    const used = new Set(this.sessions.map((s) => s.day));
    this.days = this.dates.map((_, i) => i).filter((i) => this.open[i].length || used.has(i));
    const all = edges.length ? this.dates.map((_, i) => i).slice(0, 5) : [];
    if (!this.days.length) this.days = all.length ? all : [0, 1, 2, 3, 4];
  }

  /** Sessions of each room, clinician or patient. */
  by(what) {
    const out = new Map(this.resources(what).map((r) => [r.id, []]));
    for (const s of this.sessions) {
      const owners = what === "room" ? [s.room] : what === "clinician" ? s.clinicians : s.patients;
      for (const id of owners) if (out.has(id)) out.get(id).push(s);
    }
    if (what === "room") out.set("", this.sessions.filter((s) => s.room === null || s.room === undefined));
    return out;
  }

  /** What lines and columns there are; sessions without a room get one of their own. */
  resources(what) {
    if (what === "clinician") return [...this.clinicians.values()].map((c) => ({ id: c.id, label: c.name || c.id }));
    if (what === "patient") return [...this.patients.values()].map((p) => ({ id: p.id, label: this.person(p.id) }));
    const rooms = [...this.rooms.values()].map((r) => ({ id: r.id, label: r.name || r.id }));
    const homeless = this.sessions.some((s) => !s.room) || [...this.types.values()].some((y) => !y.room);
    return homeless ? [...rooms, { id: "", label: t("noRoom") }] : rooms;
  }

  person(id) {
    return this.patients.get(id)?.display_name || id;
  }
  clinician(id) {
    return this.clinicians.get(id)?.name || id;
  }
  room(id) {
    return id ? this.rooms.get(id)?.name || id : t("noRoom");
  }
  resource(what, id) {
    return what === "clinician" ? this.clinician(id) : what === "patient" ? this.person(id) : this.room(id);
  }

  /** When a room or clinician can be used, or a patient can come, on a day of the week. */
  available(what, id, day) {
    const date = this.dates[day];
    if (what === "clinician") {
      const c = this.clinicians.get(id);
      return c ? without(merged(weekly(c.availability, weekdayOf(date))), dated(c.time_off, date)) : [];
    }
    if (what === "room") return without(this.open[day], dated(this.rooms.get(id)?.closures, date));
    const p = this.patients.get(id);
    if (!p) return [];
    const { from, until } = p.active ?? {};
    if ((from && date < from) || (until && until < date)) return [];
    return without(this.open[day], takenOn(p, date).filter((x) => x.hard).map((x) => [x.from, x.to]));
  }

  /** Care minutes that the program asks for this week; 0 where it asks for none. */
  needed(id) {
    const patient = this.patients.get(id);
    if (!patient || patient.lift?.includes("care_minutes")) return 0;
    const rule = patient.care_minutes ?? this.programs.get(patient.program)?.care_minutes;
    const { from, until } = patient.active ?? {};
    const opens = this.dates.filter((d) => weekly(this.clinic.clinic.opening_hours, weekdayOf(d)).length);
    const active = opens.filter((d) => (!from || from <= d) && (!until || d <= until));
    return rule?.min && opens.length ? Math.floor((rule.min * active.length) / opens.length + 0.5) : 0;
  }

  /** Short of sessions that the program asks for, though not of hours in all. */
  enough(f) {
    return f.unmet_minutes > 0 && f.care_minutes >= this.needed(f.id);
  }

  /** Patients short of what their program asks, the largest lack first. */
  get short() {
    return [...this.figures.values()]
      .filter((f) => f.unmet_minutes > 0)
      .sort((a, b) => b.unmet_minutes - a.unmet_minutes || (a.id < b.id ? -1 : 1));
  }

  seats(s) {
    return s.type?.mode === "group" ? t("seats", { n: s.patients.length, of: s.type.size?.max ?? "–" }) : "";
  }

  when(s) {
    return `${shortDay(this.dates[s.day])} ${span(s.from, s.to)}`;
  }

  /** A card in full words: its label on hover and its accessible name. */
  label(s) {
    const alone = s.type?.mode !== "group" && s.patients.length === 1 ? this.person(s.patients[0]) : this.seats(s);
    const parts = [s.name, this.when(s), s.room ? this.room(s.room) : t("noRoom")];
    if (s.type?.delivery === "telehealth") parts.push(t("telehealth"));
    parts.push(...s.clinicians.map((c) => this.clinician(c)), alone, s.pinned && t("pinned"));
    return parts.filter(Boolean).join(", ");
  }
}

/** Whether a pin speaks of this session. */
export function matches(pin, raw) {
  const given = pin.session;
  if (given?.id) return given.id === raw.id && given.start === raw.start.slice(0, 16);
  return Boolean(given) && given.session_type === raw.session_type && given.start === raw.start.slice(0, 16) &&
    (!given.clinicians?.length || given.clinicians.join() === (raw.clinicians ?? []).join()) &&
    (!given.room || given.room === raw.room);
}

/** What differs between two lists of sessions, a line each: told to whoever comes second. */
export function changesBetween(before, after) {
  const old = new Map(before.sessions.map((s) => [s.id, s]));
  const lines = [];
  for (const s of after.sessions) {
    const was = old.get(s.id);
    old.delete(s.id);
    if (!was) lines.push(t("changedNew", { what: after.label(s) }));
    else if (was.day !== s.day || was.from !== s.from || was.room !== s.room || was.clinicians.join() !== s.clinicians.join())
      lines.push(t("changedMoved", { what: before.label(was), then: after.label(s) }));
    else if (was.patients.join() !== s.patients.join()) lines.push(t("changedPeople", { what: after.label(s) }));
    else if (was.pinned !== s.pinned) lines.push(t(s.pinned ? "changedPinned" : "changedUnpinned", { what: after.label(s) }));
  }
  for (const s of old.values()) lines.push(t("changedGone", { what: before.label(s) }));
  return lines;
}

export { dated, weekly };
