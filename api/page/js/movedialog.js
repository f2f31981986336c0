// Moving by clicks alone: the best places first, or any day, time, room and clinicians with the verdict live.

import { apply, check, targetsOf } from "./changing.js";
import { button, dialog, field, fresh, h, icon, refill, select } from "./dom.js";
import { tellRefusal } from "./frame.js";
import { state } from "./state.js";
import { clockText, minutesOf } from "./week.js";
import { longDay, number, span, t, termed } from "./words.js";
import { verdictWords } from "./moving.js";

const mark = (verdict) => icon(verdict === "hard" ? "cross" : verdict === "soft" ? "warn" : "check");

function best(week, s, targets) {
  const out = [];
  for (const target of targets) {
    const options = [[target, {}], ...Object.entries(target.rooms ?? {}).filter(([r]) => r !== s.room).map(([room, v]) => [v, { room }])];
    const fit = options.filter(([v]) => v.verdict !== "hard").sort((a, b) => a[0].cost - b[0].cost)[0];
    if (fit && !(target.start.slice(0, 16) === s.raw.start.slice(0, 16) && !fit[1].room)) out.push({ start: target.start.slice(0, 16), ...fit[1], verdict: fit[0] });
  }
  return out.sort((a, b) => a.verdict.cost - b.verdict.cost || (a.start < b.start ? -1 : 1)).slice(0, 8);
}

export async function moveDialog(s) {
  const { week } = state;
  const verdict = h("p", { class: "verdict-line", role: "status" }, t("checking"));
  const choices = h("ul", { class: "best", "aria-label": t("bestPlaces") }, h("li", {}, t("checking")));
  const now = { day: s.day, minute: s.from, room: s.room ?? "", clinicians: [...s.clinicians] };
  const days = week.days.map((d) => [d, longDay(week.dates[d])]);
  const every = s.type?.start_every_minutes ?? week.slot;
  const starts = [];
  for (let m = week.range[0]; m < week.range[1]; m += every) starts.push([m, span(m, m + s.to - s.from)]);
  if (!starts.some(([m]) => m === s.from)) starts.push([s.from, span(s.from, s.to)]);
  const daySelect = select(days, now.day, (v) => { now.day = Number(v); judge(); });
  const startSelect = select(starts, now.minute, (v) => { now.minute = Number(v); judge(); });
  const roomSelect = s.type?.room && select([...week.rooms.values()].map((r) => [r.id, r.name || r.id]), now.room, (v) => { now.room = v; judge(); });
  const everybody = [...week.clinicians.values()].map((c) => [c.id, c.name || c.id]);
  const leaders = s.clinicians.map((c, i) => select(everybody, c, (v) => { now.clinicians[i] = v; judge(); }));
  const movesNow = () => {
    const set = { start: `${week.dates[now.day]}T${clockText(now.minute)}`, clinicians: now.clinicians };
    if (roomSelect) set.room = now.room;
    return [{ session: s.id, set }];
  };
  const same = () => now.day === s.day && now.minute === s.from && now.room === (s.room ?? "") && now.clinicians.join() === s.clinicians.join();
  const save = button(t("moveHere"), async () => {
    box.close();
    const at = `${longDay(week.dates[now.day])} ${span(now.minute, now.minute + s.to - s.from)}`;
    await apply({ moves: movesNow() }, t("saidMoved", { what: s.name, at }));
  }, { class: "primary", disabled: true });
  let turn = 0;
  async function judge() {
    const mine = ++turn;
    save.disabled = true;
    refill(verdict, t("checking"));
    try {
      const found = await check(movesNow());
      if (mine !== turn) return;
      const kind = found.legal ? (found.cost > 0 ? "soft" : "fits") : "hard";
      const costs = found.terms.filter((x) => x.cost > 0).map((x) => t("costs", { term: termed("term", x.term), units: number(x.units) }));
      const words = kind === "hard" ? { verdict: kind, reasons: found.new } : { verdict: kind, cost: found.cost, reasons: costs.map((text) => ({ text })) };
      verdict.className = `verdict-line verdict-${kind}`;
      refill(verdict, mark(kind), verdictWords(words));
      save.disabled = !found.legal || same();
    } catch (refusal) { tellRefusal(refusal); }
  }
  const { box } = dialog(t("moveTitle", { what: s.name }), [
    h("p", {}, t("nowAt", { when: week.when(s), where: week.room(s.room) })),
    h("div", { class: "two" },
      h("section", {}, h("h3", {}, t("bestPlaces")), choices),
      h("section", {}, h("h3", {}, t("anyPlace")),
        h("div", { class: "fields" }, field(t("day"), daySelect), field(t("time"), startSelect), roomSelect && field(t("room"), roomSelect),
          leaders.map((l, i) => field(t("clinicianN", { n: leaders.length > 1 ? i + 1 : "" }), l))), verdict)),
  ], { wide: true, buttons: [(close) => button(t("cancel"), close), () => save] });
  const choose = (place) => {
    now.day = week.dates.indexOf(place.start.slice(0, 10));
    now.minute = minutesOf(place.start.slice(11));
    if (place.room) now.room = place.room;
    daySelect.value = now.day;
    startSelect.value = now.minute;
    if (roomSelect) roomSelect.value = now.room;
    judge();
  };
  try {
    judge();
    const { targets } = await targetsOf(s.id);
    const places = best(week, s, targets);
    refill(choices, places.length ? places.map((p) => h("li", {}, button([mark(p.verdict.verdict),
      h("b", {}, `${longDay(p.start.slice(0, 10))} ${span(minutesOf(p.start.slice(11)), minutesOf(p.start.slice(11)) + s.to - s.from)}`),
      p.room && h("span", {}, week.room(p.room)), h("small", {}, verdictWords(p.verdict))], () => choose(p)))) : h("li", {}, t("noOtherPlace")));
  } catch (refusal) { tellRefusal(refusal); }
}

