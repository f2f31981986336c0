package peer;

import java.util.Arrays;
import java.util.List;

/**
 * The timetable's incremental state: who is where, what is taken, hard breaches and cost. Inserting and removing an
 * attendance are its only changes, so that score calculator and moves share it.
 */
final class Plan {
    final Week week;
    final Places all;
    final Place[] placeOf; // of each attendance
    final int[] patientOf, typeOf;
    final int[][] attendancesOf; // of each patient

    final int[][] members; // of each place, the first size[place] of the array
    final int[] size;
    private final int[] slot; // of each attendance in its place's members
    final Place[][] openOf; // of each type, the first openCount[type]
    final int[] openCount;
    private final int[] openSlot;

    private final byte[][] clinicianCount; // [clinician][day * units + unit]
    final long[][] clinicianMask; // [clinician][day]
    final int[][] clinicianDay;
    final int[] clinicianWeek;
    private final byte[][] roomCount;
    final long[][] roomFull; // [class][day]: units without a free room

    final long[][] dayMask; // [patient][day]
    final long[][] dayTypes; // a bit a type
    final int[][] dayWork;
    private final int[][] dayCost, dayHard;
    final int[] daysUsed;

    long hard, cost;

    Plan(Week week, Places all, List<Attendance> attendances) {
        this.week = week;
        this.all = all;
        int n = attendances.size(), patients = week.patients.size(), clinicians = week.clinicians.size();
        placeOf = new Place[n];
        patientOf = new int[n];
        typeOf = new int[n];
        slot = new int[n];
        int[] count = new int[patients];
        for (Attendance a : attendances) {
            patientOf[a.index] = a.patient;
            typeOf[a.index] = a.type;
            count[a.patient]++;
        }
        attendancesOf = new int[patients][];
        for (int p = 0; p < patients; p++) attendancesOf[p] = new int[count[p]];
        for (int a = n - 1; a >= 0; a--) attendancesOf[patientOf[a]][--count[patientOf[a]]] = a;
        members = new int[all.list.size()][];
        size = new int[all.list.size()];
        openSlot = new int[all.list.size()];
        openOf = new Place[week.types.size()][16];
        openCount = new int[week.types.size()];
        clinicianCount = new byte[clinicians][week.days * week.units];
        clinicianMask = new long[clinicians][week.days];
        clinicianDay = new int[clinicians][week.days];
        clinicianWeek = new int[clinicians];
        roomCount = new byte[week.capacity.length][week.days * week.units];
        roomFull = new long[week.capacity.length][week.days];
        dayMask = new long[patients][week.days];
        dayTypes = new long[patients][week.days];
        dayWork = new int[patients][week.days];
        dayCost = new int[patients][week.days];
        dayHard = new int[patients][week.days];
        daysUsed = new int[patients];
        for (int a = 0; a < n; a++) cost += unmet(a);
        for (Attendance a : attendances) if (a.getPlace() != null) insert(a.index, a.getPlace());
    }

    int unmet(int a) {
        return week.unmetWeight * week.priority[patientOf[a]] * week.minutes[typeOf[a]];
    }

    int seats(Place place) {
        int most = week.most[place.type];
        return place.roomClass < 0 ? most : Math.min(most, week.capacity[place.roomClass]);
    }

    void insert(int a, Place place) {
        int p = patientOf[a], i = place.index;
        placeOf[a] = place;
        if (size[i] == 0) opened(place);
        hard -= sizeHard(place);
        if (members[i] == null) members[i] = new int[4];
        if (members[i].length == size[i]) members[i] = Arrays.copyOf(members[i], 2 * size[i]);
        for (int q : week.apart[p]) hard += at(q, place);
        members[i][size[i]] = a;
        slot[a] = size[i]++;
        hard += sizeHard(place);
        cost += week.softCost[p][place.type][place.day * week.units + place.unit] - unmet(a);
        if ((week.patientOk[p][place.type][place.day] >>> place.unit & 1) == 0) hard++;
        renewDay(p, place.day);
    }

    void remove(int a) {
        Place place = placeOf[a];
        int p = patientOf[a], i = place.index;
        placeOf[a] = null;
        hard -= sizeHard(place);
        int last = members[i][--size[i]];
        members[i][slot[a]] = last;
        slot[last] = slot[a];
        for (int q : week.apart[p]) hard -= at(q, place);
        hard += sizeHard(place);
        if (size[i] == 0) closed(place);
        cost -= week.softCost[p][place.type][place.day * week.units + place.unit] - unmet(a);
        if ((week.patientOk[p][place.type][place.day] >>> place.unit & 1) == 0) hard--;
        renewDay(p, place.day);
    }

    /** How often a patient is in the place's session. */
    int at(int patient, Place place) {
        int times = 0;
        for (int i = 0; i < size[place.index]; i++) if (patientOf[members[place.index][i]] == patient) times++;
        return times;
    }

    private int sizeHard(Place place) {
        int n = size[place.index];
        return n == 0 ? 0 : Math.max(0, n - seats(place)) + Math.max(0, week.least[place.type] - n);
    }

