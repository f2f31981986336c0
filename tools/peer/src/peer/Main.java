package peer;

import ai.timefold.solver.core.api.solver.SolverFactory;
import ai.timefold.solver.core.config.heuristic.selector.move.factory.MoveIteratorFactoryConfig;
import ai.timefold.solver.core.config.localsearch.LocalSearchPhaseConfig;
import ai.timefold.solver.core.config.localsearch.decider.acceptor.LocalSearchAcceptorConfig;
import ai.timefold.solver.core.config.localsearch.decider.forager.LocalSearchForagerConfig;
import ai.timefold.solver.core.config.phase.custom.CustomPhaseConfig;
import ai.timefold.solver.core.config.score.director.ScoreDirectorFactoryConfig;
import ai.timefold.solver.core.config.solver.EnvironmentMode;
import ai.timefold.solver.core.config.solver.SolverConfig;
import ai.timefold.solver.core.config.solver.termination.TerminationConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** peer.Main WEEK.json OUT.json SECONDS [late|annealing] [seed]; the seconds count from the start of the process. */
public final class Main {
    private static final long WRITING = 250; // milliseconds kept for the last step, the answer and the end of the process

    private Main() {}

    public static void main(String[] words) throws IOException {
        long began = ProcessHandle.current().info().startInstant().orElseThrow().toEpochMilli();
        Week week = new Week(Doc.of(Json.read(Files.readString(Path.of(words[0])))));
        boolean annealing = words.length > 3 && words[3].equals("annealing");
        long seed = words.length > 4 ? Long.parseLong(words[4]) : 0;
        long left = began + Math.round(1000 * Double.parseDouble(words[2])) - WRITING - System.currentTimeMillis();
        var solver = SolverFactory.<Timetable>create(config(annealing, seed, left)).buildSolver();
        if (Boolean.getBoolean("peer.tell"))
            solver.addEventListener(e -> {
                if (System.currentTimeMillis() - told > 1000) {
                    told = System.currentTimeMillis();
                    System.err.printf("%.1f s: %s%n", (told - began) / 1000.0, e.getNewBestScore());
                }
            });
        Timetable best = solver.solve(Timetable.empty(week));
        System.err.println(best.getScore() + " after " + (System.currentTimeMillis() - began) + " ms");
        if (best.getScore().hardScore() < 0) throw new IllegalStateException("the best timetable breaks hard rules");
        Files.writeString(Path.of(words[1]), Answer.of(best));
        System.exit(0);
    }

    private static long told;

    private static SolverConfig config(boolean annealing, long seed, long milliseconds) {
        var acceptor = new LocalSearchAcceptorConfig();
        if (annealing) acceptor.setSimulatedAnnealingStartingTemperature(System.getProperty("peer.temperature", "0hard/150soft"));
        else acceptor.setLateAcceptanceSize(Integer.getInteger("peer.late", 400));
        var moves = new MoveIteratorFactoryConfig().withMoveIteratorFactoryClass(Moves.class);
        var search = new LocalSearchPhaseConfig()
                .withMoveSelectorConfig(moves)
                .withAcceptorConfig(acceptor)
                .withForagerConfig(new LocalSearchForagerConfig().withAcceptedCountLimit(1));
        return new SolverConfig()
                .withSolutionClass(Timetable.class)
                .withEntityClasses(Attendance.class)
                .withScoreDirectorFactory(new ScoreDirectorFactoryConfig().withIncrementalScoreCalculatorClass(Score.class))
                .withEnvironmentMode(EnvironmentMode.valueOf(System.getProperty("peer.mode", "NO_ASSERT")))
                .withRandomSeed(seed)
                .withTerminationConfig(new TerminationConfig().withMillisecondsSpentLimit(milliseconds))
                .withPhases(new CustomPhaseConfig().withCustomPhaseCommandClassList(java.util.List.of(Construction.class)), search);
    }
}
