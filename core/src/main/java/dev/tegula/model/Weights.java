package dev.tegula.model;

import dev.tegula.exec.WeightSource;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufTensor;
import dev.tegula.file.gguf.I2sBlocks;
import dev.tegula.graph.GraphBuilder;
import dev.tegula.graph.Value;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The tensors of a model file as values of a graph. Every tensor's shape is checked, and none may be left over. */
public final class Weights implements WeightSource {
    private final GgufFile file;
    private final GraphBuilder graph;
    private final Map<String, Value> used = new HashMap<>();
    private final Map<String, GgufTensor> tensors;

    /** The tensors of a file, for the graph that is being built. */
    public Weights(GgufFile file, GraphBuilder graph) {
        this.file = file;
        this.graph = graph;
        this.tensors = file.tensors().stream().collect(Collectors.toMap(GgufTensor::name, tensor -> tensor));
    }

    /**
     * A weight matrix of {@code rows} output elements and {@code cols} input elements.
     *
     * @throws ModelException when it has another shape
     * @throws dev.tegula.file.gguf.GgufException when it is missing
     */
    public Value matrix(String name, long rows, int cols) {
        return use(file.tensor(name), rows, cols);
    }

    /**
     * A vector of F32, such as a norm's weights or a bias.
     *
     * @throws ModelException when it has another length or type
     */
    public Value vector(String name, int length) {
        return vector(file.tensor(name), length);
    }

    /** A matrix that some files have. */
    public Optional<Value> findMatrix(String name, long rows, int cols) {
        return file.findTensor(name).map(tensor -> use(tensor, rows, cols));
    }

    /** A vector of F32 that some files have. */
    public Optional<Value> findVector(String name, int length) {
        return file.findTensor(name).map(tensor -> vector(tensor, length));
    }

    /**
     * Refuses tensors that no one asked for: to leave one out silently would be to compute something else than the model.
     *
     * @throws ModelException naming the first of them
     */
    public void refuseLeftovers(String architecture) {
        for (GgufTensor tensor : file.tensors()) {
            if (!used.containsKey(tensor.name())) {
                throw new ModelException(file.name(), tensor.name(),
                        "the architecture " + architecture + " has no use for this tensor");
            }
        }
    }

    @Override
    public void read(Value weight, long byteOffset, MemorySegment dst, long dstOffset, long bytes) {
        GgufTensor tensor = tensors.get(weight.name());
        if (tensor.type() == DType.I2_S) {
            int block = weight.type().blockBytes();
            I2sBlocks.read(file, tensor, byteOffset / block, dst, dstOffset, bytes / block);
        } else {
            file.read(tensor, byteOffset, dst, dstOffset, bytes);
        }
    }

    @Override
    public Map<String, String> identity() throws IOException {
        return file.identity();
    }

    private Value use(GgufTensor tensor, long rows, int cols) {
        if (tensor.dim(0) != cols || tensor.dim(1) != rows || tensor.rank() > 2) {
            throw new ModelException(file.name(), tensor.name(),
                    "is " + tensor + "; the hyper-parameters ask for " + cols + " × " + rows);
        }
        return used.computeIfAbsent(tensor.name(), name -> graph.weight(name, typeInMemory(tensor), rows, cols));
    }

    private DType typeInMemory(GgufTensor tensor) {
        if (tensor.type() != DType.I2_S) {
            return tensor.type();
        }
        DType type = I2sBlocks.TYPE;
        if (tensor.dim(0) % type.blockLength() != 0) {
            throw new ModelException(file.name(), tensor.name(),
                    "is " + tensor + "; rows of I2_S must be whole multiples of " + type.blockLength() + " elements");
        }
        return type;
    }

    private Value vector(GgufTensor tensor, int length) {
        Value vector = use(tensor, 1, length);
        if (tensor.type() != DType.F32) {
            throw new ModelException(file.name(), tensor.name(), "is of " + tensor.type() + "; must be F32");
        }
        return vector;
    }
}
