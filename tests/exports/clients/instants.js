// Reads a calendar on standard input with ical.js and its own zones; writes the instants of every event.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
ICAL.TimezoneService.reset();
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);

const instant = (time) => new Date(time.toUnixTime() * 1000).toISOString();
const seen = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return [event.uid, instant(event.startDate), instant(event.endDate), event.summary, event.sequence];
});
console.log(JSON.stringify(seen));
