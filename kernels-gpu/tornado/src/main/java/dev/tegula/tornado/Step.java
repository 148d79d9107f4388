package dev.tegula.tornado;

import dev.tegula.kernel.Batch;
import java.util.List;
import java.util.function.ToIntFunction;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A kernel of a program.
 *
 * @param kernel what messages call it
 * @param arrays all arrays that it touches
 * @param across work-items of a row, a multiple of the group's
 * @param group work-items of a group
 * @param rows rows of a batch that it computes
 * @param task adds it to a graph
 */
record Step(String kernel, List<TornadoNativeArray> arrays, int across, int group, ToIntFunction<Batch> rows,
        Task task) {
    /** Work-items of a group that devices have which are worth running on. */
    private static final int MOST_ITEMS = 256;

    /** Adds a method with its arguments to a graph. */
    @FunctionalInterface
    interface Task {
        /** Adds it under a name. */
        void add(TaskGraph graph, String name, KernelContext context);
    }

    /** Checks what drivers only print a line about. */
    Step {
        arrays = List.copyOf(arrays);
        if (group < 1 || group > MOST_ITEMS || across < 1 || across % group != 0) {
            throw new IllegalArgumentException(kernel + ": " + across + " work-items in groups of " + group
                    + ": must be whole groups of at most " + MOST_ITEMS);
        }
    }

    /** Work-items down; one row at least, since a task of none cannot be launched. */
    int down(Batch batch) {
        return Math.max(1, rows.applyAsInt(batch));
    }
}
