package dev.tegula.bench.report;

import java.util.List;

/**
 * How long a model takes from nothing to its first token, in JVMs that have just started.
 *
 * @param model the file's name
 * @param threads of each
 * @param prompt tokens that were fed before the first one of the answer
 * @param load seconds of opening the model, per start
 * @param firstToken seconds from the start of the JVM to the first token, per start
 * @param disturbed starts during which others, guests of the machine or processes of the system, had much of the CPUs
 * @param stolen the share of the CPUs that they had meanwhile, 0 to 1
 * @param command what measures it again
 */
public record StartRow(String model, int threads, int prompt, List<Double> load, List<Double> firstToken,
        int disturbed, double stolen, String command) {
    public StartRow {
        load = List.copyOf(load);
        firstToken = List.copyOf(firstToken);
        if (load.isEmpty() || load.size() != firstToken.size()) {
            throw new IllegalArgumentException(model + ": as many times of loading as to the first token are needed");
        }
    }
}
