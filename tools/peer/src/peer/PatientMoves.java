package peer;

import java.util.Random;

/** Moves that begin with a patient: one session elsewhere, two exchanged, some or all of a week planned anew. */
final class PatientMoves {
    private final Draft draft;
    private final Plan plan;
    private final Week week;
    private final Random random;
    private final Place[] possible;

    PatientMoves(Draft draft) {
        this.draft = draft;
        plan = draft.plan;
        week = draft.week;
        random = draft.random;
        possible = new Place[week.days * week.units + 4096];
    }

    void tryOne() {
        int roll = random.nextInt(100);
        if (roll < 45) elsewhere();
        else if (roll < 65) exchange();
        else if (roll < 85) someSessions();
        else if (roll < 92) oneDay();
        else severalPatients();
    }

    private int any() {
        int n = plan.placeOf.length;
        int a = random.nextInt(n);
        if (random.nextInt(8) != 0) return a;
        for (int i = 0; i < n; i++) { // somebody who has none
            int b = (a + i) % n;
            if (plan.placeOf[b] == null) return b;
        }
        return a;
    }

    /** One session to any place that is possible. */
    private void elsewhere() {
        int a = any(), p = plan.patientOf[a], t = plan.typeOf[a];
        Place was = plan.placeOf[a];
        if (was != null) draft.take(a);
        int n = 0;
        if (week.group[t]) {
            for (int i = 0; i < plan.openCount[t]; i++) {
                Place place = plan.openOf[t][i];
                if (place != was
                        && plan.size[place.index] < plan.seats(place)
                        && plan.price(p, t, place.day, place.unit, place.mask) != Plan.NEVER
                        && plan.separate(p, place)) possible[n++] = place;
            }
        } else {
            for (int d = 0; d < week.days; d++)
                for (long starts = week.patientOk[p][t][d]; starts != 0; starts &= starts - 1) {
                    int u = Long.numberOfTrailingZeros(starts);
                    long mask = ((1L << week.length[t]) - 1) << u;
                    if (plan.price(p, t, d, u, mask) == Plan.NEVER) continue;
                    int c = draft.leader(p, t, d, u, mask);
                    if (c >= 0 && plan.all.at(t, d, u, c, -1) != was) possible[n++] = plan.all.at(t, d, u, c, -1);
                }
        }
        if (n > 0) draft.put(a, possible[random.nextInt(n)]);
        else draft.loosen(a);
        draft.settle();
    }

    /** Two patients exchange their groups. */
    private void exchange() {
        int a = random.nextInt(plan.placeOf.length), t = plan.typeOf[a];
        Place here = plan.placeOf[a];
        if (here == null || !week.group[t] || plan.openCount[t] < 2) {
            elsewhere();
            return;
        }
        Place there = plan.openOf[t][random.nextInt(plan.openCount[t])];
        int b = plan.members[there.index][random.nextInt(plan.size[there.index])];
        int p = plan.patientOf[a], q = plan.patientOf[b];
        if (there == here || p == q) return;
        draft.take(a);
        draft.take(b);
        boolean fits = plan.price(p, t, there.day, there.unit, there.mask) != Plan.NEVER && plan.separate(p, there);
        if (fits) draft.put(a, there);
        else draft.loosen(a);
        if (plan.price(q, t, here.day, here.unit, here.mask) != Plan.NEVER && plan.separate(q, here)
                && plan.size[here.index] < plan.seats(here) && stays(here)) draft.put(b, here);
        else draft.loosen(b);
        draft.settle();
    }

    /** A place whose session ended meanwhile may be somebody else's. */
    private boolean stays(Place place) {
        return plan.size[place.index] > 0;
    }

    private void someSessions() {
        int a = any(), p = plan.patientOf[a];
        int[] own = plan.attendancesOf[p];
        int odds = 1 + random.nextInt(4);
        draft.loosen(a);
        for (int b : own) if (b != a && random.nextInt(4) < odds) draft.loosen(b);
        draft.settle();
    }

    /** A day of a patient is given up. */
    private void oneDay() {
        int p = plan.patientOf[any()];
        int d = random.nextInt(week.days);
        for (int i = 0; i < week.days && plan.dayMask[p][d] == 0; i++) d = (d + 1) % week.days;
        for (int a : plan.attendancesOf[p])
            if (plan.placeOf[a] == null || plan.placeOf[a].day == d) draft.loosen(a);
        draft.settle();
    }

    private void severalPatients() {
        int a = any();
        for (int i = 0, n = 2 + random.nextInt(2); i < n; i++) {
            for (int b : plan.attendancesOf[plan.patientOf[a]]) draft.loosen(b);
            Place place = plan.openCount[plan.typeOf[a]] == 0 ? null
                    : plan.openOf[plan.typeOf[a]][random.nextInt(plan.openCount[plan.typeOf[a]])];
            a = place == null ? random.nextInt(plan.placeOf.length)
                    : plan.members[place.index][random.nextInt(plan.size[place.index])];
        }
        draft.settle();
    }
}
