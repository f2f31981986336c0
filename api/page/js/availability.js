// When patients can come and clinicians work: one painter, saved at once.

import { get, has, part, put, Refusal } from "./calls.js";
import { choice, field, h, refill, say } from "./dom.js";
import { tellRefusal } from "./frame.js";
import { Painter } from "./painter.js";
import { clinicPath, may, note, rebuild, state } from "./state.js";
import { clock, t } from "./words.js";

export async function show(main, more) {
  const view = new AvailabilityView(main, more);
  await view.draw();
  return view;
}

class AvailabilityView {
  constructor(main, more) {
    this.main = main;
    this.of = more.of === "clinician" ? "clinician" : "patient";
    this.one = more.one;
    this.saving = Promise.resolve();
  }

  async draw() {
    const { week } = state;
    const everybody = week.resources(this.of);
    if (!everybody.some((r) => r.id === this.one)) this.one = everybody[0]?.id;
    note({ of: this.of, one: this.one ?? null });
    this.place = h("section", { class: "stage" });
    const names = h("div", { class: "who-list" });
    const listed = (text) => refill(names, everybody.filter((r) => `${r.label} ${r.id}`.toLowerCase().includes(text.toLowerCase())).map((r) =>
      h("button", { type: "button", class: "plain", "aria-current": r.id === this.one ? "true" : null, onclick: () => { this.one = r.id; this.draw(); } }, r.label)));
    listed("");
    refill(this.main, h("h1", {}, t("tab.availability")), h("div", { class: "side-nav" },
      h("div", { class: "who" }, choice(t("whose"), [["patient", t("patients")], ["clinician", t("clinicians")]], this.of, (of) => { this.of = of; this.one = null; this.draw(); }),
        field(t("filter"), h("input", { type: "search", oninput: (e) => listed(e.target.value) })), h("nav", { "aria-label": t(`by.${this.of}`) }, names)),
      this.place));
    if (this.one) await this.open();
    else refill(this.place, h("p", {}, t("nobodyYet")));
  }

  get path() {
    return this.of === "patient" ? `${clinicPath()}/patients/${part(this.one)}/commitments` : `${clinicPath()}/clinicians/${part(this.one)}/availability`;
  }

  async open() {
    const path = this.path;
    const { body, etag } = await get(path);
    if (path !== this.path) return; // somebody else was chosen meanwhile
    this.tag = etag;
    const { week } = state;
    const placed = week.by(this.of).get(this.one) ?? [];
    this.status = h("p", { class: "saved", role: "status" }, may("people") ? t("savesAtOnce") : t("readOnly"));
    this.painter = new Painter({ of: this.of, document: body, week, placed, onchange: (doc) => this.save(doc) });
    refill(this.place, h("div", { class: "options" }, h("div", { class: "row" }, h("h2", {}, t(`whenCan.${this.of}`, { who: week.resource(this.of, this.one) })), this.status),
      has("calendar") && may("people") && this.upload(), this.painter.node));
    if (!may("people")) this.painter.node.inert = true;
  }

  /** One save after the other, each with the version that the one before has made. */
  save(doc, media) {
    const path = this.path;
    refill(this.status, t("saving"));
    this.saving = this.saving.then(async () => {
      if (path !== this.path) return;
      try {
        const { body, etag } = await put(path, doc, { ifMatch: this.tag, media });
        this.tag = etag;
        this.keep(body);
        refill(this.status, t("savedAt", { at: clock(new Date().getHours() * 60 + new Date().getMinutes()) }));
        if (media) { await this.open(); say(t("calendarRead"), { kind: "good" }); }
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal;
        refill(this.status, t("notSaved"));
        if (refusal.status === 412) say(t("changedElsewhere"), { kind: "fault" });
        else tellRefusal(refusal);
        await this.open();
      }
    });
  }

  /** What is stored now is what the other views show; the clinic's version has grown with a clinician's hours. */
  keep(body) {
    if (this.of === "patient") Object.assign(state.people.find((p) => p.id === this.one) ?? {}, body);
    else {
      Object.assign(state.clinic.clinicians.find((c) => c.id === this.one) ?? {}, body);
      state.clinicTag = this.tag;
    }
    rebuild();
  }

  upload() {
    const input = h("input", { type: "file", accept: ".ics,text/calendar", onchange: async () => {
      const [file] = input.files;
      if (file) this.save(await file.text(), "text/calendar");
      input.value = "";
    } });
    return h("details", {}, h("summary", {}, t("fromCalendar")), field(t("calendarFile"), input, t("calendarHint")));
  }
}
