package dev.tegula.bench.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.tegula.bench.peer.Peer;
import dev.tegula.bench.peer.Product;
import dev.tegula.bench.peer.Samples;
import dev.tegula.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * ONNX Runtime's MatMulInteger (8-bit activations without sign times 8-bit weights with sign to 32-bit integers) and MatMul in F32, with
 * constant weights, which it packs when the session is made.
 */
public final class OnnxRuntime implements Peer {
    private OrtEnvironment environment;
    private String refusal;

    /** Looks whether the library can be loaded. */
    public OnnxRuntime() {
        try {
            environment = OrtEnvironment.getEnvironment();
        } catch (LinkageError | RuntimeException e) {
            refusal = "its library does not load: " + e;
        }
    }

    @Override
    public String name() {
        return environment == null ? "ONNX Runtime" : "ONNX Runtime " + environment.getVersion();
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.ofNullable(refusal);
    }

    @Override
    public boolean multiplies(Product product) {
        return true;
    }

    @Override
    public Call bind(Product product, int threads) {
        try {
            return new Matrices(product, threads);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime refuses " + product + ": " + e.getMessage(), e);
        }
    }

    private final class Matrices implements Call {
        private final Product product;
        private final boolean integers;
        private final ByteBuffer x;
        private final ByteBuffer w;
        private final ByteBuffer y;
        private final OrtSession session;
        private final OnnxTensor input;
        private final OnnxTensor output;

        Matrices(Product product, int threads) throws OrtException {
            this.product = product;
            this.integers = product.numbers() == DType.INT8_G128;
            this.x = random((long) product.m() * product.k(), 0, 256);
            // Seven bits: without VNNI its kernels add pairs of products in 16 bits, which larger weights would saturate.
            this.w = random((long) product.n() * product.k(), -64, 64);
            this.y = buffer(4L * product.m() * product.n());
            OrtSession.SessionOptions options = new OrtSession.SessionOptions();
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            this.session = environment.createSession(OnnxModel.product(product, w), options);
            long[] xShape = {product.m(), product.k()};
            long[] yShape = {product.m(), product.n()};
            this.input = integers
                    ? OnnxTensor.createTensor(environment, x, xShape, OnnxJavaType.UINT8)
                    : OnnxTensor.createTensor(environment, x.asFloatBuffer(), xShape);
            this.output = integers
                    ? OnnxTensor.createTensor(environment, y.asIntBuffer(), yShape)
                    : OnnxTensor.createTensor(environment, y.asFloatBuffer(), yShape);
        }

        /** Integers from {@code low} up to but without {@code end}, or floats between -1 and 1. */
        private ByteBuffer random(long count, int low, int end) {
            SplittableRandom random = new SplittableRandom(count);
            ByteBuffer memory = buffer(integers ? count : 4 * count);
            while (memory.hasRemaining()) {
                if (integers) {
                    memory.put((byte) random.nextInt(low, end));
                } else {
                    memory.putFloat((float) random.nextDouble(-1, 1));
                }
            }
            return memory.flip();
        }

        private static ByteBuffer buffer(long bytes) {
            return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
        }

        @Override
        public void run() {
            try {
                session.run(Map.of(OnnxModel.X, input), Set.of(), Map.of(OnnxModel.Y, output)).close();
            } catch (OrtException e) {
                throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
            }
        }

        @Override
        public void check() {
            run();
            FloatBuffer floats = y.asFloatBuffer();
            IntBuffer ints = y.asIntBuffer();
            Samples.check(product,
                    (i, j) -> integers ? ints.get(i * product.n() + j) : floats.get(i * product.n() + j),
                    (i, p) -> integers ? x.get(i * product.k() + p) & 0xFF : x.getFloat(4 * (i * product.k() + p)),
                    // Weights lie by rows of k here.
                    (j, p) -> integers ? w.get(p * product.n() + j) : w.getFloat(4 * (p * product.n() + j)));
        }

        @Override
        public void close() {
            try {
                input.close();
                output.close();
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
            }
        }
    }
}
