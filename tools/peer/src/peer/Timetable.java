package peer;

import ai.timefold.solver.core.api.domain.solution.PlanningEntityCollectionProperty;
import ai.timefold.solver.core.api.domain.solution.PlanningScore;
import ai.timefold.solver.core.api.domain.solution.PlanningSolution;
import ai.timefold.solver.core.api.domain.solution.cloner.SolutionCloner;
import ai.timefold.solver.core.api.domain.valuerange.ValueRangeProvider;
import ai.timefold.solver.core.api.score.buildin.hardsoftlong.HardSoftLongScore;
import java.util.ArrayList;
import java.util.List;

@PlanningSolution(solutionCloner = Timetable.Cloner.class)
public final class Timetable {
    Week week;
    Places all;
    Plan plan; // the incremental state of the working copy; set by the score calculator

    @PlanningEntityCollectionProperty private List<Attendance> attendances;
    @PlanningScore private HardSoftLongScore score;

    public Timetable() {}

    Timetable(Week week, Places all, List<Attendance> attendances) {
        this.week = week;
        this.all = all;
        this.attendances = attendances;
    }

    static Timetable empty(Week week) {
        List<Attendance> attendances = new ArrayList<>();
        for (int p = 0; p < week.patients.size(); p++)
            for (int t = 0; t < week.types.size(); t++)
                for (int k = 0; k < week.need[p][t]; k++)
                    attendances.add(new Attendance(attendances.size(), p, t, null));
        return new Timetable(week, new Places(week), attendances);
    }

    @ValueRangeProvider(id = "places")
    public List<Place> getPlaces() {
        return all.list;
    }

    public List<Attendance> getAttendances() {
        return attendances;
    }

    public void setAttendances(List<Attendance> attendances) {
        this.attendances = attendances;
    }

    public HardSoftLongScore getScore() {
        return score;
    }

    public void setScore(HardSoftLongScore score) {
        this.score = score;
    }

    /** Every new best is cloned: by hand it costs microseconds. */
    public static final class Cloner implements SolutionCloner<Timetable> {
        @Override
        public Timetable cloneSolution(Timetable original) {
            List<Attendance> copies = new ArrayList<>(original.attendances.size());
            for (Attendance a : original.attendances) copies.add(new Attendance(a.index, a.patient, a.type, a.getPlace()));
            Timetable copy = new Timetable(original.week, original.all, copies);
            copy.score = original.score;
            return copy;
        }
    }
}
