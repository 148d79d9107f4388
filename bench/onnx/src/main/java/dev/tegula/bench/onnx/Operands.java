package dev.tegula.bench.onnx;

import dev.tegula.bench.peer.Product;
import dev.tegula.bench.peer.Samples;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;

/**
 * Random operands of a product.
 *
 * @param x activations, m rows of k: F32, or 8-bit integers without sign
 * @param constants weights, as {@link OnnxModel#product} has them
 * @param activations what is in x
 * @param weights what is in the constants, by output and element of the sum
 * @param bias of each output; none where the product has none
 */
record Operands(ByteBuffer x, List<ByteBuffer> constants, Samples.Matrix activations, Samples.Matrix weights,
        IntToDoubleFunction bias) {
    private Operands(ByteBuffer x, List<ByteBuffer> constants, Samples.Matrix activations, Samples.Matrix weights) {
        this(x, constants, activations, weights, Samples.NO_BIAS);
    }

    static Operands of(Product product) {
        return switch (product.numbers()) {
            case F32 -> floats(product);
            case Q4_0 -> fourBits(product);
            default -> bytes(product);
        };
    }

    private static Operands floats(Product product) {
        int n = product.n();
        int k = product.k();
        ByteBuffer x = floats((long) product.m() * k, -1, 1);
        ByteBuffer w = floats((long) n * k, -1, 1);
        // Weights lie by rows of k.
        Samples.Matrix activations = (i, p) -> x.getFloat(4 * (i * k + p));
        Samples.Matrix weights = (j, p) -> w.getFloat(4 * (p * n + j));
        if (!product.bias()) {
            return new Operands(x, List.of(w), activations, weights);
        }
        // As large as the sums, so that one that is left out is found.
        double size = Math.sqrt(k);
        ByteBuffer b = floats(n, -size, size);
        return new Operands(x, List.of(w, b), activations, weights, j -> b.getFloat(4 * j));
    }

    private static Operands bytes(Product product) {
        int n = product.n();
        int k = product.k();
        ByteBuffer x = bytes((long) product.m() * k, 0, 256);
        // Seven bits: without VNNI its kernels add pairs of products in 16 bits, which larger weights would saturate.
        ByteBuffer w = bytes((long) n * k, -64, 64);
        return new Operands(x, List.of(w), (i, p) -> x.get(i * k + p) & 0xFF, (j, p) -> w.get(p * n + j));
    }

    /**
     * Activations are whole numbers of which the largest in each block is 127: as 8-bit integers they are the same, so that the sums are
     * those of the product but for rounding.
     */
    private static Operands fourBits(Product product) {
        int k = product.k();
        int blocks = k / OnnxModel.BLOCK;
        ByteBuffer x = buffer(4L * product.m() * k);
        SplittableRandom random = new SplittableRandom(k);
        for (int at = 0; x.hasRemaining(); at++) {
            x.putFloat(at % OnnxModel.BLOCK == 0 ? 127 : random.nextInt(-127, 128));
        }
        x.flip();
        ByteBuffer w = bytes((long) product.n() * k / 2, 0, 256);
        ByteBuffer scales = floats((long) product.n() * blocks, 0.01, 0.02);
        return new Operands(x, List.of(w, scales), (i, p) -> x.getFloat(4 * (i * k + p)), (j, p) -> {
            int block = j * blocks + p / OnnxModel.BLOCK;
            int pair = w.get(block * OnnxModel.BLOCK / 2 + p % OnnxModel.BLOCK / 2);
            int code = p % 2 == 0 ? pair & 0xF : pair >> 4 & 0xF;
            return (double) scales.getFloat(4 * block) * (code - 8);
        });
    }

    /** Integers from {@code low} up to but without {@code end}. */
    private static ByteBuffer bytes(long count, int low, int end) {
        SplittableRandom random = new SplittableRandom(count);
        ByteBuffer memory = buffer(count);
        while (memory.hasRemaining()) {
            memory.put((byte) random.nextInt(low, end));
        }
        return memory.flip();
    }

    private static ByteBuffer floats(long count, double low, double end) {
        SplittableRandom random = new SplittableRandom(count);
        ByteBuffer memory = buffer(4 * count);
        while (memory.hasRemaining()) {
            memory.putFloat((float) random.nextDouble(low, end));
        }
        return memory.flip();
    }

    /** Memory outside the heap, in the order of the machine. */
    static ByteBuffer buffer(long bytes) {
        return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
    }
}
