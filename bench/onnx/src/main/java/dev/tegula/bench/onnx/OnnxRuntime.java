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
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * ONNX Runtime's MatMulInteger (8-bit activations without sign times 8-bit weights with sign to 32-bit integers), MatMulNBits (weights of 4 bits
 * with a scale for 32; activations in F32, which each call converts to 8 bits first), MatMul in F32 and, for a dense layer with its bias, Gemm, with
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
        private final Operands operands;
        private final ByteBuffer y;
        private final OrtSession session;
        private final OnnxTensor input;
        private final OnnxTensor output;

        Matrices(Product product, int threads) throws OrtException {
            this.product = product;
            this.integers = product.numbers() == DType.INT8_G128;
            this.operands = Operands.of(product);
            this.y = Operands.buffer(4L * product.m() * product.n());
            OrtSession.SessionOptions options = new OrtSession.SessionOptions();
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            this.session = environment.createSession(OnnxModel.product(product, operands.constants()), options);
            long[] xShape = {product.m(), product.k()};
            long[] yShape = {product.m(), product.n()};
            this.input = integers
                    ? OnnxTensor.createTensor(environment, operands.x(), xShape, OnnxJavaType.UINT8)
                    : OnnxTensor.createTensor(environment, operands.x().asFloatBuffer(), xShape);
            this.output = integers
                    ? OnnxTensor.createTensor(environment, y.asIntBuffer(), yShape)
                    : OnnxTensor.createTensor(environment, y.asFloatBuffer(), yShape);
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
                    operands.activations(), operands.weights(), operands.bias());
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
