package dev.tegula.graph.pass;

import dev.tegula.graph.Graph;
import dev.tegula.graph.Node;
import dev.tegula.graph.Value;
import dev.tegula.kernel.Activations;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gives every linear layer its input in the format that its weights' format asks for, quantizing each value once. */
public final class QuantizeInputs implements Pass {
    private record Key(Value x, DType type) {}

    @Override
    public String name() {
        return "quantize-inputs";
    }

    @Override
    public Graph apply(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        Map<Key, Value> quantized = new HashMap<>();
        for (Node node : graph.nodes()) {
            if (!(node.op() instanceof Op.MatMul)) {
                edit.append(node);
                continue;
            }
            Value x = node.input(0);
            DType weights = node.input(1).type();
            List<Value> inputs = new ArrayList<>(node.inputs());
            if (!Activations.fit(weights, x.type())) {
                DType wanted = Activations.typeFor(weights);
                inputs.set(0, quantized.computeIfAbsent(new Key(x, wanted), key -> quantize(edit, x, wanted)));
            }
            edit.append(new Node(node.op(), inputs, node.outputs()));
        }
        return edit.build(graph.outputs());
    }

    private static Value quantize(GraphEdit edit, Value x, DType type) {
        Value q = edit.value(x.name() + "." + type.name().toLowerCase(java.util.Locale.ROOT), Value.Kind.ACTIVATION,
                type, x.rows(), x.cols());
        edit.append(new Node(new Op.Quantize(), List.of(x), List.of(q)));
        return q;
    }
}
