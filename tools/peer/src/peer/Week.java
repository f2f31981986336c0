package peer;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A week of the simpler rule set as arrays. Time is counted in units of the grid on which all starts and lengths
 * lie; a day is at most 64 units, so that what is taken on it fits in one long.
 */
final class Week {
    static final List<String> WEEKDAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

    final Doc document;
    final LocalDate first;
    final int grid, open, units; // minutes a unit, minutes after midnight of unit 0, units a day
    final int days = 7;

    final List<Doc> types, clinicians, patients, rooms;
    final int[] length, minutes, least, most; // of each type; length in units
    final boolean[] group;
    final int[][] leaders; // clinicians who may lead the type; null: the patient's primary
    final int[] capacity, roomsOf; // of each class of equal rooms
    final boolean[][][] startOk; // [type][day][unit]: wholly inside opening hours
    final long[][][] clinicianOk; // [clinician][type][day]: starts inside availability
    final int[] dayMax, weekMax; // of each clinician, minutes

    final int[] primary, priority, daysMax, workMax, idleMax; // of each patient
    final int[][] need; // [patient][type]
    final long[][] bit; // [patient][type]: of the types that this patient needs, one each
    final long[][][] patientOk; // [patient][type][day]: starts without a hard commitment
    final int[][][] softCost; // [patient][type][day * units + unit]
    final int[][] apart; // patients never in a session with this one

    final int unmetWeight, idleWeight, dayWeight, groupWeight, softWeight;

    Week(Doc document) {
        this.document = document;
        document.only("week", "schema_version", "clinic", "session_types", "programs", "clinicians", "rooms", "patients", "apart", "weights");
        Doc clinic = document.doc("clinic");
        clinic.only("clinic", "id", "name", "timezone", "week_start", "slot_minutes", "opening_hours");
        first = LocalDate.parse(clinic.text("week_start"));
        types = document.docs("session_types");
        clinicians = document.docs("clinicians");
        patients = document.docs("patients");
        rooms = document.docs("rooms");
        Doc weights = document.has("weights") ? document.doc("weights") : new Doc(Map.of());
        unmetWeight = weights.number("unmet_care", 100);
        idleWeight = weights.number("idle", 1);
        dayWeight = weights.number("attended_day", 60);
        groupWeight = weights.number("facilitator_time", 4);
        softWeight = weights.number("soft_commitment", 2);
        if (weights.number("load_spread", 0) != 0) throw new IllegalArgumentException("this model prices no load_spread");

        grid = commonGrid(clinic);
        int from = 1440, to = 0;
        for (Doc w : clinic.docs("opening_hours")) {
            from = Math.min(from, Doc.clock(w.text("start")));
            to = Math.max(to, Doc.clock(w.text("end")));
        }
        open = from / grid * grid;
        units = (to - open + grid - 1) / grid;
        if (units > 64) throw new IllegalArgumentException("a day of more than 64 units of " + grid + " minutes");
        long[] opening = windows(clinic.docs("opening_hours"));

        int n = types.size();
        length = new int[n];
        minutes = new int[n];
        least = new int[n];
        most = new int[n];
        group = new boolean[n];
        leaders = new int[n][];
        startOk = new boolean[n][days][units];
        for (int t = 0; t < n; t++) readType(t, opening);

        Map<Integer, Integer> classes = new HashMap<>();
        for (Doc room : rooms) {
            room.only("room", "id", "name", "capacity");
            classes.merge(room.number("capacity", 0), 1, Integer::sum);
        }
        capacity = classes.keySet().stream().sorted().mapToInt(i -> i).toArray();
        roomsOf = new int[capacity.length];
        for (int k = 0; k < capacity.length; k++) roomsOf[k] = classes.get(capacity[k]);

        clinicianOk = new long[clinicians.size()][n][days];
        dayMax = new int[clinicians.size()];
        weekMax = new int[clinicians.size()];
        for (int c = 0; c < clinicians.size(); c++) readClinician(c);

        int p = patients.size();
        primary = new int[p];
        priority = new int[p];
        daysMax = new int[p];
        workMax = new int[p];
        idleMax = new int[p];
        need = new int[p][n];
        bit = new long[p][n];
        patientOk = new long[p][n][days];
        softCost = new int[p][n][days * units];
        for (int i = 0; i < p; i++) readPatient(i);
        apart = readApart();
    }

