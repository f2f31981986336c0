// Drawing sessions: columns with a time axis for a day or one resource's week, lines for a whole week.

import { fill, h, icon } from "./dom.js";
import { clock, dayAndDate, hourLabel, longDay, shortDay, span, t } from "./words.js";

const SMALLEST = 24; // pixels: no card is a smaller target (WCAG 2.5.8)
const LINE = 15.2; // pixels of a card's line, and of what is above and below them all
const EDGES = 8;

const marks = (s) => [
  s.pinned && icon("pin"),
  s.type?.delivery === "telehealth" && icon("video"),
];

/** Who or where, besides the line or column that the card is in. */
function about(week, s, what) {
  const lines = [];
  if (what !== "clinician" && s.clinicians.length) lines.push(s.clinicians.map((c) => week.clinician(c)).join(", "));
  if (what !== "room" && s.room) lines.push(week.room(s.room));
  if (what !== "patient") lines.push(s.type?.mode === "group" ? week.seats(s) : s.patients.map((p) => week.person(p)).join(", "));
  return lines;
}

/** As many lines as fit; what is too much stands on the last of them. */
const fitted = (texts, lines) => (texts.length <= lines ? texts : [...texts.slice(0, lines - 1), texts.slice(lines - 1).join(" · ")]);

export function card(week, s, what, line, more = 3) {
  s.label ??= week.label(s);
  return h("button", {
    type: "button", class: `card kind-${s.kind}`, tabindex: "-1", title: s.label, "aria-label": s.label,
    data: { session: s.id, line, at: s.day * 1440 + s.from },
  }, h("span", { class: "card-name" }, marks(s), h("span", { class: "code" }, week.codes.get(s.session_type)), h("span", { class: "name" }, s.name)), h("span", { class: "card-time" }, span(s.from, s.to)), h("span", { class: "card-time start" }, hourShort(s.from)),
    fitted(about(week, s, what), more).map((text) => h("span", { class: "card-more" }, text)));
}

function chip(week, s, line) {
  s.label ??= week.label(s);
  const node = document.createElement("button");
  node.type = "button";
  node.className = `card chip kind-${s.kind}`;
  node.tabIndex = -1;
  node.title = s.label;
  node.setAttribute("aria-label", s.label);
  Object.assign(node.dataset, { session: s.id, line, at: s.day * 1440 + s.from });
  const code = document.createElement("b");
  code.textContent = week.codes.get(s.session_type) ?? s.session_type.slice(0, 3);
  node.append(...marks(s).filter(Boolean), code, hourShort(s.from));
  return node;
}

const shorts = new Map();
/** A start for a chip: "9", "9:30", "13:15"; the full time is in its label. */
function hourShort(minutes) {
  if (!shorts.has(minutes)) {
    const half = clock(minutes).replace(/\s?([ap])\.?\s?m\.?/i, (_, letter) => letter.toLowerCase());
    shorts.set(minutes, half.replace(/:00(?=[ap])/, ""));
  }
  return shorts.get(minutes);
}

/** Cards that would touch on the screen stand side by side. */
function lanes(sessions, minute) {
  const placed = [];
  let cluster = [];
  let end = -1;
  const close = () => {
    const width = Math.max(1, ...cluster.map((c) => c.lane + 1));
    for (const c of cluster) c.of = width;
    cluster = [];
  };
  for (const s of [...sessions].sort((a, b) => a.from - b.from || b.to - a.to)) {
    const to = Math.max(s.to, s.from + SMALLEST / minute);
    if (s.from >= end - 0.01) close();
    const taken = new Set(cluster.filter((c) => c.to > s.from + 0.01).map((c) => c.lane));
    let lane = 0;
    while (taken.has(lane)) lane += 1;
    const c = { s, to, lane, of: 1 };
    cluster.push(c);
    placed.push(c);
    end = Math.max(end, to);
  }
  close();
  return placed;
}

