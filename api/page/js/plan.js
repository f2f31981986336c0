// Planning: Solve and Stop with live progress, the gap in words, what changes for whom, Publish.

import { ask, get, has, part, post, Refusal } from "./calls.js";
import { button, dialog, field, h, icon, refill, say, select, svg } from "./dom.js";
import { tellRefusal } from "./frame.js";
import { address, changed, clinicPath, hasSessions, loadWeek, may, note, published, state, timetablePath } from "./state.js";
import { changesOf } from "./difference.js";
import { endingPanel } from "./ending.js";
import { messagesOf } from "./messages.js";
import { hours, moment, number, percent, t, termed } from "./words.js";

const ENDS = ["solved", "cancelled", "failed"];
const LIMITS = [10, 30, 60, 180, 600];

export async function show(main) {
  const view = new PlanView(main);
  view.draw();
  return view;
}

class PlanView {
  constructor(main) {
    this.main = main;
    this.options = { time_limit: 30, keep: true, pins: true, groups: "free" };
    this.running = state.timetables.find((x) => ["queued", "solving"].includes(x.status))?.id ?? null;
    this.points = [];
    this.live = h("section", { class: "panel", "aria-label": t("progress") });
  }

  leave() {
    this.stream?.close();
  }

  update() {
    this.draw();
  }

  draw() {
    this.stream?.close();
    const result = h("div", { class: "stage" });
    refill(this.main, h("div", { class: "narrow" }, h("h1", {}, t("tab.plan")),
      may("plan") && this.form(), endingPanel(), result, this.live));
    this.live.hidden = true;
    if (this.running) this.follow(this.running);
    else if (state.timetable) {
      refill(result, this.result());
      if (state.timetable.status === "solved" || state.timetable.status === "cancelled") this.follow(state.timetable.id);
    }
  }

  form() {
    const { options } = this;
    const box = (key, label) => h("label", { class: "check" }, h("input", { type: "checkbox", checked: options[key], onchange: (e) => { options[key] = e.target.checked; } }), label);
    this.solve = button(t(state.timetable ? "solveAgain" : "solve"), () => this.start(), { class: "primary", disabled: Boolean(this.running) });
    this.stop = button(t("stop"), () => this.halt(), { disabled: !this.running });
    return h("section", { class: "panel" }, h("h2", {}, t("planWeek", { n: state.people.length })),
      h("div", { class: "row low" }, field(t("timeLimit"), select(LIMITS.map((s) => [s, s < 60 ? t("seconds", { n: s }) : t("minutes", { n: s / 60 })]), options.time_limit, (v) => { options.time_limit = Number(v); })),
        state.clinic.clinic.standing?.length && field(t("standingGroups"), select(["free", "prefer", "standing"].map((x) => [x, t(`groups.${x}`)]), options.groups, (v) => { options.groups = v; })),
        h("div", {}, box("keep", t("keepTimes")), state.pins.length > 0 && box("pins", t("keepPins", { n: state.pins.length })))),
      h("div", { class: "row" }, this.solve, this.stop, h("span", { class: "hint" }, t("stopHint"))));
  }

  async start() {
    const { time_limit, keep, pins, groups } = this.options;
    const body = { week_start: state.start, time_limit, groups, ...(keep ? {} : { baseline: { sessions: [] } }), ...(pins && state.pins.length ? { pins: state.pins } : {}) };
    this.solve.disabled = true;
    try {
      const { body: made } = await post(`${clinicPath()}/timetables`, body);
      this.running = made.id;
      this.stop.disabled = false;
      this.points = [];
      this.follow(made.id);
    } catch (refusal) {
      this.solve.disabled = false;
      tellRefusal(refusal);
    }
  }

  async halt() {
    this.stop.disabled = true;
    try {
      await post(`/v1/timetables/${part(this.running)}/cancel`);
      say(t("stopping"));
    } catch (refusal) { tellRefusal(refusal); }
  }

  // -- progress ----------------------------------------------------------------------------------------------

  /** Listen to a search, or hear again how a finished one went; the browser connects again by itself. */
  follow(id) {
    this.points = [];
    this.boxes = null;
    this.live.hidden = false;
    if (this.running) refill(this.live, h("h2", { role: "status" }, t("queued")));
    const stream = (this.stream = new EventSource(`/v1/timetables/${part(id)}/events`));
    stream.addEventListener("started", () => this.running && refill(this.live, h("h2", { role: "status" }, t("started"))));
    stream.addEventListener("progress", (e) => { this.points.push(JSON.parse(e.data)); this.progress(); });
    for (const kind of ENDS) stream.addEventListener(kind, (e) => { stream.close(); this.ended(id, kind, JSON.parse(e.data || "{}")); });
  }

