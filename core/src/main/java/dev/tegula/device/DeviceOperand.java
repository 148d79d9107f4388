package dev.tegula.device;

import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import dev.tegula.tile.Packing;
import java.util.Objects;

/** Memory on a device that a kernel is bound to: what {@link dev.tegula.kernel.Operand} is on the host. */
public sealed interface DeviceOperand {
    /** The memory. */
    DeviceBuffer buffer();

    /**
     * Rows one after the other without gaps: activations, norms, biases, tables of angles.
     *
     * @param buffer the memory
     * @param offset byte offset of the first row, a multiple of 64
     * @param type format of the elements
     * @param rows rows; for a symbolic number of them, as many as a batch can have
     * @param cols elements per row
     */
    record Matrix(DeviceBuffer buffer, long offset, DType type, long rows, int cols) implements DeviceOperand {
        /** Checks that the matrix lies inside the buffer. */
        public Matrix {
            Objects.checkFromIndexSize(offset, Math.multiplyExact(rows, type.bytes(cols)), buffer.bytes());
        }
    }

    /**
     * Weights in the layout that the kernel asked for.
     *
     * @param buffer the memory
     * @param type format of the weights
     * @param rows rows of the matrix (n)
     * @param cols elements per row (k)
     * @param packing layout of the memory, from its beginning
     */
    record Weights(DeviceBuffer buffer, DType type, long rows, int cols, Packing packing) implements DeviceOperand {
        /** Checks that the packed matrix lies inside the buffer. */
        public Weights {
            Objects.checkFromIndexSize(0, packing.bytes(type, rows, cols), buffer.bytes());
        }
    }

    /**
     * One layer's part of the KV cache.
     *
     * @param buffer the blocks of the op's layer and of no other
     * @param layout where keys and values lie, the layer's number being 0
     */
    record Cache(DeviceBuffer buffer, KvLayout layout) implements DeviceOperand {
        /** Checks that the blocks lie inside the buffer. */
        public Cache {
            Objects.checkFromIndexSize(0, layout.blockBytes() * layout.blocks(), buffer.bytes());
        }
    }
}
