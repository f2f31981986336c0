// What is open: the clinic, the week, the timetable shown. One place loads it, views listen for `changed`.

import { get, has, part } from "./calls.js";
import { addDays, changesBetween, Week, weekdayOf } from "./week.js";
import { DAYS, today } from "./words.js";

export const state = {
  role: document.documentElement.dataset.role,
  clinics: [], clinicId: null, clinic: null, clinicTag: null, people: [],
  start: null, timetables: [], timetable: null, tag: null, pins: [], week: null,
};

const events = new EventTarget();
export const changed = () => events.dispatchEvent(new Event("changed"));
export const whenChanged = (listener) => events.addEventListener("changed", listener);

const MAY = {
  viewer: [], scheduler: ["people", "plan", "publish"], integrator: ["clinic", "people", "plan"],
  admin: ["clinic", "people", "plan", "publish"],
};
export const may = (what) => (MAY[state.role] ?? []).includes(what);

// -- where the page is: #/clinic/week/view?more --------------------------------------------------------------

export function route() {
  const [path, query = ""] = location.hash.slice(1).split("?");
  const [clinic, week, view] = path.split("/").slice(1).map(decodeURIComponent);
  return { clinic, week, view: view || "timetable", more: Object.fromEntries(new URLSearchParams(query)) };
}

export function address({ clinic = state.clinicId, week = state.start, view, more = {} }) {
  const query = new URLSearchParams(Object.entries(more).filter(([, v]) => v !== null && v !== undefined));
  const path = [clinic, week, view ?? route().view].map((x) => encodeURIComponent(x ?? "")).join("/");
  return `#/${path}${[...query].length ? `?${query}` : ""}`;
}

export const go = (place) => { location.hash = address(place); };
/** Another view of the same thing: kept in the address, without a step in the history. */
export const note = (more) =>
  history.replaceState(null, "", address({ more: { ...route().more, ...more } }));

// -- loading ---------------------------------------------------------------------------------------------------

export const clinicPath = (id = state.clinicId) => `/v1/clinics/${part(id)}`;
export const timetablePath = (id = state.timetable.id) => `/v1/timetables/${part(id)}`;

export async function loadClinics() {
  state.clinics = (await get("/v1/clinics?limit=1000")).body.clinics;
}

async function allPatients(id) {
  const people = [];
  let cursor = "";
  do {
    const { body } = await get(`${clinicPath(id)}/patients?limit=1000${cursor && `&cursor=${cursor}`}`);
    people.push(...body.patients);
    cursor = body.next;
  } while (cursor);
  return people;
}

export async function loadClinic(id) {
  const [clinic, people] = await Promise.all([get(clinicPath(id)), allPatients(id)]);
  Object.assign(state, { clinicId: id, clinic: clinic.body, clinicTag: clinic.etag, people });
}

/** The week people most likely want: the published one that today is in, the one planned last, or next Monday's. */
export async function likelyWeek(id) {
  const now = today(state.clinic.clinic.timezone);
  const out = await get(`${clinicPath(id)}/timetables?status=published&limit=20`);
  const current = out.body.timetables.find((x) => x.week_start <= now && now < addDays(x.week_start, 7));
  if (current) return current.week_start;
  const { body } = await get(`${clinicPath(id)}/timetables?limit=1`);
  if (body.timetables.length) return body.timetables[0].week_start;
  const ahead = (7 - DAYS.indexOf(weekdayOf(now))) % 7;
  return addDays(now, ahead || 7);
}

const WITH_SESSIONS = ["solved", "cancelled", "published", "superseded"];
/** A search that was stopped before it had a plan has none. */
export const hasSessions = (x) => WITH_SESSIONS.includes(x.status) && !x.error && (x.status !== "cancelled" || x.progress !== null);
/** Whether the week shown is one that people attend. */
export const attended = () => has("attendance") && state.timetable?.status === "published";
export const published = () => state.timetables.find((x) => x.status === "published");

export async function loadWeek(start, wanted) {
  const { body } = await get(`${clinicPath()}/timetables?week_start=${start}&limit=50`);
  state.start = start;
  state.timetables = body.timetables;
  const shown = body.timetables.filter((x) => hasSessions(x) && x.status !== "superseded");
  const chosen = body.timetables.find((x) => x.id === wanted && hasSessions(x)) ?? shown[0];
  await loadTimetable(chosen?.id);
}

export async function loadTimetable(id) {
  if (!id) Object.assign(state, { timetable: null, tag: null, pins: [] });
  else {
    const [found, pins] = await Promise.all([get(timetablePath(id)), pinsOf(id)]);
    Object.assign(state, { timetable: found.body, tag: found.etag, pins });
  }
  rebuild();
}

export async function pinsOf(id) {
  return has("pins") ? (await get(`${timetablePath(id)}/pins`)).body.pins : [];
}

/** A timetable just made from the one shown takes its place. */
export async function adopt(timetable, tag) {
  const [pins, all] = await Promise.all([pinsOf(timetable.id), get(`${clinicPath()}/timetables?week_start=${state.start}&limit=50`)]);
  Object.assign(state, { timetable, tag, pins, timetables: all.body.timetables });
  rebuild();
  note({ t: timetable.id });
  changed();
}

export function rebuild() {
  const { clinic, people, timetable, pins, start } = state;
  state.week = clinic && new Week({ clinic, people, timetable, pins, start });
}

/** Read again what somebody else may have changed; what is different, a line each. */
export async function refresh() {
  if (!state.timetable) return [];
  const before = state.week;
  const found = await get(timetablePath(), { ifNoneMatch: state.tag });
  if (found.status === 304) return [];
  // Its version grows when somebody goes on from it in a draft of their own: the newest is shown.
  await loadWeek(state.start);
  note({ t: state.timetable?.id });
  changed();
  return changesBetween(before, state.week);
}

export async function reloadPeople() {
  await loadClinic(state.clinicId);
  rebuild();
}
