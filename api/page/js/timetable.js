// The timetable: a day by room, clinician or patient, the whole week in lines, one resource's week.

import { card, columns, dayHead, legend, lines } from "./cards.js";
import { has } from "./calls.js";
import { choice, h, icon, refill, select } from "./dom.js";
import { attending, hoursPanel, pinsPanel, sessionPanel } from "./panels.js";
import { Mover } from "./moving.js";
import { address, attended, may, note, route, state } from "./state.js";
import { KINDS, without } from "./week.js";
import { longDay, fullDate, number, shortDay, t } from "./words.js";

export async function show(main, more) {
  const view = new TimetableView(main, more);
  view.draw();
  return view;
}

class TimetableView {
  constructor(main, more) {
    this.main = main;
    this.by = ["room", "clinician", "patient"].includes(more.by) ? more.by : "room";
    this.day = more.day !== undefined && state.week.days.includes(Number(more.day)) ? Number(more.day) : "week";
    this.one = more.one ?? "";
    this.selected = more.mark ?? null;
    this.movable = may("plan") && has("moves");
    this.mover = new Mover(this);
  }

  get week() {
    return state.week;
  }

  update() {
    const { more } = route();
    if ((more.one ?? "") !== this.one) this.one = more.one ?? "";
    const focused = document.activeElement?.dataset?.session;
    this.draw(focused);
  }

  set(changes) {
    Object.assign(this, changes);
    note({ by: this.by, day: this.day === "week" ? null : this.day, one: this.one || null, mark: null });
    this.draw();
  }

  draw(focused) {
    const { week } = this;
    if (this.one && !week.resources(this.by).some((r) => r.id === this.one)) this.one = "";
    if (this.selected && !week.byId.has(this.selected)) this.selected = null;
    const side = h("aside", { class: "side", "aria-label": t("details") });
    this.side = side;
    refill(this.main, h("h1", { class: "unseen" }, t("tab.timetable")), this.controls(),
      h("div", { class: "with-side" }, h("div", { class: "stage" }, week.timetable ? this.surfaceFor() : this.nothing()), side));
    this.drawSide();
    this.listen(focused);
  }

  nothing() {
    return h("div", { class: "panel empty" }, h("h2", {}, t("noTimetable")), h("p", {}, t("noTimetableWhy")),
      may("plan") && h("a", { class: "button primary", href: address({ view: "plan" }) }, t("tab.plan")));
  }

  controls() {
    const { week } = this;
    const days = [["week", t("wholeWeek")], ...week.days.map((d) => [d, shortDay(week.dates[d])])];
    const ones = [["", t(`all.${this.by}`)], ...week.resources(this.by).filter((r) => r.id).map((r) => [r.id, r.label])];
    const used = KINDS.filter((k) => week.sessions.some((s) => s.kind === k));
    return h("div", { class: "controls" },
      choice(t("seeBy"), ["room", "clinician", "patient"].map((x) => [x, t(`by.${x}`)]), this.by, (by) => this.set({ by, one: "" })),
      choice(t("day"), days, this.one ? "" : this.day, (day) => this.set({ day, one: "" })),
      select(ones, this.one, (one) => this.set({ one, day: "week" }), { "aria-label": t("showOne") }),
      legend(used.length ? used : KINDS));
  }

  surfaceFor() {
    const { week } = this;
    if (this.one) {
      const sessions = week.by(this.by).get(this.one);
      const cols = week.days.map((d) => this.column(d, this.one, week.resource(this.by, this.one), sessions.filter((s) => s.day === d), dayHead(week, d)));
      return (this.surface = columns(week, cols, t("weekOfOne", { who: week.resource(this.by, this.one) })));
    }
    const sessions = week.by(this.by);
    if (this.day !== "week") {
      const cols = week.resources(this.by).map((r) =>
        this.column(this.day, r.id, r.label, sessions.get(r.id).filter((s) => s.day === this.day), this.head(r)));
      return (this.surface = columns(week, cols.filter((c) => c.id || c.sessions.length), t("dayOf", { day: fullDate(week.dates[this.day]) })));
    }
    const rows = week.resources(this.by).map((r) => ({ ...r, head: this.head(r), sessions: sessions.get(r.id) }));
    return (this.surface = lines(week, rows.filter((r) => r.id || r.sessions.length), this.by, t("tab.timetable")));
  }

