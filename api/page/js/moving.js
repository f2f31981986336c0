// Picking a session up: by mouse, by a long press, or with M. Every place is shaded by its verdict meanwhile.

import { apply, check, targetsOf, togglePin, undoLast } from "./changing.js";
import { fetched, h, icon, refill, say } from "./dom.js";
import { tellRefusal } from "./frame.js";
import { reasonWords } from "./reasons.js";
import { clockText } from "./week.js";
import { longDay, number, span, t, termed } from "./words.js";

const RANK = { fits: 0, soft: 1, hard: 2 };
const SLACK = 6; // pixels that a press may stray before it is a drag
const LONG_PRESS = 400;

/** The verdicts of one picked-up session, by place. */
export class Verdicts {
  constructor(week, s, targets) {
    this.week = week;
    this.s = s;
    this.starts = new Map(targets.map((x) => [x.start.slice(0, 16), x]));
  }

  at(day, minute, what, id) {
    const { s, week } = this;
    const start = `${week.dates[day]}T${clockText(minute)}`;
    const target = this.starts.get(start);
    const barred = (code) => ({ verdict: "hard", cost: 0, reasons: [{ code, text: code }], start });
    if (!target) return barred("outsideHours");
    if (what === "patient" && !s.patients.includes(id)) return barred("notInSession");
    if (what === "room" && Boolean(id) !== Boolean(s.type?.room)) return barred(id ? "takesNoRoom" : "needsRoom");
    if (what === "room" && id && id !== s.room) return { ...(target.rooms?.[id] ?? target), start, room: id };
    if (what === "clinician" && !s.clinicians.includes(id)) return { ...(target.clinicians?.[id] ?? target), start, clinician: id };
    return { ...target, start };
  }

  /** The best start of a day for a resource: the same time if it does, else the nearest that is as good. */
  ofDay(day, what, id) {
    let best = null;
    for (const key of this.starts.keys()) {
      if (!key.startsWith(this.week.dates[day])) continue;
      const minute = Number(key.slice(11, 13)) * 60 + Number(key.slice(14, 16));
      const verdict = { ...this.at(day, minute, what, id), minute };
      const away = Math.abs(minute - this.s.from);
      if (!best || RANK[verdict.verdict] < RANK[best.verdict] || (verdict.verdict === best.verdict && away < best.away)) best = { ...verdict, away };
    }
    return best ?? { ...this.at(day, this.s.from, what, id), minute: this.s.from };
  }
}

export function verdictWords(verdict) {
  if (verdict.verdict === "hard") return t("verdict.hard", { why: reasonWords(verdict.reasons).slice(0, 3).join(" ") });
  if (verdict.verdict === "soft") return t("verdict.soft", { why: verdict.reasons.map(costWords).join("; ") || number(verdict.cost) });
  return t(verdict.cost < 0 ? "verdict.better" : "verdict.fits", { n: number(-verdict.cost) });
}

const costWords = (reason) => reason.code === "costs"
  ? t("costs", { term: termed("term", reason.params.term), units: number(reason.params.units) }) : reason.text;

export class Mover {
  constructor(view) {
    this.view = view;
    this.picked = null;
    this.justDropped = false;
  }

  attach(surface) {
    this.surface = surface;
    surface.addEventListener("pointerdown", (e) => this.press(e));
    surface.addEventListener("contextmenu", (e) => this.picked && e.preventDefault());
    // A finger scrolls until a long press has picked a card up.
    surface.addEventListener("touchmove", (e) => this.picked && e.preventDefault(), { passive: false });
  }

  press(event) {
    const node = event.target.closest(".card");
    if (!node || event.button !== 0 || this.picked) return;
    const start = [event.clientX, event.clientY];
    const touch = event.pointerType === "touch";
    targetsOf(node.dataset.session).catch(() => {});
    const within = event.clientY - node.getBoundingClientRect().top;
    let dragging = false;
    const begin = () => {
      dragging = true;
      this.pick(node, { held: within });
    };
    const timer = touch && setTimeout(begin, LONG_PRESS);
    const onmove = (e) => {
      const strayed = Math.hypot(e.clientX - start[0], e.clientY - start[1]) > SLACK;
      if (!dragging && strayed && touch) end();
      else if (!dragging && strayed) begin();
      if (dragging) this.follow(e.clientX, e.clientY);
    };
    const end = () => {
      clearTimeout(timer);
      removeEventListener("pointermove", onmove);
      removeEventListener("pointerup", onup);
      removeEventListener("pointercancel", oncancel);
    };
    const onup = () => {
      end();
      if (!dragging) return;
      this.justDropped = true;
      setTimeout(() => { this.justDropped = false; });
      this.drop();
    };
    const oncancel = () => { end(); if (dragging) this.cancel(); };
    addEventListener("pointermove", onmove);
    addEventListener("pointerup", onup);
    addEventListener("pointercancel", oncancel);
  }