    private void opened(Place place) {
        int t = place.type, c = place.clinician, d = place.day, k = place.roomClass;
        if (openOf[t].length == openCount[t]) openOf[t] = Arrays.copyOf(openOf[t], 2 * openCount[t]);
        openOf[t][openCount[t]] = place;
        openSlot[place.index] = openCount[t]++;
        if (week.group[t]) cost += week.groupWeight * week.minutes[t];
        hard -= overload(c, d);
        clinicianDay[c][d] += week.minutes[t];
        clinicianWeek[c] += week.minutes[t];
        hard += overload(c, d);
        for (int u = place.unit; u < place.unit + place.length; u++) {
            int at = d * week.units + u;
            if (clinicianCount[c][at]++ > 0) hard++;
            if (k >= 0 && ++roomCount[k][at] > week.roomsOf[k]) hard++;
            if (k >= 0 && roomCount[k][at] >= week.roomsOf[k]) roomFull[k][d] |= 1L << u;
        }
        clinicianMask[c][d] |= place.mask;
    }

    private void closed(Place place) {
        int t = place.type, c = place.clinician, d = place.day, k = place.roomClass;
        Place last = openOf[t][--openCount[t]];
        openOf[t][openSlot[place.index]] = last;
        openSlot[last.index] = openSlot[place.index];
        if (week.group[t]) cost -= week.groupWeight * week.minutes[t];
        hard -= overload(c, d);
        clinicianDay[c][d] -= week.minutes[t];
        clinicianWeek[c] -= week.minutes[t];
        hard += overload(c, d);
        for (int u = place.unit; u < place.unit + place.length; u++) {
            int at = d * week.units + u;
            if (--clinicianCount[c][at] > 0) hard--;
            else clinicianMask[c][d] &= ~(1L << u);
            if (k >= 0 && --roomCount[k][at] >= week.roomsOf[k]) hard--;
            if (k >= 0 && roomCount[k][at] < week.roomsOf[k]) roomFull[k][d] &= ~(1L << u);
        }
    }

    private int overload(int c, int d) {
        return Math.max(0, clinicianDay[c][d] - week.dayMax[c]) + Math.max(0, clinicianWeek[c] - week.weekMax[c]);
    }

    private void renewDay(int p, int d) {
        cost -= dayCost[p][d];
        hard -= dayHard[p][d] + Math.max(0, daysUsed[p] - week.daysMax[p]);
        if (dayMask[p][d] != 0) daysUsed[p]--;
        long mask = 0;
        long types = 0;
        int work = 0, breaches = 0;
        for (int a : attendancesOf[p]) {
            Place place = placeOf[a];
            if (place == null || place.day != d) continue;
            if ((mask & place.mask) != 0) breaches++;
            if ((types & week.bit[p][place.type]) != 0) breaches++;
            mask |= place.mask;
            types |= week.bit[p][place.type];
            work += week.minutes[place.type];
        }
        int idle = idle(mask);
        if (idle > week.idleMax[p]) breaches++;
        if (work > week.workMax[p]) breaches++;
        dayMask[p][d] = mask;
        dayTypes[p][d] = types;
        dayWork[p][d] = work;
        dayCost[p][d] = mask == 0 ? 0 : week.dayWeight + week.idleWeight * idle;
        dayHard[p][d] = breaches;
        if (mask != 0) daysUsed[p]++;
        cost += dayCost[p][d];
        hard += dayHard[p][d] + Math.max(0, daysUsed[p] - week.daysMax[p]);
    }

    /** Minutes between first and last that are not taken. */
    int idle(long mask) {
        if (mask == 0) return 0;
        int span = 64 - Long.numberOfLeadingZeros(mask) - Long.numberOfTrailingZeros(mask);
        return (span - Long.bitCount(mask)) * week.grid;
    }

    static final int NEVER = Integer.MAX_VALUE;

    /** What it would cost this patient to attend there, unmet care aside; NEVER where a rule forbids it. Seats are not asked. */
    int price(int p, int t, int d, int u, long mask) {
        if ((week.patientOk[p][t][d] >>> u & 1) == 0) return NEVER;
        long taken = dayMask[p][d];
        if ((taken & mask) != 0 || (dayTypes[p][d] & week.bit[p][t]) != 0) return NEVER;
        if (dayWork[p][d] + week.minutes[t] > week.workMax[p]) return NEVER;
        int soft = week.softCost[p][t][d * week.units + u];
        if (taken == 0) return daysUsed[p] < week.daysMax[p] ? soft + week.dayWeight : NEVER;
        int idle = idle(taken | mask);
        return idle > week.idleMax[p] ? NEVER : soft + week.idleWeight * (idle - idle(taken));
    }

    boolean separate(int p, Place place) {
        for (int q : week.apart[p]) if (at(q, place) > 0) return false;
        return true;
    }

    boolean clinicianFree(int c, int t, int d, int u, long mask) {
        return (week.clinicianOk[c][t][d] >>> u & 1) != 0
                && (clinicianMask[c][d] & mask) == 0
                && clinicianDay[c][d] + week.minutes[t] <= week.dayMax[c]
                && clinicianWeek[c] + week.minutes[t] <= week.weekMax[c];
    }
}
