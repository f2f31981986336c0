// The availability painter: brushes over a week of cells, by mouse, by two taps, or by keys.

import { button, choice, dialog, field, h, refill, say, select } from "./dom.js";
import { copyDay, paintClinician, paintPatient } from "./painting.js";
import { dated, takenOn, weekly, weekdayOf } from "./week.js";
import { clock, dayAndDate, hourLabel, longDay, shortDay, span, t } from "./words.js";

const BRUSHES = { patient: ["no", "soft", "free"], clinician: ["no", "free"] };

export class Painter {
  /** `of` patient or clinician, `document` as stored, `placed` sessions of theirs, `onchange` saves. */
  constructor({ of, document: doc, week, placed = [], onchange }) {
    Object.assign(this, { of, doc, week, placed, onchange, brush: "no", step: 30, only: false, past: [], at: [0, 0], from: null });
    this.node = h("div", { class: "options" });
    this.build();
  }

  set(doc) {
    this.doc = doc;
    this.colour();
  }

  change(doc) {
    this.past.push(this.doc);
    this.set(doc);
    this.onchange(doc);
  }

  undo() {
    if (!this.past.length) return say(t("nothingToUndo"));
    this.set(this.past.pop());
    this.onchange(this.doc);
    return say(t("undonePaint"));
  }

  build() {
    const { week, of } = this;
    const [from, to] = week.range;
    this.rows = [];
    for (let m = from; m < to; m += this.step) this.rows.push(m);
    const brushes = BRUSHES[of].map((b, i) => [b, [h("i", { class: `brush paint-${b === "free" ? (of === "clinician" ? "yes" : "free") : b}`, "aria-hidden": "true" }), t(`brush.${of}.${b}`, { n: i + 1 })]]);
    this.grid = h("div", { class: "painter", role: "grid", "aria-label": t(`paint.${of}`), "aria-multiselectable": "true" });
    this.grid.append(h("div", { role: "row", class: "contents" }, h("div", { class: "corner", role: "columnheader" }, h("span", { class: "unseen" }, t("time"))),
      week.dates.map((date, d) => h("div", { role: "columnheader", class: "day-head-cell" }, button([h("span", {}, shortDay(date)), h("small", {}, dayAndDate(date).replace(shortDay(date), "").replace(/^[,\s]+/, ""))],
        () => this.paint([d, 0], [d, this.rows.length - 1]), { class: "day-head", title: t("paintDay", { day: longDay(date) }) })))));
    this.cells = this.rows.map((m, r) => {
      const cells = week.dates.map((_, d) => h("div", { class: `paint-cell${m % 60 ? " half" : ""}`, role: "gridcell", tabindex: "-1", data: { d, r } }));
      this.grid.append(h("div", { role: "row", class: "contents" }, h("div", { class: "paint-axis", role: "rowheader" }, m % 60 ? h("span", { class: "unseen" }, clock(m)) : hourLabel(m)), cells));
      return cells;
    });
    this.listen();
    this.items = h("ul", { class: "plain-list" });
    refill(this.node, h("div", { class: "row" }, choice(t("brush"), brushes, this.brush, (b) => { this.brush = b; }),
      choice(t("paintScope"), [["every", t("everyWeek")], ["once", t("thisWeekOnly")]], this.only ? "once" : "every", (x) => { this.only = x === "once"; }),
      select([15, 30, 60].filter((x) => x >= this.week.slot).map((x) => [x, t("stepOf", { n: x })]), this.step, (x) => { this.step = Number(x); this.build(); }, { "aria-label": t("step") }),
      button(t("undo"), () => this.undo()), button(t("copyDay"), () => this.copyDialog())),
    h("p", { class: "hint" }, t("paintHint")),
    h("div", { class: "paint-and-list" }, this.grid, h("section", { class: "panel" }, h("h2", {}, t(`listed.${of}`)), this.items, this.adder())));
    this.colour();
  }

  // -- showing ---------------------------------------------------------------------------------------------

  /** Intervals of a day: {from, to, as}. */
  shown(d) {
    const date = this.week.dates[d];
    if (this.of === "patient") return takenOn(this.doc, date).map((x) => ({ ...x, as: x.hard ? "no" : "soft" })).sort((a, b) => a.hard - b.hard);
    const works = weekly(this.doc.availability, weekdayOf(date)).map(([from, to]) => ({ from, to, as: "yes" }));
    return [...works, ...dated(this.doc.time_off, date).map(([from, to]) => ({ from, to, as: "no" }))];
  }

