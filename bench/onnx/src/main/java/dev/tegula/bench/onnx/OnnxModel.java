package dev.tegula.bench.onnx;

import dev.tegula.bench.peer.Product;
import dev.tegula.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes a model of one product, in the messages of onnx.proto3 (ONNX, IR version 8) by Protocol Buffers' wire format. */
final class OnnxModel {
    /** The input's name. */
    static final String X = "x";
    /** The output's name. */
    static final String Y = "y";
    private static final String W = "w";
    // TensorProto.DataType
    private static final int FLOAT = 1;
    private static final int UINT8 = 2;
    private static final int INT8 = 3;
    private static final int INT32 = 6;
    private static final int IR_VERSION = 8;
    private static final int OPERATORS = 17;

    private OnnxModel() {}

    /**
     * y = x w.
     *
     * @param w the weights, k rows of n, F32 or 8-bit integers as the product says
     */
    static byte[] product(Product product, ByteBuffer w) {
        boolean integers = product.numbers() == DType.INT8_G128;
        Message node = new Message().text(1, X)
                .text(1, W)
                .text(2, Y)
                .text(4, integers ? "MatMulInteger" : "MatMul");
        byte[] raw = new byte[w.remaining()];
        w.get(w.position(), raw);
        Message weights = new Message().number(1, product.k())
                .number(1, product.n())
                .number(2, integers ? INT8 : FLOAT)
                .text(8, W)
                .bytes(9, raw);
        Message graph = new Message().message(1, node)
                .text(2, "product")
                .message(5, weights)
                .message(11, matrix(X, integers ? UINT8 : FLOAT, product.m(), product.k()))
                .message(12, matrix(Y, integers ? INT32 : FLOAT, product.m(), product.n()));
        Message operators = new Message().number(2, OPERATORS);
        return new Message().number(1, IR_VERSION).message(7, graph).message(8, operators).out.toByteArray();
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