/** One patient into another session of the same requirement. */
export async function movePatientDialog(s, patient) {
  const { week } = state;
  const person = week.patients.get(patient);
  const needs = person?.requirements ?? week.programs.get(person?.program)?.requirements ?? [];
  const kinds = needs.find((r) => r.any_of.includes(s.session_type))?.any_of ?? [s.session_type];
  const others = week.sessions.filter((x) => x.id !== s.id && kinds.includes(x.session_type) && x.type?.mode === "group" && !x.patients.includes(patient));
  const list = h("ul", { class: "best" });
  const id = fresh("who");
  const moves = (x) => [{ session: s.id, set: { remove: [patient] } }, ...(x ? [{ session: x.id, set: { add: [patient] } }] : [])];
  const { box } = dialog(t("movePersonTitle", { who: week.person(patient), what: s.name }),
    [h("p", { id }, t("movePersonWhy", { when: week.when(s) })), list], { wide: true, buttons: [(close) => button(t("cancel"), close)] });
  refill(list, [...others, null].map((x) => {
    const words = h("small", {}, t("checking"));
    const go = button([h("b", {}, x ? `${x.name}, ${week.when(x)}` : t("takeOut")), x && h("span", {}, week.seats(x)), words], async () => {
      box.close();
      await apply({ moves: moves(x) }, x ? t("saidMovedPerson", { who: week.person(patient), at: week.when(x) }) : t("saidTakenOut", { who: week.person(patient) }));
    }, { disabled: true });
    check(moves(x)).then((found) => {
      const kind = found.legal ? (found.cost > 0 ? "soft" : "fits") : "hard";
      const costs = found.terms.filter((y) => y.cost > 0).map((y) => ({ text: t("costs", { term: termed("term", y.term), units: number(y.units) }) }));
      refill(words, verdictWords({ verdict: kind, cost: found.cost, reasons: kind === "hard" ? found.new : costs }));
      go.prepend(mark(kind));
      go.disabled = !found.legal;
    }, tellRefusal);
    return h("li", {}, go);
  }));
}
