package peer;

import ai.timefold.solver.core.api.score.buildin.hardsoftlong.HardSoftLongScore;
import ai.timefold.solver.core.api.score.calculator.IncrementalScoreCalculator;

/** Timefold's view of the plan. */
public final class Score implements IncrementalScoreCalculator<Timetable, HardSoftLongScore> {
    private Plan plan;

    @Override
    public void resetWorkingSolution(Timetable timetable) {
        plan = new Plan(timetable.week, timetable.all, timetable.getAttendances());
        timetable.plan = plan;
    }

    @Override
    public void beforeVariableChanged(Object entity, String variable) {
        Attendance a = (Attendance) entity;
        if (a.getPlace() != null) plan.remove(a.index);
    }

    @Override
    public void afterVariableChanged(Object entity, String variable) {
        Attendance a = (Attendance) entity;
        if (a.getPlace() != null) plan.insert(a.index, a.getPlace());
    }

    @Override
    public HardSoftLongScore calculateScore() {
        return HardSoftLongScore.of(-plan.hard, -plan.cost);
    }

    @Override
    public void beforeEntityAdded(Object entity) {}

    @Override
    public void afterEntityAdded(Object entity) {}

    @Override
    public void beforeEntityRemoved(Object entity) {}

    @Override
    public void afterEntityRemoved(Object entity) {}
}
