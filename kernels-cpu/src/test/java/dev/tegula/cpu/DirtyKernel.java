package dev.tegula.cpu;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.Scratch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import jdk.incubator.vector.FloatVector;

/** A kernel that does in its loops all that {@link Hygiene} forbids, and before them what it allows. */
final class DirtyKernel implements Kernel {
    private final List<Integer> results = new ArrayList<>();
    private FloatVector kept;

    @Override
    public int portions(Batch batch, int workers) {
        for (int i = 0; i < workers; i++) {
            results.add(workers);
        }
        return 1;
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        FloatVector[] vectors = new FloatVector[1];
        for (int i = 0; i < portions; i++) {
            if (i > portion) {
                throw new IllegalStateException("portion " + i + " of " + new int[]{portions}.length);
            }
            step(i);
        }
        vectors[0] = kept;
        FloatVector captured = kept;
        IntUnaryOperator before = x -> x + captured.length();
        kept = vectors[0].add(before.applyAsInt(portion));
    }

    /** Called in a loop, so all of it is in one. */
    private void step(int i) {
        int[] pair = {i, i};
        Integer boxed = pair[0];
        IntUnaryOperator lambda = x -> x + pair[1];
        results.add(boxed);
        lambda.applyAsInt(new StringBuilder("" + i).length());
    }
}
