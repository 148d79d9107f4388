package dev.tegula.bench.onnx;

import dev.tegula.bench.peer.Product;
import dev.tegula.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes a model of one product, in the messages of onnx.proto3 (ONNX, IR version 8) by Protocol Buffers' wire format. */
final class OnnxModel {
    /** The input's name. */
    static final String X = "x";
    /** The output's name. */
    static final String Y = "y";
    /** Elements of a block of weights of 4 bits. */
    static final int BLOCK = 32;
    private static final String W = "w";
    private static final String B = "b";
    private static final String SCALES = "scales";
    /** Of operators that are ONNX Runtime's own. */
    private static final String CONTRIBUTED = "com.microsoft";
    // TensorProto.DataType
    private static final int FLOAT = 1;
    private static final int UINT8 = 2;
    private static final int INT8 = 3;
    private static final int INT32 = 6;
    // AttributeProto.AttributeType
    private static final int ATTRIBUTE_INT = 2;
    private static final int IR_VERSION = 8;
    private static final int OPERATORS = 17;

    private OnnxModel() {}

    /**
     * y = x w, or y = x w + b.
     *
     * @param constants the weights: k rows of n, F32 or 8-bit integers, then the n of the bias where there is one; or for 4 bits n rows of blocks of 32 in 16 bytes, the first element
     *        in the lower half of the first byte; then their scales, F32, one for each block
     */
    static byte[] product(Product product, List<ByteBuffer> constants) {
        Message node = new Message().text(1, X).text(1, W);
        Message graph = new Message();
        boolean integers = product.numbers() == DType.INT8_G128;
        if (product.numbers() == DType.Q4_0) {
            node.text(1, SCALES)
                    .text(2, Y)
                    .text(4, "MatMulNBits")
                    .message(5, attribute("K", product.k()))
                    .message(5, attribute("N", product.n()))
                    .message(5, attribute("bits", 4))
                    .message(5, attribute("block_size", BLOCK))
                    // Activations in 8 bits, as ours are.
                    .message(5, attribute("accuracy_level", 4))
                    .text(7, CONTRIBUTED);
            long blocks = product.k() / BLOCK;
            graph.message(1, node)
                    .message(5, constant(W, UINT8, constants.get(0), product.n(), blocks, BLOCK / 2))
                    .message(5, constant(SCALES, FLOAT, constants.get(1), product.n(), blocks));
        } else {
            if (product.bias()) {
                node.text(1, B);
            }
            node.text(2, Y).text(4, integers ? "MatMulInteger" : product.bias() ? "Gemm" : "MatMul");
            graph.message(1, node)
                    .message(5, constant(W, integers ? INT8 : FLOAT, constants.get(0), product.k(), product.n()));
            if (product.bias()) {
                graph.message(5, constant(B, FLOAT, constants.get(1), product.n()));
            }
        }
        graph.text(2, "product")
                .message(11, matrix(X, integers ? UINT8 : FLOAT, product.m(), product.k()))
                .message(12, matrix(Y, integers ? INT32 : FLOAT, product.m(), product.n()));
        return new Message().number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new Message().number(2, OPERATORS))
                .message(8, new Message().text(1, CONTRIBUTED).number(2, 1)).out.toByteArray();
    }

    /** An AttributeProto of an integer. */
    private static Message attribute(String name, long value) {
        return new Message().text(1, name).number(3, value).number(20, ATTRIBUTE_INT);
    }

    /** A TensorProto. */
    private static Message constant(String name, int type, ByteBuffer values, long... dimensions) {
        Message tensor = new Message();
        for (long dimension : dimensions) {
            tensor.number(1, dimension);
        }
        byte[] raw = new byte[values.remaining()];
        values.get(values.position(), raw);
        return tensor.number(2, type).text(8, name).bytes(9, raw);
    }

    /** A ValueInfoProto. */
    private static Message matrix(String name, int type, int rows, int cols) {
        Message shape = new Message().message(1, new Message().number(1, rows))
                .message(1, new Message().number(1, cols));
        Message tensor = new Message().number(1, type).message(2, shape);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    /** A message's fields, written one after the other. */
    private static final class Message {
        private static final int VARINT = 0;
        private static final int BYTES = 2;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3 | VARINT);
            varint(value);
            return this;
        }

        Message bytes(int field, byte[] value) {
            varint((long) field << 3 | BYTES);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.out.toByteArray());
        }

        private void varint(long value) {
            for (long left = value;; left >>>= 7) {
                if (left >>> 7 == 0) {
                    out.write((int) left);
                    return;
                }
                out.write((int) (left & 0x7F | 0x80));
            }
        }
    }
}