/** Columns over one time axis. Each column: {day, what, id, label, sessions, free, head?}. */
export function columns(week, cols, name) {
  const [from, to] = week.range;
  const room = Math.max(420, innerHeight - 250);
  const minute = Math.min(1.7, Math.max(0.9, room / (to - from)));
  const made = h("div", {
    class: "columns", role: "group", "aria-label": name, vars: { "--minute": `${minute}px`, "--span": to - from, "--columns": cols.length },
    data: { shape: "columns" },
  });
  const axis = h("div", { class: "axis", "aria-hidden": "true" });
  for (let m = from; m < to; m += 60) axis.append(h("span", { vars: { "--at": m - from } }, hourLabel(m)));
  const heads = cols.map((c) => h("div", { class: "column-head" }, c.head ?? c.label));
  const drawn = [];
  fill(made, h("div", { class: "corner" }), heads, axis);
  const add = (a, b) => fill(made, cols.slice(a, b).map((c, i) => drawn[a + i] = column(week, c, a + i, minute)));
  inPieces(cols.length, 24, add);
  made.place = (x, y) => {
    const box = drawn.find((c) => c && x >= c.getBoundingClientRect().left && x < c.getBoundingClientRect().right);
    if (!box) return null;
    return { column: cols[Number(box.dataset.line)], box, minute: from + (y - box.getBoundingClientRect().top) / minute };
  };
  made.parts = () => drawn.map((box, i) => ({ box, ...cols[i] }));
  return made;
}

function column(week, c, line, minute) {
  const [from] = week.range;
  const list = h("ul", { class: "column", "aria-label": c.label, data: { line } });
  for (const [a, b] of c.blocked) list.append(h("li", { class: "blocked", "aria-hidden": "true", vars: { "--from": a - from, "--long": b - a } }));
  for (const { s, lane, of } of lanes(c.sessions, minute)) {
    // Below its name and its time; one line less than that is shared with the time.
    const more = Math.floor(((s.to - s.from) * minute - EDGES) / LINE) - 2;
    const made = card(week, s, c.what, line, Math.max(1, more));
    if (more < 1) made.classList.add(more < 0 ? "tight" : "packed");
    if (of > 1) made.classList.add("thin");
    list.append(h("li", { class: "slot", vars: { "--from": s.from - from, "--long": s.to - s.from, "--lane": lane, "--lanes": of } }, made));
  }
  return list;
}

/** A line for each resource, days across. Each line: {id, label, head, sessions}. */
export function lines(week, rows, what, name) {
  const days = week.days;
  const made = h("div", {
    class: "lines", role: "table", "aria-label": name, vars: { "--days": days.length }, data: { shape: "lines" },
    "aria-rowcount": rows.length + 1,
  });
  made.append(h("div", { class: "line line-top", role: "row" },
    h("div", { class: "line-head", role: "columnheader" }, t(`by.${what}`)),
    days.map((d) => h("div", { class: "cell-head", role: "columnheader" },
      h("a", { href: "#", data: { day: d }, title: t("showDay", { day: longDay(week.dates[d]) }) }, dayAndDate(week.dates[d]))))));
  const body = h("div", { role: "rowgroup", class: "line-group" });
  made.append(body);
  inPieces(rows.length, 30, (a, b) => fill(body, rows.slice(a, b).map((row, i) => lineOf(week, row, days, a + i))));
  return made;
}

function lineOf(week, row, days, line) {
  const perDay = new Map(days.map((d) => [d, []]));
  for (const s of row.sessions) perDay.get(s.day)?.push(s);
  const cells = days.map((d) => {
    const cell = h("div", { class: "cell", role: "cell", data: { day: d, line, resource: row.id } });
    for (const s of perDay.get(d)) cell.append(chip(week, s, line));
    return cell;
  });
  return h("div", { class: "line", role: "row" }, h("div", { class: "line-head", role: "rowheader" }, row.head), cells);
}

/** The first screenful at once, the rest in pieces between frames, so that the page answers meanwhile. */
function inPieces(count, first, add) {
  add(0, Math.min(first, count));
  let at = first;
  const next = () => {
    const until = performance.now() + 12;
    while (at < count && performance.now() < until) { add(at, Math.min(at + 10, count)); at += 10; }
    if (at < count) requestAnimationFrame(next);
    else dispatchEvent(new Event("drawn"));
  };
  if (at < count) requestAnimationFrame(next);
  else queueMicrotask(() => dispatchEvent(new Event("drawn")));
}

export const dayHead = (week, day) => [h("b", {}, shortDay(week.dates[day])), ` ${dayAndDate(week.dates[day]).replace(shortDay(week.dates[day]), "").replace(/^[,\s]+/, "")}`];

export const legend = (kinds) =>
  h("ul", { class: "legend", "aria-label": t("legend") }, kinds.map((kind) =>
    h("li", {}, h("span", { class: `swatch kind-${kind}`, "aria-hidden": "true" }), t(`kind.${kind}`))),
    h("li", {}, icon("pin"), t("pinned")), h("li", {}, icon("video"), t("telehealth")));
