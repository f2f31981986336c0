package peer;

import ai.timefold.solver.core.api.score.director.ScoreDirector;
import ai.timefold.solver.core.api.solver.phase.PhaseCommand;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Greedy: again and again the group that most of those who still lack its type can attend, then everybody else. */
public final class Construction implements PhaseCommand<Timetable> {
    private int[][] wanting; // attendances of each type, a patient's together

    @Override
    public void changeWorkingSolution(ScoreDirector<Timetable> director, BooleanSupplier terminated) {
        Timetable timetable = director.getWorkingSolution();
        Plan plan = timetable.plan;
        wanting = new int[timetable.week.types.size()][];
        for (int t = 0; t < wanting.length; t++) {
            int type = t;
            wanting[t] = IntStream.range(0, plan.typeOf.length).filter(a -> plan.typeOf[a] == type).toArray();
        }
        Draft draft = new Draft(plan, new Random(1));
        while (!terminated.getAsBoolean() && openLargest(plan, draft)) {}
        for (int a = 0; a < plan.placeOf.length; a++) if (plan.placeOf[a] == null) draft.loosen(a);
        draft.settle();
        draft.change().doMoveOnly(director);
        director.triggerVariableListeners();
    }

    private boolean openLargest(Plan plan, Draft draft) {
        Week week = plan.week;
        Place best = null;
        int most = 0;
        for (int t = 0; t < week.types.size(); t++) {
            if (!week.group[t]) continue;
            for (int d = 0; d < week.days; d++)
                for (int u = 0; u < week.units; u++) {
                    Place place = vacant(plan, draft, t, d, u);
                    if (place == null) continue;
                    int come = Math.min(plan.seats(place), candidates(plan, place, null));
                    int value = come * week.minutes[t];
                    if (come >= week.least[t] && value > most) {
                        most = value;
                        best = place;
                    }
                }
        }
        if (best == null) return false;
        int[] who = new int[plan.placeOf.length];
        int n = candidates(plan, best, who);
        long[] order = new long[n];
        for (int i = 0; i < n; i++) {
            Place p = best;
            int price = plan.price(plan.patientOf[who[i]], p.type, p.day, p.unit, p.mask);
            order[i] = ((long) price << 32) + who[i];
        }
        Arrays.sort(order);
        for (int i = 0; i < n && plan.size[best.index] < plan.seats(best); i++)
            if (plan.separate(plan.patientOf[(int) order[i]], best)) draft.put((int) order[i], best);
        if (plan.size[best.index] >= week.least[best.type]) return true;
        for (int i = plan.size[best.index]; i > 0; i--) draft.take(plan.members[best.index][i - 1]);
        return false;
    }

    /** The largest free room. */
    private static Place vacant(Plan plan, Draft draft, int t, int d, int u) {
        Week week = plan.week;
        if (!week.startOk[t][d][u]) return null;
        long mask = ((1L << week.length[t]) - 1) << u;
        int c = draft.leader(-1, t, d, u, mask);
        for (int k = week.capacity.length - 1; c >= 0 && k >= 0; k--)
            if ((plan.roomFull[k][d] & mask) == 0) {
                Place place = plan.all.at(t, d, u, c, k);
                return plan.size[place.index] == 0 ? place : null;
            }
        return null;
    }

    /** One attendance a patient who lacks the type and can come. */
    private int candidates(Plan plan, Place place, int[] into) {
        int n = 0, last = -1;
        for (int a : wanting[place.type]) {
            int p = plan.patientOf[a];
            if (p == last || plan.placeOf[a] != null) continue;
            last = p;
            if (plan.price(p, place.type, place.day, place.unit, place.mask) == Plan.NEVER) continue;
            if (into != null) into[n] = a;
            n++;
        }
        return n;
    }
}
