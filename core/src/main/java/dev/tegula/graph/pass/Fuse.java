package dev.tegula.graph.pass;

import dev.tegula.graph.Graph;
import dev.tegula.graph.Node;
import dev.tegula.graph.Value;
import dev.tegula.kernel.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Joins ops into one where that saves memory traffic or a stage and keeps every bit: norm + quantize, gate + up +
 * activation, linear + residual, rope + KV write.
 */
public final class Fuse implements Pass {
    @Override
    public String name() {
        return "fuse";
    }

    @Override
    public Graph apply(Graph graph) {
        return new Fusion(graph).run();
    }

    /** One application: which nodes were swallowed by others, and what became of the rest. */
    private static final class Fusion {
        private final Graph graph;
        private final Map<Value, Integer> uses;
        private final Map<Value, Node> producers = new HashMap<>();
        private final Map<Value, List<Node>> consumers = new HashMap<>();
        private final Set<Node> swallowed = new HashSet<>();
        private final Map<Node, Node> fused = new HashMap<>();

        Fusion(Graph graph) {
            this.graph = graph;
            this.uses = graph.uses();
            for (Node node : graph.nodes()) {
                node.outputs().forEach(v -> producers.put(v, node));
                node.inputs().forEach(v -> consumers.computeIfAbsent(v, key -> new ArrayList<>()).add(node));
            }
        }

        Graph run() {
            for (Node node : graph.nodes()) {
                switch (node.op()) {
                    case Op.Quantize quantize -> normQuantize(node);
                    case Op.Gate gate -> gateUp(node, gate);
                    case Op.Add add -> residual(node);
                    case Op.KvWrite write -> ropeKvWrite(node, write);
                    default -> {
                    }
                }
            }
            List<Node> nodes = new ArrayList<>();
            for (Node node : graph.nodes()) {
                if (!swallowed.contains(node)) {
                    nodes.add(fused.getOrDefault(node, node));
                }
            }
            return new Graph(nodes, graph.outputs());
        }

        /** The node that makes a value, when nothing else uses the value and no other fusion took the node. */
        private Node soleProducer(Value value, Class<? extends Op> op) {
            Node node = producers.get(value);
            boolean free = node != null && op.isInstance(node.op()) && uses.get(value) == 1
                    && !swallowed.contains(node) && !fused.containsKey(node);
            return free ? node : null;
        }

        private void normQuantize(Node quantize) {
            Node norm = soleProducer(quantize.input(0), Op.RmsNorm.class);
            if (norm != null && norm.op() instanceof Op.RmsNorm(float eps, int groups) && groups == 1) {
                swallowed.add(norm);
                fused.put(quantize, new Node(new Op.NormQuantize(eps), norm.inputs(), quantize.outputs()));
            }
        }

        private void gateUp(Node gate, Op.Gate op) {
            Node left = soleProducer(gate.input(0), Op.MatMul.class);
            Node right = soleProducer(gate.input(1), Op.MatMul.class);
            if (left == null || right == null || left == right || left.inputs().size() != 2
                    || right.inputs().size() != 2 || !left.input(0).equals(right.input(0))
                    || left.input(1).type() != right.input(1).type()) {
                return;
            }
            swallowed.add(left);
            swallowed.add(right);
            fused.put(gate, new Node(new Op.GateUp(op.activation()),
                    List.of(left.input(0), left.input(1), right.input(1)), gate.outputs()));
        }

        private void residual(Node add) {
            for (int i = 0; i < 2; i++) {
                Node linear = soleProducer(add.input(i), Op.MatMul.class);
                if (linear == null || !(linear.op() instanceof Op.MatMul(boolean bias, boolean residual)) || residual) {
                    continue;
                }
                List<Value> inputs = new ArrayList<>(linear.inputs());
                inputs.add(add.input(1 - i));
                swallowed.add(linear);
                fused.put(add, new Node(new Op.MatMul(bias, true), inputs, add.outputs()));
                return;
            }
        }

        /** Rope of q and k, then the write of k and v. The write comes after both, so it takes the place of all three. */
        private void ropeKvWrite(Node write, Op.KvWrite op) {
            Node ropeK = soleProducer(write.input(0), Op.Rope.class);
            if (ropeK == null || !(ropeK.op() instanceof Op.Rope k)) {
                return;
            }
            for (Node reader : consumers.get(write.output())) {
                Node ropeQ = reader.op() instanceof Op.Attention ? soleProducer(reader.input(0), Op.Rope.class) : null;
                if (ropeQ == null || !(ropeQ.op() instanceof Op.Rope q) || q.halves() != k.halves()
                        || q.dims() != k.dims() || q.headSize() != k.headSize()
                        || !ropeQ.input(1).equals(ropeK.input(1))) {
                    continue;
                }
                swallowed.add(ropeK);
                swallowed.add(ropeQ);
                fused.put(write, new Node(
                        new Op.RopeKvWrite(op.layer(), q.heads(), k.heads(), k.headSize(), k.dims(), k.halves()),
                        List.of(ropeQ.input(0), ropeK.input(0), write.input(1), ropeK.input(1), write.input(2)),
                        List.of(ropeQ.output(), write.output())));
                return;
            }
        }
    }
}