  progress() {
    const last = this.points.at(-1);
    if (last.best === null) return;
    if (!this.boxes || !this.live.contains(this.boxes.node)) this.boxes = progressBoxes(this.live, Boolean(this.running));
    this.boxes.set(last, this.points);
  }

  async ended(id, kind, payload) {
    if (!this.running) return this.past();
    this.running = null;
    await loadWeek(state.start, kind === "failed" ? state.timetable?.id : id);
    const made = state.timetables.find((x) => x.id === id);
    const found = made && hasSessions(made);
    if (found) note({ t: id });
    changed();
    if (!found) {
      this.live.hidden = false;
      refill(this.live, h("h2", { class: "fault" }, icon("warn"), t("failed")), h("p", {}, payload.detail ?? made?.error?.detail ?? termed("refusal", payload.code ?? "")));
    } else say(t(kind === "solved" ? "solvedNow" : "stoppedNow"), { kind: "good" });
  }

  /** How a finished search went, up to what it ended with; one plan alone makes no chart. */
  past() {
    const { objective, solver } = state.timetable;
    const last = this.points.at(-1);
    if (last && (last.best !== objective.value || last.bound !== objective.bound))
      this.points.push({ ...last, best: objective.value, bound: objective.bound, gap: objective.gap, seconds: Math.max(last.seconds, solver?.seconds ?? 0) });
    const told = this.points.filter((p) => p.best !== null);
    this.live.hidden = told.length < 2;
    if (!this.live.hidden) this.progress();
  }

  // -- the result ---------------------------------------------------------------------------------------------

  result() {
    const { week, timetable } = state;
    const { objective } = timetable;
    const short = week.short;
    const before = replacedBy(timetable);
    const isPublished = timetable.status === "published";
    const comparison = h("div", { class: "options" });
    if (before && has("diff")) this.compare(before, comparison);
    return h("section", { class: "panel" },
      h("h2", { class: short.length ? null : "good" }, icon(short.length ? "warn" : "check"),
        short.length ? t("resultShort", { n: short.length, hours: hours(short.reduce((sum, f) => sum + f.unmet_minutes, 0)) }) : t("resultAll", { n: week.figures.size })),
      h("p", { class: "gap-words" }, gapWords(objective.gap, objective.bound)),
      h("div", { class: "row" },
        isPublished ? h("span", { class: "chip" }, t("publishedAlready")) : may("publish") && button(t("publish"), () => publishShown(), { class: "primary" }),
        h("a", { class: "button", href: address({ view: "timetable" }) }, t("showTimetable")),
        short.length > 0 && h("a", { class: "button", href: address({ view: "unplaced" }) }, t("whyShort")),
        !isPublished && timetable.status !== "superseded" && may("plan") && button(t("discard"), discard, { class: "danger" })),
      h("details", {}, h("summary", {}, t("whatItCosts", { n: number(objective.value) })), costs(objective)),
      timetable.warnings?.length > 0 && h("details", {}, h("summary", {}, t("warnings", { n: timetable.warnings.length })), h("ul", { class: "rules" }, timetable.warnings.map((w) => h("li", {}, w.message)))),
      comparison);
  }

  async compare(before, place) {
    try {
      const { body } = await get(`${timetablePath(before.id)}/diff/${part(state.timetable.id)}`);
      refill(place, h("h2", {}, t("against", { at: moment(before.published_at) })), changesOf(body, state.week), messagesOf(body, state.week));
    } catch (refusal) { tellRefusal(refusal); }
  }
}

/** What people knew before this week: the published one or, once this one is published, the one before. */
function replacedBy(timetable) {
  const out = published();
  if (out && out.id !== timetable.id) return out;
  return state.timetables.filter((x) => x.status === "superseded" && x.id !== timetable.id)
    .sort((a, b) => (a.published_at < b.published_at ? 1 : -1))[0];
}

const costs = (objective) => h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ["term", "amount", "weight", "cost"].map((x) => h("th", { scope: "col" }, t(`col.${x}`))))),
  h("tbody", {}, objective.terms.filter((x) => x.units).map((x) => h("tr", {}, h("th", { scope: "row" }, termed("term", x.term)), h("td", {}, number(x.units)), h("td", {}, number(x.weight)), h("td", {}, number(x.cost)))))));

export function gapWords(gap, bound) {
  if (bound === null || bound === undefined || gap === null || gap > 0.98) return t("gapUnknown");
  if (gap <= 0) return t("gapNone");
  if (gap > 0.6) return t("gapWide", { share: percent(gap) });
  return t("gapWords", { share: percent(gap, gap < 0.1 ? 1 : 0) });
}