  /** True when the key was meant for moving. */
  key(event, node) {
    const s = this.view.week.byId.get(node.dataset.session);
    const known = this.picked ? this.keyWhilePicked(event) : this.keyAtRest(event, node, s);
    if (known) event.preventDefault();
    return known || Boolean(this.picked);
  }

  keyAtRest(event, node, s) {
    if (event.key === "z" && event.ctrlKey) undoLast();
    else if (event.key === "m" || event.key === "M") this.view.movable && this.pick(node, { keys: true });
    else if (event.key === "p" || event.key === "P") this.view.movable && togglePin(s);
    else return false;
    return true;
  }

  keyWhilePicked(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === "Escape") this.cancel(t("moveCancelled"));
    else if (event.key === "Enter" || event.key === " ") this.drop();
    else if (event.key in steps) this.step(...steps[event.key]);
    else return event.key.length === 1;
    return true;
  }

  async pick(node, how) {
    const { week } = this.view;
    const s = week.byId.get(node.dataset.session);
    const picked = (this.picked = { s, node, ...how, verdicts: null, place: null });
    this.surface.classList.add("picked");
    document.getElementById("toasts").replaceChildren();
    for (const other of this.surface.querySelectorAll(`[data-session="${CSS.escape(s.id)}"]`)) other.classList.add("lifted");
    this.tell(t("pickedUp", { what: s.name }));
    performance.mark("picked-up");
    try {
      const { targets } = await targetsOf(s.id);
      if (this.picked !== picked) return;
      picked.verdicts = new Verdicts(week, s, targets);
      this.shade();
      performance.measure("shading", "picked-up");
      if (how.keys) this.goTo(this.home(node));
      else if (picked.pointer) this.follow(...picked.pointer);
    } catch (refusal) {
      this.cancel();
      tellRefusal(refusal);
    }
  }

  home(node) {
    const { s } = this.picked;
    if (this.surface.dataset.shape === "lines") return { line: Number(node.dataset.line), day: s.day };
    return { line: Number(node.dataset.line), minute: s.from };
  }

  // -- shading ---------------------------------------------------------------------------------------------

  shade() {
    const { verdicts } = this.picked;
    if (this.surface.dataset.shape === "lines") {
      for (const cell of this.surface.querySelectorAll(".cell")) {
        const best = verdicts.ofDay(Number(cell.dataset.day), this.view.by, cell.dataset.resource);
        cell.classList.add("shade", `shade-${best.verdict}`);
      }
      return;
    }
    const [from, to] = this.view.week.range;
    for (const { box, day, what, id } of this.surface.parts()) {
      if (!box) continue;
      let run = null;
      const close = (end) => run && box.append(h("li", { class: `shade shade-${run.verdict}`, "aria-hidden": "true", vars: { "--from": run.from - from, "--long": end - run.from } }));
      for (let m = from; m < to; m += this.view.week.slot) {
        const { verdict } = verdicts.at(day, m, what, id);
        if (verdict !== run?.verdict) { close(m); run = { verdict, from: m }; }
      }
      close(to);
    }
  }

  // -- where it would go ------------------------------------------------------------------------------------

  follow(x, y) {
    const { picked, surface } = this;
    picked.pointer = [x, y];
    this.edgeScroll(x, y);
    if (!picked.verdicts) return;
    if (surface.dataset.shape === "lines") {
      const cell = document.elementsFromPoint(x, y).find((n) => n.matches?.(".cell"));
      if (cell) this.goTo({ line: Number(cell.dataset.line), day: Number(cell.dataset.day) });
      return;
    }
    const over = surface.place(x, y - (picked.held ?? 0));
    if (!over) return;
    const { slot, range } = this.view.week;
    const minute = Math.round(over.minute / slot) * slot;
    this.goTo({ line: Number(over.box.dataset.line), minute: Math.max(range[0], Math.min(range[1] - slot, minute)) });
  }

  edgeScroll(x, y) {
    const box = this.surface.getBoundingClientRect();
    if (x > Math.min(box.right, innerWidth) - 30) this.surface.scrollLeft += 20;
    else if (x < box.left + 80) this.surface.scrollLeft -= 20;
    if (y > innerHeight - 40) scrollBy(0, 20);
    else if (y < 40) scrollBy(0, -20);
  }

  step(x, y) {
    const { place } = this.picked;
    if (!place) return;
    const { week } = this.view;
    if (this.surface.dataset.shape === "lines") {
      const day = week.days[week.days.indexOf(place.day) + x] ?? place.day;
      const line = Math.max(0, Math.min(this.surface.querySelectorAll(".line-group .line").length - 1, place.line + y));
      this.goTo({ line, day });
      return;
    }
    const line = Math.max(0, Math.min(this.surface.parts().length - 1, place.line + x));
    const step = this.picked.s.type?.start_every_minutes ?? week.slot;
    this.goTo({ line, minute: Math.max(week.range[0], Math.min(week.range[1] - week.slot, place.minute + y * step)) });
  }

  goTo(place) {
    const { picked, surface, view } = this;
    if (picked.place && picked.place.line === place.line && picked.place.day === place.day && picked.place.minute === place.minute) return;
    picked.place = place;
    surface.querySelectorAll(".ghost").forEach((n) => n.remove());
    surface.querySelectorAll(".cell.over").forEach((n) => n.classList.remove("over"));
    let where;
    if (surface.dataset.shape === "lines") {
      const cell = surface.querySelector(`.cell[data-line="${place.line}"][data-day="${place.day}"]`);
      const verdict = picked.verdicts.ofDay(place.day, view.by, cell.dataset.resource);
      cell.classList.add("over");
      if (picked.keys) cell.scrollIntoView({ block: "nearest", inline: "nearest" });
      picked.verdict = verdict;
      where = { day: place.day, minute: verdict.minute, id: cell.dataset.resource, what: view.by };
    } else {
      const column = surface.parts()[place.line];
      const verdict = picked.verdicts.at(column.day, place.minute, column.what, column.id);
      picked.verdict = verdict;
      where = { day: column.day, minute: place.minute, id: column.id, what: column.what };
      this.ghost(column.box, place.minute, verdict);
    }
    picked.where = where;
    const { week } = view;
    const at = `${longDay(week.dates[where.day])} ${span(where.minute, where.minute + picked.s.to - picked.s.from)}`;
    this.tell(t("wouldBe", { what: picked.s.name, at, who: where.what === "patient" ? "" : week.resource(where.what, where.id) }), picked.verdict);
  }

  ghost(box, minute, verdict) {
    const { s } = this.picked;
    const node = h("li", {
      class: `ghost ghost-${verdict.verdict}`, "aria-hidden": "true",
      vars: { "--from": minute - this.view.week.range[0], "--long": s.to - s.from },
    }, h("b", {}, icon(verdict.verdict === "hard" ? "cross" : verdict.verdict === "soft" ? "warn" : "check"), span(minute, minute + s.to - s.from)), h("span", {}, verdictWords(verdict)));
    box.append(node);
    if (this.picked.keys) node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  tell(text, verdict) {
    let bar = document.getElementById("verdict");
    if (!bar) {
      bar = h("div", { id: "verdict", role: "status", "aria-live": "assertive" });
      document.body.append(bar);
    }
    bar.className = verdict ? `verdict-${verdict.verdict}` : "";
    refill(bar, verdict && icon(verdict.verdict === "hard" ? "cross" : verdict.verdict === "soft" ? "warn" : "check"),
      h("b", {}, text), " ", verdict && h("span", {}, verdictWords(verdict)), h("small", {}, this.picked?.keys ? t("movingKeys") : t("movingMouse")));
  }

  clear() {
    const { node } = this.picked;
    this.picked = null;
    document.getElementById("verdict")?.remove();
    this.surface.classList.remove("picked");
    this.surface.querySelectorAll(".ghost, li.shade").forEach((n) => n.remove());
    this.surface.querySelectorAll(".lifted").forEach((n) => n.classList.remove("lifted"));
    this.surface.querySelectorAll(".cell.shade").forEach((n) => n.classList.remove("shade", "over", "shade-fits", "shade-soft", "shade-hard"));
    return node;
  }

  cancel() {
    this.clear().focus();
  }

  async drop() {
    const { s, verdict, where } = this.picked;
    const node = this.clear();
    if (!verdict || !where) return node.focus();
    const same = where.day === s.day && where.minute === s.from && !verdict.room && !verdict.clinician;
    if (same) return node.focus();
    if (verdict.verdict === "hard") {
      node.focus();
      return say(verdictWords(verdict), { kind: "fault", action: { label: t("chooseOther"), run: () => fetched(import("./movedialog.js")).then((m) => m.moveDialog(s)) } });
    }
    const set = { start: verdict.start };
    if (verdict.room) set.room = verdict.room;
    if (verdict.clinician) set.clinicians = await crewWith(s, verdict.clinician, set);
    const moved = t("saidMoved", { what: s.name, at: `${longDay(this.view.week.dates[where.day])} ${span(where.minute, where.minute + s.to - s.from)}` });
    await apply({ moves: [{ session: s.id, set }] }, moved);
    this.surface.querySelector?.(`[data-session="${CSS.escape(s.id)}"]`)?.focus();
    return null;
  }
}

/** Whom a new clinician replaces: the cheapest choice that breaks no rule. */
async function crewWith(s, clinician, set) {
  const crews = s.clinicians.map((_, i) => s.clinicians.map((c, k) => (k === i ? clinician : c)));
  if (crews.length < 2) return crews[0] ?? [clinician];
  const judged = await Promise.all(crews.map((clinicians) => check([{ session: s.id, set: { ...set, clinicians } }])));
  const best = judged.map((j, i) => [j.legal ? j.cost : Infinity, i]).sort((a, b) => a[0] - b[0])[0];
  return crews[best[1]];
}
