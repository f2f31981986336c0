// Somebody is away or a room is closed: the week with the fewest changes, the messages, then Apply.

import { pinsBut } from "./changing.js";
import { get, part, post, put, Refusal } from "./calls.js";
import { button, choice, field, h, icon, refill, say, select } from "./dom.js";
import { changesOf } from "./difference.js";
import { tellRefusal } from "./frame.js";
import { messagesOf, messagesToSend } from "./messages.js";
import { address, adopt, changed, clinicPath, loadClinic, loadTimetable, may, note, pinsOf, published, state, timetablePath } from "./state.js";
import { publishShown } from "./plan.js";
import { clockText, minutesOf, Week } from "./week.js";
import { clock, fullDate, hours, t, timeNow, today } from "./words.js";

export async function show(main, more) {
  if (!state.timetable) { refill(main, h("h1", {}, t("tab.callout")), h("p", { class: "panel" }, t("planFirst"))); return null; }
  await showPublished();
  pending = [];
  addEventListener("pagehide", forget);
  const wish = wished(more);
  const draw = () => drawForm(main, wish);
  draw();
  return { update: () => (wish.shown ? wish.shown() : draw()), leave() { removeEventListener("pagehide", forget); forget(); } };
}

/** People come by what is published, so that is what is repaired, whatever draft was looked at before. */
async function showPublished() {
  const out = published();
  if (!out || out.id === state.timetable.id) return;
  await loadTimetable(out.id);
  note({ t: out.id });
  changed();
  say(t("repairsPublished"));
}

/** What is asked most often: somebody is away today, all day. */
function wished({ who, day }) {
  const { week } = state;
  const now = today(week.clinic.clinic.timezone);
  const date = week.dates[day] ?? (week.dates.includes(now) ? now : week.dates[week.days[0]]);
  return { what: "clinician", who: week.clinicians.has(who) ? who : [...week.clinicians.keys()][0], room: [...week.rooms.keys()][0], date, until: date, start: 0, end: 1440 };
}

function drawForm(main, wish) {
  const { week } = state;
  const answer = h("div", { class: "options" });
  const marks = [];
  for (let m = 0; m <= 1440; m += 30) marks.push([m, m ? clock(m) : t("midnight")]);
  const set = (key) => (value) => { wish[key] = value; };
  const whoField = h("div", {});
  const who = () => refill(whoField, wish.what === "clinician"
    ? field(t("by.clinician"), select([...week.clinicians.values()].map((c) => [c.id, c.name || c.id]), wish.who, set("who")))
    : field(t("by.room"), select([...week.rooms.values()].map((r) => [r.id, r.name || r.id]), wish.room, set("room"))));
  const lastField = h("div", {});
  const last = () => refill(lastField, field(t("lastDay"), select(week.dates.filter((d) => d >= wish.date).map((d) => [d, fullDate(d)]), wish.until, set("until"))));
  const day = (date) => { Object.assign(wish, { date, until: date }); last(); };
  who();
  last();
  refill(main, h("div", { class: "narrow" }, h("h1", {}, t("tab.callout")),
    h("form", { class: "panel", onsubmit: (e) => { e.preventDefault(); find(wish, answer); } }, h("h2", {}, t("whatHappened")),
      choice(t("whatHappened"), [["clinician", t("clinicianAway")], ["room", t("roomClosed")]], wish.what, (what) => { wish.what = what; who(); }),
      h("div", { class: "fields" }, whoField, field(t("day"), select(week.dates.map((d) => [d, fullDate(d)]), wish.date, day)), lastField,
        field(t("from"), select(marks.slice(0, -1), wish.start, set("start"))), field(t("to"), select(marks.slice(1), wish.end, set("end")))),
      h("div", { class: "row" }, h("button", { type: "submit", class: "primary" }, t("findRepair")), h("span", { class: "hint" }, t("repairHint")))), answer));
}

// A repair that is looked at is a draft already: what is not applied is not left behind as the newest week.
let pending = [];
function forget() {
  for (const id of pending) fetch(timetablePath(id), { method: "DELETE", keepalive: true }).catch(() => {});
  pending = [];
}

const windowOf = (wish) => ({
  date: wish.date, ...(wish.until > wish.date ? { until_date: wish.until } : {}),
  start: clockText(Number(wish.start)), end: Number(wish.end) === 1440 ? "24:00" : clockText(Number(wish.end)),
});

/** What has begun by now stays, and nothing new is put into hours that have gone by. */
function since(wish, window) {
  const { timezone } = state.week.clinic.clinic;
  const start = `${wish.date}T${window.start}`;
  const now = `${today(timezone)}T${timeNow(timezone)}`;
  return now.startsWith(wish.date) && now > start ? now : start;
}