  colour() {
    this.week.dates.forEach((date, d) => {
      const shown = this.shown(d);
      const placed = this.placed.filter((s) => s.day === d);
      this.rows.forEach((m, r) => {
        const cell = this.cells[r][d];
        const end = m + this.step;
        const marks = [...this.shut(d, m, end), ...shown.filter((x) => x.from < end && m < x.to)];
        const here = placed.filter((s) => s.from < end && m < s.to);
        refill(cell, marks.map((x) => h("i", { class: x.as, vars: { "--a": Math.max(0, (x.from - m) / this.step), "--b": (Math.min(end, x.to) - Math.max(m, x.from)) / this.step } })),
          here.map((s) => h("span", { class: `placed${s.from < m ? " on" : ""}${s.to > end ? " more" : ""}`, "aria-hidden": "true" }, s.from >= m ? s.name : "")));
        const as = marks.filter((x) => x.as !== "shut").at(-1)?.as ?? (this.of === "clinician" ? "no" : "free");
        const words = [`${longDay(date)} ${span(m, end)}`, t(`state.${this.of}.${as}`), ...here.map((s) => s.name)];
        cell.setAttribute("aria-label", words.join(", "));
      });
    });
    this.list();
    this.tabStop();
  }

  shut(d, from, to) {
    const open = this.week.open[d].some(([a, b]) => a <= from && to <= b);
    return open ? [] : [{ from, to, as: "shut" }];
  }

  list() {
    const days = (list) => list.map((x) => t(`day.${x}`)).join(", ");
    const entry = (words, drop) => h("li", {}, h("span", {}, words), button(t("remove"), drop, { class: "plain small", "aria-label": t("removeWhat", { what: words }) }));
    if (this.of === "patient") {
      refill(this.items, this.doc.commitments.map((c) => {
        const when = c.date ? dayAndDate(c.date) : days(c.days);
        const more = [t(`kinds.${c.kind ?? "other"}`), t(`state.patient.${(c.strength ?? "hard") === "hard" ? "no" : "soft"}`), c.travel_minutes ? t("travel", { n: c.travel_minutes }) : ""].filter(Boolean).join(", ");
        return entry(`${when} ${timesOf(c)} · ${more}`, () => this.change({ commitments: this.doc.commitments.filter((x) => x !== c) }));
      }));
    } else {
      const { availability = [], time_off: off = [] } = this.doc;
      refill(this.items, availability.map((w) => entry(`${days(w.days)} ${timesOf(w)}`, () => this.change({ ...this.doc, availability: availability.filter((x) => x !== w) }))),
        off.map((w) => entry(`${t("off")} ${dayAndDate(w.date)}${w.until_date ? `–${dayAndDate(w.until_date)}` : ""} ${timesOf(w)}`, () => this.change({ ...this.doc, time_off: off.filter((x) => x !== w) }))));
    }
    if (!this.items.children.length) refill(this.items, h("li", { class: "hint" }, t(`none.${this.of}`)));
  }

  adder() {
    const [from, to] = this.week.range;
    const marks = [];
    for (let m = 0; m <= 1440; m += this.week.slot) marks.push([m, m === 1440 ? "24:00" : clock(m)]);
    const now = { d: "0", from, to: Math.min(to, from + 60), brush: "no" };
    const set = (key) => (value) => { now[key] = value; };
    return h("details", {}, h("summary", {}, t("addTime")), h("div", { class: "fields" },
      field(t("day"), select(this.week.dates.map((date, d) => [d, longDay(date)]), 0, set("d"))),
      field(t("from"), select(marks.slice(0, -1), now.from, set("from"))), field(t("to"), select(marks.slice(1), now.to, set("to"))),
      field(t("as"), select(BRUSHES[this.of].map((b) => [b, t(`state.${this.of}.${b === "free" && this.of === "clinician" ? "yes" : b}`)]), "no", set("brush"))),
      button(t("add"), () => {
        if (Number(now.to) <= Number(now.from)) return say(t("endAfterStart"), { kind: "fault" });
        return this.apply({ dates: [this.week.dates[Number(now.d)]], from: Number(now.from), to: Number(now.to) }, now.brush);
      })));
  }

  copyDialog() {
    const { dates } = this.week;
    let source = dates[0];
    const chosen = new Set(dates.slice(1, 5));
    const boxes = dates.map((date) => h("label", { class: "check" }, h("input", { type: "checkbox", checked: chosen.has(date), onchange: (e) => (e.target.checked ? chosen.add(date) : chosen.delete(date)) }), longDay(date)));
    dialog(t("copyDay"), [field(t("copyFrom"), select(dates.map((x) => [x, longDay(x)]), source, (x) => { source = x; })), h("fieldset", {}, h("legend", {}, t("copyTo")), boxes)], {
      buttons: [(close) => button(t("cancel"), close), (close) => button(t("copy"), () => { close(); this.change(copyDay(this.of, this.doc, source, [...chosen])); }, { class: "primary" })],
    });
  }