  column(day, id, label, sessions, head) {
    const { week } = this;
    const blocked = id ? without([week.range], week.available(this.by, id, day)) : without([week.range], week.open[day]);
    return { day, what: this.by, id, label: `${label}, ${longDay(week.dates[day])}`, sessions, blocked, head };
  }

  /** A line's or column's name; it leads to the resource's own week, and a patient's hours stand beside it. */
  head(r) {
    const more = { by: this.by, one: r.id };
    const name = r.id ? h("a", { href: address({ view: "timetable", more }), title: r.label }, r.label) : h("span", {}, r.label);
    return this.by === "patient" ? [name, this.hoursOf(r.id)] : [name];
  }

  hoursOf(id) {
    const figures = this.week.figures.get(id);
    if (!figures) return null;
    const short = figures.unmet_minutes > 0;
    const needed = this.week.needed(id);
    const got = number(figures.care_minutes / 60);
    const text = needed && !this.week.enough(figures) ? t("hoursOf", { got, of: number(needed / 60) }) : t("hours", { n: got });
    return h("small", { class: short ? "short" : null }, short && icon("warn"), text);
  }

  drawSide() {
    const session = this.selected && this.week.byId.get(this.selected);
    const whole = session || !this.week.timetable;
    refill(this.side, session && sessionPanel(this, session), !whole && this.one && this.by === "patient" && has("progress") && attending((m) => m.progressPanel(this.one)),
      !whole && !this.one && this.day !== "week" && attended() && attending((m) => m.dayPanel(this)), this.week.timetable && hoursPanel(this.week), this.week.timetable && has("pins") && pinsPanel(this));
  }

  select(id) {
    this.selected = id;
    note({ mark: id });
    for (const node of this.surface.querySelectorAll(".card.chosen")) node.classList.remove("chosen");
    for (const node of this.surface.querySelectorAll(`[data-session="${CSS.escape(id ?? "")}"]`)) node.classList.add("chosen");
    this.drawSide();
  }

  // -- one stop for Tab, arrows inside ---------------------------------------------------------------------

  listen(focused) {
    const { surface } = this;
    if (!this.week.timetable || !surface) return;
    const cards = () => surface.querySelectorAll(".card");
    const wanted = focused ?? this.selected;
    const start = (wanted && surface.querySelector(`[data-session="${CSS.escape(wanted)}"]`)) || surface.querySelector(".card");
    if (start) start.tabIndex = 0;
    if (focused) start?.focus({ preventScroll: false });
    if (this.selected) this.select(this.selected);
    surface.addEventListener("focusin", (e) => {
      if (!e.target.matches(".card")) return;
      for (const node of surface.querySelectorAll('.card[tabindex="0"]')) node.tabIndex = -1;
      e.target.tabIndex = 0;
    });
    surface.addEventListener("click", (e) => {
      const day = e.target.closest("a[data-day]");
      if (day) { e.preventDefault(); this.set({ day: Number(day.dataset.day), one: "" }); return; }
      const hit = e.target.closest(".card");
      if (hit && !this.mover.justDropped) this.select(hit.dataset.session);
    });
    surface.addEventListener("keydown", (e) => this.key(e, cards));
    if (this.movable) this.mover.attach(surface);
  }

  key(event, cards) {
    const from = event.target.closest(".card");
    if (!from || event.altKey || event.metaKey || event.ctrlKey && event.key !== "z") return;
    if (this.mover.key(event, from)) return;
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const [x, y] = steps[event.key];
    const across = this.surface.dataset.shape === "lines" ? y : x;
    const along = this.surface.dataset.shape === "lines" ? x : y;
    nearest([...cards()], from, across, along)?.focus();
  }
}

/** The next card along a line, or the one nearest in time in the next line that has any. */
function nearest(cards, from, across, along) {
  const line = Number(from.dataset.line);
  const at = Number(from.dataset.at);
  const lineOf = (c) => Number(c.dataset.line);
  const away = (c) => Math.abs(Number(c.dataset.at) - at);
  if (along) {
    const own = cards.filter((c) => lineOf(c) === line);
    return own[own.indexOf(from) + along];
  }
  const beyond = cards.filter((c) => (lineOf(c) - line) * across > 0);
  const next = across > 0 ? Math.min(...beyond.map(lineOf)) : Math.max(...beyond.map(lineOf));
  return beyond.filter((c) => lineOf(c) === next).sort((a, b) => away(a) - away(b))[0];
}