function progressBoxes(panel, running) {
  const words = h("p", { class: "gap-words", role: "status" });
  const values = Object.fromEntries(["best", "bound", "short", "time"].map((k) => [k, h("dd", {})]));
  const chart = svg("svg", { class: "chart", role: "img", "aria-label": t("chartLabel") });
  const node = h("div", { class: "options" }, running && words,
    running && h("dl", { class: "progress" }, Object.entries(values).map(([k, dd]) => h("div", { class: "figure-box" }, h("dt", {}, t(`progress.${k}`)), dd))),
    chart, h("ul", { class: "key" }, h("li", {}, t("progress.best")), h("li", {}, t("progress.bound"))));
  refill(panel, h("h2", {}, t(running ? "searching" : "howItWent")), node);
  let saidAt = 0;
  return {
    node,
    set(last, points) {
      refill(values.best, number(last.best));
      refill(values.bound, last.bound === null ? "–" : number(last.bound));
      refill(values.short, last.patients_short === null ? "–" : number(last.patients_short));
      refill(values.time, t("seconds", { n: number(Math.round(last.seconds)) }));
      if (performance.now() - saidAt > 4000) { refill(words, gapWords(last.gap, last.bound)); saidAt = performance.now(); }
      draw(chart, points);
    },
  };
}

/** Best plan and best possible over time, both as steps: they hold until the next one is found. */
function draw(chart, points) {
  const known = points.filter((p) => p.best !== null);
  const last = known.at(-1);
  const low = Math.min(...known.map((p) => p.bound ?? p.best), last.best) * 0.98;
  const high = Math.max(Math.min(Math.max(...known.map((p) => p.best)), last.best * 2.5 || 1), low + 1);
  const end = Math.max(1, last.seconds);
  const wide = chart.clientWidth || 640;
  chart.setAttribute("viewBox", `0 0 ${wide} 190`);
  const x = (s) => 52 + (s / end) * (wide - 60);
  const y = (v) => 168 - ((Math.min(v, high) - low) / (high - low)) * 152;
  const steps = (value) => known.filter((p) => value(p) !== null).map((p, i) => `${i ? `H${x(p.seconds).toFixed(1)}V` : `M${x(p.seconds).toFixed(1)} `}${y(value(p)).toFixed(1)}`).join("") + `H${x(end)}`;
  const texts = [[high, 16], [low, 170]].map(([v, at]) => label(46, at + 4, number(Math.round(v), { notation: "compact" }), "end"));
  chart.replaceChildren(
    svg("line", { x1: 52, x2: wide - 8, y1: 168, y2: 168 }), svg("line", { x1: 52, x2: 52, y1: 10, y2: 168 }), ...texts,
    label(52, 184, "0", "middle"), label(wide - 8, 184, t("seconds", { n: number(Math.round(end)) }), "end"),
    svg("path", { class: "best-line", d: steps((p) => p.best) }),
    ...(known.some((p) => p.bound !== null) ? [svg("path", { class: "bound-line", d: steps((p) => p.bound) })] : []));
}
const label = (x, y, text, anchor) => svg("text", { x, y, "text-anchor": anchor }, text);

/** Ask first what publishing would say; broken rules need to be accepted by name, with a reason. */
export async function publishShown() {
  try {
    const { body } = await post(`${timetablePath()}/publish?dry_run=true`);
    if (body.publishable) return await send([], null);
    const reason = h("input", { type: "text", maxlength: 500, required: true });
    const rules = [...new Set(body.findings.map((f) => f.rule))];
    dialog(t("publishBroken"), [h("p", {}, t("publishBrokenWhy")), h("ul", {}, body.findings.map((f) => h("li", {}, f.text))), field(t("reason"), reason, t("reasonHint"))], {
      buttons: [(close) => button(t("cancel"), close), (close) => button(t("publishAnyway"), async () => {
        if (!reason.reportValidity()) return;
        close();
        await send(rules, reason.value);
      }, { class: "danger" })],
    });
  } catch (refusal) { tellRefusal(refusal); }
  return null;
}

async function send(accept, reason) {
  try {
    await post(`${timetablePath()}/publish`, { accept, reason }, { ifMatch: state.tag });
    await loadWeek(state.start, state.timetable.id);
    changed();
    say(t("publishedNow"), { kind: "good" });
  } catch (refusal) {
    if (refusal instanceof Refusal && refusal.status === 412) { await loadWeek(state.start, state.timetable.id); changed(); }
    tellRefusal(refusal);
  }
}

async function discard() {
  try {
    await ask("DELETE", timetablePath(), undefined, { ifMatch: state.tag });
    await loadWeek(state.start);
    note({ t: null });
    changed();
    say(t("discarded"));
  } catch (refusal) { tellRefusal(refusal); }
}
