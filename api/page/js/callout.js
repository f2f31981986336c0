// Somebody is away or a room is closed: the week with the fewest changes, the messages, then Apply.

import { get, part, post, put, Refusal } from "./calls.js";
import { button, choice, field, h, icon, refill, say, select } from "./dom.js";
import { changesOf, messageFor } from "./difference.js";
import { tellRefusal } from "./frame.js";
import { adopt, clinicPath, go, loadClinic, may, state, timetablePath } from "./state.js";
import { publishShown } from "./plan.js";
import { clockText } from "./week.js";
import { clock, fullDate, hours, t } from "./words.js";

export async function show(main) {
  const { week } = state;
  if (!state.timetable) { refill(main, h("h1", {}, t("tab.callout")), h("p", { class: "panel" }, t("planFirst"))); return null; }
  pending = [];
  addEventListener("pagehide", forget);
  const wish = { what: "clinician", who: [...week.clinicians.keys()][0], room: [...week.rooms.keys()][0], date: week.dates[week.days[0]], start: 0, end: 1440 };
  const answer = h("div", { class: "options" });
  const marks = [];
  for (let m = 0; m <= 1440; m += 30) marks.push([m, clock(m)]);
  const set = (key) => (value) => { wish[key] = value; };
  const whoField = h("div", {});
  const who = () => refill(whoField, wish.what === "clinician"
    ? field(t("by.clinician"), select([...week.clinicians.values()].map((c) => [c.id, c.name || c.id]), wish.who, set("who")))
    : field(t("by.room"), select([...week.rooms.values()].map((r) => [r.id, r.name || r.id]), wish.room, set("room"))));
  who();
  refill(main, h("div", { class: "narrow" }, h("h1", {}, t("tab.callout")),
    h("form", { class: "panel", onsubmit: (e) => { e.preventDefault(); find(wish, answer); } }, h("h2", {}, t("whatHappened")),
      choice(t("whatHappened"), [["clinician", t("clinicianAway")], ["room", t("roomClosed")]], wish.what, (what) => { wish.what = what; who(); }),
      h("div", { class: "fields" }, whoField, field(t("day"), select(week.dates.map((d) => [d, fullDate(d)]), wish.date, set("date"))),
        field(t("from"), select(marks.slice(0, -1), 0, set("start"))), field(t("to"), select(marks.slice(1), 1440, set("end")))),
      h("div", { class: "row" }, h("button", { type: "submit", class: "primary" }, t("findRepair")), h("span", { class: "hint" }, t("repairHint")))), answer));
  return { leave() { removeEventListener("pagehide", forget); forget(); } };
}

// A repair that is looked at is a draft already: what is not applied is not left behind as the newest week.
let pending = [];
function forget() {
  for (const id of pending) fetch(timetablePath(id), { method: "DELETE", keepalive: true }).catch(() => {});
  pending = [];
}

const windowOf = (wish) => ({ date: wish.date, start: clockText(Number(wish.start)), end: Number(wish.end) === 1440 ? "24:00" : clockText(Number(wish.end)) });

async function find(wish, answer) {
  if (Number(wish.end) <= Number(wish.start)) { say(t("endAfterStart"), { kind: "fault" }); return; }
  forget();
  refill(answer, h("p", { class: "panel", role: "status" }, t("repairing")));
  const window = windowOf(wish);
  const event = { from: `${wish.date}T${window.start}`, ...(wish.what === "clinician" ? { absences: [{ clinician: wish.who, ...window }] } : { room_closures: [{ room: wish.room, ...window }] }) };
  const parent = state.timetable;
  try {
    const { body, etag } = await post(`${timetablePath()}/repairs`, event);
    const options = [{ ...body, etag }, ...body.alternatives];
    pending = options.map((o) => o.timetable.id);
    refill(answer, h("h2", { tabindex: "-1" }, t("repairFound")), options.map((o, i) => optionOf(o, i, wish, parent, answer)));
    answer.querySelector("h2").focus();
  } catch (refusal) {
    refill(answer);
    tellRefusal(refusal);
  }
}

function optionOf(option, index, wish, parent, answer) {
  const { week } = state;
  const { changed: counts, difference } = option;
  const messages = h("details", {}, h("summary", {}, t("messages", { n: difference.patients.length + difference.clinicians.length })),
    h("div", { class: "changes" }, [...difference.patients.map((p) => [p, week.person(p.id)]), ...difference.clinicians.map((p) => [p, week.clinician(p.id)])].map(([p, name]) => {
      const text = messageFor(p, week);
      return h("section", { class: "options" }, h("header", { class: "row" }, h("h3", {}, name), button(t("copyMessage"), () => copy(text), { class: "plain small", "aria-label": t("copyMessageTo", { who: name }) })), h("p", { class: "message" }, text));
    })));
  return h("section", { class: `option${index ? "" : " best-one"}` },
    h("header", {}, h("h3", {}, t(index ? "repairOther" : "repairBest")), may("plan") && button([icon("check"), t("apply")], () => accept(option, wish, parent, answer), { class: index ? null : "primary" })),
    h("p", {}, t("repairCounts", { lost: counts.lost, new: counts.new, clinicians: counts.clinicians }), " ", option.unmet_minutes ? t("missingOf", { hours: hours(option.unmet_minutes) }) : t("nothingMissing")),
    index === 0 && option.proved && h("p", { class: "hint" }, t(`proved.${option.proved}`)),
    changesOf(difference, week), messages);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say(t("copied"));
  } catch { say(t("copyByHand"), { kind: "fault" }); }
}

/** Note the absence, show the repaired week, and publish it where the week was published already. */
async function accept(option, wish, parent, answer) {
  try {
    await remember(wish);
    pending = pending.filter((id) => id !== option.timetable.id);
    forget();
    const { body, etag } = await get(timetablePath(option.timetable.id));
    refill(answer);
    await adopt(body, etag);
    say(t("repairApplied"), { kind: "good" });
    if (parent.status === "published" && may("publish")) await publishShown();
    go({ view: "timetable", more: { t: state.timetable.id, day: state.week.dates.indexOf(wish.date) } });
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
