package dev.tegula.tornado;

import dev.tegula.kernel.Batch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import uk.ac.manchester.tornado.api.DataRange;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** An execution plan: the steps of a program as task graphs that pass their arrays on where they lie, on the device. */
final class Graphs implements AutoCloseable {
    /** Steps of a graph: TornadoVM writes a graph to 8,192 bytes, and a step of 13 arguments takes 80. */
    private static final int STEPS = 80;
    /** Graphs are told apart by their names. */
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final List<Step> steps;
    private final List<WorkerGrid2D> grids = new ArrayList<>();
    private final List<GridScheduler> schedulers = new ArrayList<>();
    /** The graph that used an array last. */
    private final Map<TornadoNativeArray, Integer> last = new IdentityHashMap<>();
    private final TornadoExecutionPlan plan;
    private final TornadoExecutionResult[] results;

    /**
     * Makes the graphs; they are compiled when they run first.
     *
     * @param steps in this order
     * @param everyRun arrays that are uploaded in each run; all others are uploaded in the first
     */
    Graphs(TornadoDevice device, List<Step> steps, Set<TornadoNativeArray> everyRun) {
        this.steps = List.copyOf(steps);
        List<ImmutableTaskGraph> graphs = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int from = 0; from < steps.size(); from += STEPS) {
            names.add("tegula" + NUMBERS.incrementAndGet());
            graphs.add(graph(steps.subList(from, Math.min(steps.size(), from + STEPS)), names, everyRun).snapshot());
        }
        this.results = new TornadoExecutionResult[graphs.size()];
        this.plan = new TornadoExecutionPlan(graphs.toArray(ImmutableTaskGraph[]::new));
        plan.withDevice(device);
    }

    private TaskGraph graph(List<Step> part, List<String> names, Set<TornadoNativeArray> everyRun) {
        int number = names.size() - 1;
        TaskGraph graph = new TaskGraph(names.getLast());
        GridScheduler scheduler = new GridScheduler();
        Set<TornadoNativeArray> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
        part.forEach(step -> arrays.addAll(step.arrays()));
        for (TornadoNativeArray array : arrays) {
            Integer before = last.put(array, number);
            if (before == null) {
                graph.transferToDevice(everyRun.contains(array)
                        ? DataTransferMode.EVERY_EXECUTION
                        : DataTransferMode.FIRST_EXECUTION, array);
            } else {
                graph.consumeFromDevice(names.get(before), array);
            }
        }
        KernelContext context = new KernelContext();
        for (Step step : part) {
            String task = "step" + grids.size();
            step.task().add(graph, task, context);
            WorkerGrid2D grid = new WorkerGrid2D(step.across(), 1);
            grid.setLocalWork(step.group(), 1, 1);
            grids.add(grid);
            scheduler.addWorkerGrid(names.getLast() + "." + task, grid);
        }
        arrays.forEach(array -> graph.transferToHost(DataTransferMode.UNDER_DEMAND, array));
        schedulers.add(scheduler);
        return graph;
    }

    /** Runs all of it. */
    void run(Batch batch) {
        for (int i = 0; i < grids.size(); i++) {
            grids.get(i).setGlobalWork(steps.get(i).across(), steps.get(i).down(batch), 1);
        }
        for (int g = 0; g < results.length; g++) {
            results[g] = plan.withGraph(g).withGridScheduler(schedulers.get(g)).execute();
        }
    }

    /** Downloads elements of an array that a run has written. */
    void download(TornadoNativeArray array, long from, long count) {
        results[last.get(array)].transferToHost(new DataRange(array).withOffset(from).withSize(count));
    }

    /** Frees what it has on the device. */
    @Override
    public void close() {
        // Closed although freeing may fail.
        try (plan) {
            plan.freeDeviceMemory();
        } catch (TornadoExecutionPlanException e) {
            throw new IllegalStateException("TornadoVM could not close a plan", e);
        }
    }
}