    private int commonGrid(Doc clinic) {
        int g = 0;
        for (Doc type : types) {
            g = gcd(g, type.number("minutes", 0));
            g = gcd(g, type.number("start_every_minutes", clinic.number("slot_minutes", 15)));
        }
        return g;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** Per day the units wholly inside some window (touching windows are one). */
    private long[] windows(List<Doc> windows) {
        long[] mask = new long[days];
        for (Doc w : windows)
            for (int d = 0; d < days; d++)
                if (w.texts("days").contains(weekday(d)))
                    for (int u = 0; u < units; u++)
                        if (Doc.clock(w.text("start")) <= open + u * grid && open + (u + 1) * grid <= Doc.clock(w.text("end")))
                            mask[d] |= 1L << u;
        return mask;
    }

    private String weekday(int day) {
        return WEEKDAYS.get(first.plusDays(day).getDayOfWeek().getValue() - 1);
    }

    private void readType(int t, long[] opening) {
        Doc type = types.get(t);
        type.only("session type", "id", "name", "mode", "minutes", "facilitators", "room", "start_every_minutes", "size", "windows");
        minutes[t] = type.number("minutes", 0);
        length[t] = minutes[t] / grid;
        group[t] = type.text("mode").equals("group");
        if (group[t] != type.has("room")) throw new IllegalArgumentException("groups take a room, other sessions none");
        if (group[t] && !type.doc("room").list("features").isEmpty()) throw new IllegalArgumentException("rooms without features only");
        least[t] = group[t] ? type.doc("size").number("min", 1) : 1;
        most[t] = group[t] ? type.doc("size").number("max", 1) : 1;
        List<Doc> facilitators = type.docs("facilitators");
        if (facilitators.size() != 1) throw new IllegalArgumentException("one facilitator a session");
        Doc facilitator = facilitators.get(0);
        if (!Boolean.TRUE.equals(facilitator.map().get("primary"))) {
            List<Integer> may = new ArrayList<>();
            for (int c = 0; c < clinicians.size(); c++) {
                List<String> wanted = facilitator.texts("credentials"), held = clinicians.get(c).texts("credentials");
                if (wanted.isEmpty() || wanted.stream().anyMatch(held::contains)) may.add(c);
            }
            leaders[t] = may.stream().mapToInt(i -> i).toArray();
        }
        long[] window = type.list("windows").isEmpty() ? opening : windows(type.docs("windows"));
        int every = type.number("start_every_minutes", grid);
        for (int d = 0; d < days; d++)
            for (int u = 0; u + length[t] <= units; u++)
                startOk[t][d][u] = inside(opening[d] & window[d], u, length[t]) && (open + u * grid) % every == 0;
    }

    static boolean inside(long mask, int unit, int length) {
        return (mask >>> unit & (1L << length) - 1) == (1L << length) - 1;
    }

    private void readClinician(int c) {
        Doc clinician = clinicians.get(c);
        clinician.only("clinician", "id", "name", "credentials", "availability", "max_day_minutes", "max_week_minutes");
        dayMax[c] = clinician.number("max_day_minutes", Integer.MAX_VALUE);
        weekMax[c] = clinician.number("max_week_minutes", Integer.MAX_VALUE);
        long[] free = windows(clinician.docs("availability"));
        for (int t = 0; t < types.size(); t++)
            for (int d = 0; d < days; d++)
                for (int u = 0; u < units; u++)
                    if (startOk[t][d][u] && inside(free[d], u, length[t])) clinicianOk[c][t][d] |= 1L << u;
    }

    private void readPatient(int p) {
        Doc patient = patients.get(p);
        patient.only("patient", "id", "program", "priority", "primary_clinician", "commitments", "requirements", "days", "max_idle_minutes", "day_care_minutes", "tags");
        Doc program = document.docs("programs").stream().filter(x -> x.text("id").equals(patient.text("program"))).findFirst().orElseThrow();
        program.only("program", "id", "name", "requirements", "day_care_minutes", "max_idle_minutes", "days");
        primary[p] = patient.has("primary_clinician") ? index(clinicians, patient.text("primary_clinician")) : -1;
        priority[p] = patient.number("priority", 1);
        Doc day = rule(patient, program, "day_care_minutes"), week = rule(patient, program, "days");
        day.only("day_care_minutes", "max");
        week.only("days", "max");
        workMax[p] = day.number("max", 1440);
        daysMax[p] = week.number("max", days);
        idleMax[p] = patient.number("max_idle_minutes", program.number("max_idle_minutes", 1440));
        List<Doc> requirements = patient.has("requirements") ? patient.docs("requirements") : program.docs("requirements");
        for (Doc r : requirements) {
            Doc sessions = r.doc("sessions");
            if (r.list("any_of").size() != 1 || sessions.number("min", 0) != sessions.number("max", -1))
                throw new IllegalArgumentException("requirements of one type with min = max only");
            need[p][index(types, r.texts("any_of").get(0))] = sessions.number("min", 0);
        }
        int span = days * 1440;
        boolean[] taken = new boolean[span];
        int[] soft = new int[span + 1];
        for (Doc c : patient.docs("commitments")) read(c, taken, soft);
        for (int m = 0; m < span; m++) soft[m + 1] += soft[m];
        int kinds = 0;
        for (int t = 0; t < types.size(); t++) {
            if (need[p][t] == 0) continue;
            if (kinds == 64) throw new IllegalArgumentException("a patient of more than 64 session types");
            bit[p][t] = 1L << kinds++;
            for (int d = 0; d < days; d++)
                for (int u = 0; u < units; u++) {
                    if (!startOk[t][d][u]) continue;
                    int from = d * 1440 + open + u * grid, to = from + minutes[t];
                    boolean free = true;
                    for (int m = from; m < to && free; m++) free = !taken[m];
                    if (!free) continue;
                    patientOk[p][t][d] |= 1L << u;
                    softCost[p][t][d * units + u] = softWeight * (soft[to] - soft[from]);
                }
        }
    }

    private static Doc rule(Doc patient, Doc program, String name) {
        return patient.has(name) ? patient.doc(name) : program.has(name) ? program.doc(name) : new Doc(Map.of());
    }

    /** Hard minutes into `taken` (widened by travel), weights of soft minutes into `soft`, shifted by one. */
    private void read(Doc c, boolean[] taken, int[] soft) {
        c.only("commitment", "id", "kind", "strength", "weight", "travel_minutes", "date", "days", "start", "end");
        int from = Doc.clock(c.text("start")), to = Doc.clock(c.text("end"));
        if (to <= from) to += 1440;
        boolean hard = !"soft".equals(c.text("strength"));
        int travel = hard ? c.number("travel_minutes", 0) : 0, weight = c.number("weight", 1);
        for (int d = -1; d < days; d++) {
            String date = first.plusDays(d).toString();
            if (c.has("date") ? !c.text("date").equals(date) : !c.texts("days").contains(weekday(d))) continue;
            for (int m = Math.max(0, d * 1440 + from - travel); m < Math.min(taken.length, d * 1440 + to + travel); m++)
                if (hard) taken[m] = true;
                else soft[m + 1] += weight;
        }
    }

    private int[][] readApart() {
        List<List<Integer>> of = new ArrayList<>();
        for (int p = 0; p < patients.size(); p++) of.add(new ArrayList<>());
        for (Object pair : document.list("apart")) {
            List<?> ids = (List<?>) pair;
            int a = index(patients, (String) ids.get(0)), b = index(patients, (String) ids.get(1));
            of.get(a).add(b);
            of.get(b).add(a);
        }
        return of.stream().map(l -> l.stream().mapToInt(i -> i).toArray()).toArray(int[][]::new);
    }

    static int index(List<Doc> docs, String id) {
        for (int i = 0; i < docs.size(); i++) if (docs.get(i).text("id").equals(id)) return i;
        throw new IllegalArgumentException("no such id: " + id);
    }
}