  // -- painting -----------------------------------------------------------------------------------------------

  apply(box, brush = this.brush) {
    this.change(this.of === "patient"
      ? { commitments: paintPatient(this.doc.commitments, box, brush, this.only) }
      : paintClinician(this.doc, box, brush, this.only));
  }

  paint(a, b, brush) {
    const [d1, d2] = [a[0], b[0]].sort((x, y) => x - y);
    const [r1, r2] = [a[1], b[1]].sort((x, y) => x - y);
    const box = { dates: this.week.dates.slice(d1, d2 + 1), from: this.rows[r1], to: Math.min(1440, this.rows[r2] + this.step) };
    this.apply(box, brush);
    this.mark(null);
    say(t("painted", { as: t(`state.${this.of}.${(brush ?? this.brush) === "free" && this.of === "clinician" ? "yes" : brush ?? this.brush}`), when: `${list2(box.dates)} ${span(box.from, box.to)}` }), { action: { label: t("undo"), run: () => this.undo() } });
  }

  mark(from, to = this.at) {
    this.from = from;
    for (const cell of this.grid.querySelectorAll(".in")) cell.classList.remove("in");
    if (!from) return;
    const [d1, d2] = [from[0], to[0]].sort((x, y) => x - y);
    const [r1, r2] = [from[1], to[1]].sort((x, y) => x - y);
    for (let r = r1; r <= r2; r += 1) for (let d = d1; d <= d2; d += 1) this.cells[r][d].classList.add("in");
  }

  tabStop() {
    for (const cell of this.grid.querySelectorAll('[tabindex="0"].paint-cell')) cell.tabIndex = -1;
    this.at = [this.at[0], Math.min(this.at[1], this.rows.length - 1)];
    this.cells[this.at[1]][this.at[0]].tabIndex = 0;
  }

  listen() {
    const placeOf = (node) => { const cell = node?.closest?.(".paint-cell"); return cell && [Number(cell.dataset.d), Number(cell.dataset.r)]; };
    let drag = null;
    this.grid.addEventListener("pointerdown", (e) => {
      const place = placeOf(e.target);
      if (!place || e.button !== 0 || e.pointerType === "touch") return;
      drag = place;
      this.at = place;
      this.mark(place, place);
      const move = (event) => {
        const over = placeOf(document.elementFromPoint(event.clientX, event.clientY));
        if (over) { this.at = over; this.mark(drag, over); }
      };
      const up = () => {
        removeEventListener("pointermove", move);
        const start = drag;
        drag = null;
        this.paint(start, this.at);
        this.tabStop();
        this.cells[this.at[1]][this.at[0]].focus({ preventScroll: true });
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", up, { once: true });
    });
    // A finger scrolls; the first tap is one corner, the second the other.
    this.grid.addEventListener("click", (e) => {
      const place = placeOf(e.target);
      if (!place || e.pointerType !== "touch") return;
      if (this.from) { this.paint(this.from, place); return; }
      this.at = place;
      this.mark(place, place);
      say(t("tapOther"));
    });
    // Wherever focus comes from, keys paint the cell that has it.
    this.grid.addEventListener("focusin", (e) => { this.at = placeOf(e.target) ?? this.at; });
    this.grid.addEventListener("keydown", (e) => this.key(e));
  }

  key(event) {
    if (!event.target.matches(".paint-cell")) return;
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const brushes = BRUSHES[this.of];
    if (event.key in steps) {
      const [x, y] = steps[event.key];
      const origin = this.from ?? this.at;
      this.at = [Math.max(0, Math.min(6, this.at[0] + x)), Math.max(0, Math.min(this.rows.length - 1, this.at[1] + y))];
      this.mark(event.shiftKey ? origin : null, this.at);
      this.tabStop();
      this.cells[this.at[1]][this.at[0]].focus();
    } else if (event.key === " " || event.key === "Enter") this.paint(this.from ?? this.at, this.at);
    else if (Number(event.key) >= 1 && Number(event.key) <= brushes.length) this.paint(this.from ?? this.at, this.at, brushes[Number(event.key) - 1]);
    else if (event.key === "z" && event.ctrlKey) this.undo();
    else if (event.key === "Escape") this.mark(null);
    else return;
    event.preventDefault();
  }
}

const list2 = (dates) => (dates.length > 2 ? `${shortDay(dates[0])}–${shortDay(dates.at(-1))}` : dates.map(shortDay).join(", "));
const timesOf = (w) => {
  const [a, b] = [w.start ?? "00:00", w.end ?? "24:00"].map((x) => Number(x.slice(0, 2)) * 60 + Number(x.slice(3)));
  return b > a ? span(a, b) : `${clock(a)}–${clock(b)}`;
};