/** Look for repairs of what the form says now; or, with a pinned session freed in a draft, of what was `asked`. */
async function find(wish, answer, asked = Object.freeze({ ...wish }), unpinned = null) {
  if (Number(asked.end) <= Number(asked.start)) { say(t("endAfterStart"), { kind: "fault" }); return; }
  if (!unpinned) forget();
  wish.shown = () => {}; // what is being looked for, or looked at, stays, whatever changes meanwhile
  refill(answer, h("p", { class: "panel", role: "status" }, t("repairing")));
  const window = windowOf(asked);
  const event = { from: since(asked, window), ...(asked.what === "clinician" ? { absences: [{ clinician: asked.who, ...window }] } : { room_closures: [{ room: asked.room, ...window }] }) };
  const parent = unpinned?.parent ?? published() ?? state.timetable; // a draft may have come to the fore since the view was opened
  try {
    const { body, etag } = await post(`${timetablePath(unpinned?.id ?? parent.id)}/repairs`, event);
    const options = [{ ...body, etag }, ...body.alternatives];
    pending.push(...options.map((o) => o.timetable.id));
    refill(answer, h("h2", { tabindex: "-1" }, t("repairFound")), options.map((o, i) => optionOf(o, i, wish, asked, parent, answer)));
    answer.querySelector("h2").focus();
  } catch (refusal) {
    const clash = refusal.problem?.errors?.some((e) => e.code === "pins_clash");
    const pinned = clash && !unpinned ? await heldByPins(asked, window, parent.id).catch(() => null) : null;
    if (pinned?.held.length) {
      refill(answer, pinsInTheWay(pinned, wish, asked, parent, answer));
      answer.querySelector("h2").focus();
      return;
    }
    wish.shown = null;
    refill(answer);
    tellRefusal(refusal);
  }
}

/** Pinned sessions that the absence hits: no repair may touch them while they are pinned. Another week can be shown. */
async function heldByPins(asked, window, id) {
  const [{ body: timetable, etag }, pins] = await Promise.all([get(timetablePath(id)), pinsOf(id)]);
  const week = new Week({ clinic: state.clinic, people: state.people, timetable, pins, start: timetable.week_start });
  const [from, to] = [minutesOf(window.start), minutesOf(window.end)];
  const held = week.sessions.filter((s) => week.dates[s.day] >= asked.date && week.dates[s.day] <= asked.until && s.from < to && from < s.to &&
    (asked.what === "room" ? s.room === asked.room : s.clinicians.includes(asked.who)) && pinsBut([s], pins).length < pins.length);
  return { week, pins, etag, held };
}

function pinsInTheWay({ week, pins, etag, held }, wish, asked, parent, answer) {
  const free = button(t("unpinAndRepair"), async () => {
    free.disabled = true;
    try {
      const { body } = await post(`${timetablePath(parent.id)}/moves`, { pins: pinsBut(held, pins) }, { ifMatch: etag });
      pending.push(body.id);
      await find(wish, answer, asked, { id: body.id, parent });
    } catch (refusal) { tellRefusal(refusal); }
    free.disabled = false;
  }, { class: "primary" });
  return h("section", { class: "panel" }, h("h2", { tabindex: "-1" }, icon("pin"), t("pinsInTheWay", { n: held.length })), h("ul", { class: "rules" }, held.map((s) => h("li", {}, `${s.name}, ${week.when(s)}`))), h("div", { class: "row" }, free));
}

function optionOf(option, index, wish, asked, parent, answer) {
  const { week } = state;
  const { changed: counts, difference } = option;
  return h("section", { class: `option${index ? "" : " best-one"}` },
    h("header", {}, h("h3", {}, t(index ? "repairOther" : "repairBest")), may("plan") && button([icon("check"), t("apply")], () => accept(option, wish, asked, parent, answer), { class: index ? null : "primary" })),
    h("p", {}, t("repairCounts", { lost: counts.lost, new: counts.new, clinicians: counts.clinicians }), " ", option.unmet_minutes ? t("missingOf", { hours: hours(option.unmet_minutes) }) : t("nothingMissing")),
    index === 0 && option.proved && h("p", { class: "hint" }, t(`proved.${option.proved}`)),
    changesOf(difference, week), messagesOf(difference, week));
}

/** Note the absence, publish the repaired week where the week was published already, show whom to tell. */
async function accept(option, wish, asked, parent, answer) {
  try {
    await remember(asked);
    pending = pending.filter((id) => id !== option.timetable.id);
    forget();
    const { body, etag } = await get(timetablePath(option.timetable.id));
    await adopt(body, etag);
    const status = h("div", { class: "row" });
    wish.shown = () => refill(status, h("span", { class: "chip" }, t(state.timetable.status === "published" ? "publishedAlready" : "notPublishedYet")),
      h("a", { class: "button", href: address({ view: "timetable", more: { t: state.timetable.id, day: state.week.dates.indexOf(asked.date) } }) }, t("showTimetable")));
    refill(answer, messagesToSend(option.difference, state.week, status));
    if (parent.status === "published" && may("publish")) await publishShown();
    wish.shown();
    answer.querySelector("h2").focus();
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    tellRefusal(refusal);
  }
}

/** A clinician's time off is everybody's to write; a room's closure is the clinic document's. */
async function remember(wish) {
  const window = windowOf(wish);
  if (wish.what === "clinician") {
    const path = `${clinicPath()}/clinicians/${part(wish.who)}/availability`;
    const { body, etag } = await get(path);
    await put(path, { ...body, time_off: [...body.time_off, window] }, { ifMatch: etag });
  } else if (may("clinic")) {
    const { body, etag } = await get(clinicPath());
    const rooms = body.rooms.map((r) => (r.id === wish.room ? { ...r, closures: [...(r.closures ?? []), window] } : r));
    await put(clinicPath(), { ...body, rooms }, { ifMatch: etag });
  }
  await loadClinic(state.clinicId);
}
