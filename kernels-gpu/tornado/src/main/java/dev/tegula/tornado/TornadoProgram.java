package dev.tegula.tornado;

import dev.tegula.device.BatchLimits;
import dev.tegula.device.DeviceBuffer;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceException;
import dev.tegula.device.DeviceHoldings;
import dev.tegula.device.DeviceOperand;
import dev.tegula.device.DeviceProgram;
import dev.tegula.kernel.Batch;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Bound kernels: one execution plan, made when the first batch has told its size, and again for a larger one. */
final class TornadoProgram implements DeviceProgram {
    private final OpenedDevice device;
    private final List<DeviceCall> calls;
    private final BatchLimits limits;
    private final Map<View.Key, View> views = new LinkedHashMap<>();
    /** Views that steps write, in the order of each one's last step: where two share memory, the later one counts. */
    private final List<View> written = new ArrayList<>();
    private final Map<View, Long> uploaded = new IdentityHashMap<>();
    private final List<Step> steps = new ArrayList<>();
    private BatchArray batchArray;
    private Graphs graphs;
    private boolean closed;

    TornadoProgram(OpenedDevice device, List<DeviceCall> calls) {
        this.device = device;
        this.calls = List.copyOf(calls);
        this.limits = BatchLimits.of(device, this.calls);
    }

    /** The number that each 16 bits of F16 or BF16 mean. */
    FloatArray numbers(DType type) {
        return device.numbers(type);
    }

    /** The array of the batch, for kernels that read its rows or tables. */
    IntArray batch() {
        return batchArray.array();
    }

    /** A matrix that a call reads: rows of F32, or of Q8 blocks, which begin with their scales. */
    View input(DeviceCall call, int i) {
        View view = matrix(call.matrix(i));
        Dim rows = call.request().input(i).rows();
        if (rows.equals(Dim.TOKENS) || rows.equals(Dim.OUTPUTS)) {
            view.changesEveryRun();
        }
        return view;
    }

    /** The matrix that a call writes. */
    View output(DeviceCall call) {
        View view = matrix(call.output());
        view.changesEveryRun();
        return view;
    }

    private View matrix(DeviceOperand.Matrix m) {
        long bytes = m.rows() * m.type().bytes(m.cols());
        return m.type() == DType.F32
                ? view(m.buffer(), m.offset(), bytes, View.Kind.FLOATS, View.Spread.NONE)
                : view(m.buffer(), m.offset(), bytes, View.Kind.WORDS,
                        new View.Spread(1, m.type().blockBytes() / Integer.BYTES));
    }

    /** Packed weights. */
    View weights(DeviceOperand.Weights w, View.Kind kind, View.Spread spread) {
        return view(w.buffer(), 0, w.buffer().bytes(), kind, spread);
    }

    /** A layer's cache. */
    View cache(DeviceOperand.Cache cache) {
        return view(cache.buffer(), 0, cache.buffer().bytes(),
                cache.layout().type() == DType.F32 ? View.Kind.FLOATS : View.Kind.SHORTS, View.Spread.NONE);
    }

    private View view(DeviceBuffer buffer, long offset, long bytes, View.Kind kind, View.Spread spread) {
        return views.computeIfAbsent(new View.Key((TornadoBuffer) buffer, offset, bytes, kind, spread), View::new);
    }

    /**
     * Adds a kernel.
     *
     * @param items work-items of a row; more are launched where they fill no whole number of groups
     * @param group work-items of a group
     * @param reads what it reads
     * @param writes what it writes
     * @param others arrays that are no views
     */
    void step(DeviceCall call, int items, int group, ToIntFunction<Batch> rows, List<View> reads, List<View> writes,
            List<? extends TornadoNativeArray> others, Step.Task task) {
        List<TornadoNativeArray> arrays = new ArrayList<>(others);
        reads.forEach(View::reads);
        for (View view : writes) {
            view.writes();
            written.remove(view);
            written.add(view);
        }
        reads.forEach(view -> Collections.addAll(arrays, view.arrays()));
        writes.forEach(view -> Collections.addAll(arrays, view.arrays()));
        steps.add(
                new Step(call.kernel().id().toString(), arrays, Math.ceilDiv(items, group) * group, group, rows, task));
    }

    @Override
    public void run(Batch batch) {
        synchronized (device) {
            if (closed) {
                throw new IllegalStateException(device.info().id() + ": the program is closed");
            }
            limits.check(batch);
            try {
                prepare(batch);
                graphs.run(batch);
            } catch (VirtualMachineError e) {
                throw e;
            } catch (RuntimeException | Error e) {
                // TornadoVM's compiler fails with errors of its own.
                throw failed(e);
            }
            written.forEach(view -> view.key().buffer().written(this, view));
        }
    }

    private DeviceException failed(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String kernels = calls.stream()
                .map(call -> call.kernel().id().toString())
                .distinct()
                .collect(Collectors.joining(", "));
        DeviceException failure = new DeviceException(device.info().id(), kernels, cause.toString());
        failure.initCause(e);
        return failure;
    }

    private void prepare(Batch batch) {
        views.values()
                .stream()
                .filter(View::isRead)
                .forEach(view -> view.key().buffer().downloadFromOthers(this, view));
        boolean stale = views.values()
                .stream()
                .anyMatch(view -> view.isRead() && !view.isEveryRun()
                        && uploaded.getOrDefault(view, -1L) != view.key().buffer().version());
        if (graphs == null || !batchArray.holds(batch) || stale) {
            build(batch);
        }
        for (View view : views.values()) {
            if (view.isEveryRun()) {
                view.key().buffer().downloadFromOthers(this, view);
                view.fill();
            }
        }
        batchArray.fill(batch);
    }

    private void build(Batch batch) {
        release();
        views.clear();
        written.clear();
        steps.clear();
        uploaded.clear();
        batchArray = new BatchArray(batch);
        for (DeviceCall call : calls) {
            ((TornadoKernel) call.kernel()).bind(call, this);
        }
        Set<TornadoNativeArray> everyRun = Collections.newSetFromMap(new IdentityHashMap<>());
        everyRun.add(batchArray.array());
        for (View view : views.values()) {
            if (view.isEveryRun()) {
                Collections.addAll(everyRun, view.arrays());
            } else if (view.isRead()) {
                view.key().buffer().downloadFromOthers(this, view);
                view.fill();
                uploaded.put(view, view.key().buffer().version());
            }
        }
        graphs = new Graphs(device.hardware(), steps, everyRun);
    }

    /** Downloads bytes of a view that this program has written last. */
    void download(View view, long from, long count) {
        try {
            for (TornadoNativeArray array : view.arrays()) {
                boolean whole = array == view.scales();
                long element = array.getElementSize();
                graphs.download(array, whole ? 0 : from / element,
                        whole ? array.getSize() : Math.ceilDiv(from + count, element) - from / element);
            }
        } catch (VirtualMachineError e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw failed(e);
        }
        view.store(from, count);
    }

    /** Frees the graphs, although a download of what they have written may fail. */
    private void release() {
        if (graphs != null) {
            List<Runnable> all = new ArrayList<>();
            views.values().forEach(view -> all.add(() -> view.key().buffer().forget(this)));
            all.add(() -> {
                Graphs old = graphs;
                graphs = null;
                old.close();
            });
            DeviceHoldings.releaseAll(all);
        }
    }

    @Override
    public void close() {
        synchronized (device) {
            if (!closed) {
                closed = true;
                device.holdings().remove(this);
                release();
            }
        }
    }
}
