package dev.tegula.graph;

import dev.tegula.kernel.Activation;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.RopeScaling;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.util.ArrayList;
import java.util.List;

/** Writes a graph down, one method per op; shapes follow from the inputs. Used by the model families' builders. */
public final class GraphBuilder {
    private final List<Node> nodes = new ArrayList<>();
    private int nextId;

    /** A value of this graph; ids are given in order. */
    public Value value(String name, Value.Kind kind, DType type, Dim rows, int cols) {
        return new Value(nextId++, name, kind, type, rows, cols);
    }

    /** A tensor of the model file with {@code rows} rows. */
    public Value weight(String name, DType type, long rows, int cols) {
        return value(name, Value.Kind.WEIGHT, type, Dim.of(rows), cols);
    }

    /** The KV cache as a batch finds it; one row per position, keys and values side by side. */
    public Value cache(DType type, int cols) {
        return value("cache", Value.Kind.CACHE, type, Dim.CONTEXT, cols);
    }

    /** Adds a node with one output. */
    public Value add(String name, Op op, Dim rows, int cols, Value... inputs) {
        Value out = value(name, Value.Kind.ACTIVATION, DType.F32, rows, cols);
        nodes.add(new Node(op, List.of(inputs), List.of(out)));
        return out;
    }

    /** See {@link Op.Embed}. */
    public Value embed(String name, Value table) {
        return add(name, new Op.Embed(), Dim.TOKENS, table.cols(), table);
    }

    /** See {@link Op.RmsNorm}. */
    public Value rmsNorm(String name, Value x, Value weight, float eps, int groups) {
        return add(name, new Op.RmsNorm(eps, groups), x.rows(), x.cols(), x, weight);
    }

    /** A linear layer, with a bias when it is not null; see {@link Op.MatMul}. */
    public Value linear(String name, Value x, Value weight, Value bias) {
        int n = Math.toIntExact(weight.rows().size());
        return bias == null
                ? add(name, new Op.MatMul(false, false), x.rows(), n, x, weight)
                : add(name, new Op.MatMul(true, false), x.rows(), n, x, weight, bias);
    }

    /** See {@link Op.Add}. */
    public Value add(String name, Value a, Value b) {
        return add(name, new Op.Add(), a.rows(), a.cols(), a, b);
    }

    /** See {@link Op.Gate}. */
    public Value gate(String name, Activation activation, Value gate, Value up) {
        return add(name, new Op.Gate(activation), gate.rows(), gate.cols(), gate, up);
    }

    /** See {@link Op.RopeTable}; {@code factors} may be null. */
    public Value ropeTable(String name, RopeScaling scaling, int dims, Value factors) {
        Op op = new Op.RopeTable(scaling, dims);
        return factors == null
                ? add(name, op, Dim.CONTEXT, dims)
                : add(name, op, Dim.CONTEXT, dims, factors);
    }

    /** See {@link Op.Rope}. */
    public Value rope(String name, Value x, Value table, int headSize, boolean halves) {
        return add(name, new Op.Rope(x.cols() / headSize, headSize, table.cols(), halves), x.rows(), x.cols(), x,
                table);
    }

    /** See {@link Op.KvWrite}; returns the cache's next state. */
    public Value kvWrite(String name, int layer, int headSize, Value k, Value v, Value cache) {
        Value next = value(name, Value.Kind.CACHE, cache.type(), cache.rows(), cache.cols());
        nodes.add(new Node(new Op.KvWrite(layer, k.cols() / headSize, headSize), List.of(k, v, cache), List.of(next)));
        return next;
    }

    /** See {@link Op.Attention}. */
    public Value attention(String name, Op.Attention op, Value q, Value cache) {
        return add(name, op, q.rows(), q.cols(), q, cache);
    }

    /** See {@link Op.SelectRows}. */
    public Value selectRows(String name, Value x) {
        return add(name, new Op.SelectRows(), Dim.OUTPUTS, x.cols(), x);
    }

    /** The graph that computes these values. */
    public Graph build(Value... outputs) {
        return new Graph(nodes, List.of(outputs));
    }
}
