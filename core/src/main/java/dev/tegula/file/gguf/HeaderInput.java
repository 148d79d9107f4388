package dev.tegula.file.gguf;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A cursor over a file's header that goes neither past the file's end nor past the limit on headers.
 *
 * <p>A field is named by an owner (a key, a tensor) and a detail that follows it; they are joined only for a message,
 * since joining strings for every field costs more than reading the header does.
 */
final class HeaderInput {
    private static final int BUFFER = 1 << 16;
    /** What the decoder puts in the place of malformed bytes. */
    private static final char MALFORMED = 0xFFFD;

    private final GgufSource source;
    private final GgufLimits limits;
    private final byte[] buffer;
    private long bufferStart;
    private int used;
    private int filled;

    HeaderInput(GgufSource source, GgufLimits limits) {
        this.source = source;
        this.limits = limits;
        this.buffer = new byte[Math.clamp(source.size(), 16, BUFFER)];
    }

    /** Bytes read so far. */
    long position() {
        return bufferStart + used;
    }

    /** Bytes that may still be read: up to the file's end or the limit. */
    long left() {
        return Math.min(source.size(), limits.metadataBytes()) - position();
    }

    int u8(String owner, String detail) throws IOException {
        need(1, owner, detail);
        return buffer[used++] & 0xFF;
    }

    int i32(String owner, String detail) throws IOException {
        need(4, owner, detail);
        int value = LittleEndian.i32(buffer, used);
        used += 4;
        return value;
    }

    /** An unsigned or signed 64-bit value, bit for bit. */
    long i64(String owner, String detail) throws IOException {
        need(8, owner, detail);
        long value = LittleEndian.i64(buffer, used);
        used += 8;
        return value;
    }

    /** A count or length: unsigned 64 bits, at most {@code limit}, and {@code each} bytes apiece must be left. */
    int count(String owner, String detail, long limit, String limitName, int each) throws IOException {
        long at = position();
        long value = i64(owner, detail);
        if (Long.compareUnsigned(value, limit) > 0) {
            throw new GgufException(GgufErrorCode.LIMIT_EXCEEDED, source.name(), owner + detail, at,
                    Long.toUnsignedString(value), Long.toString(limit), "over the limit " + limitName);
        }
        if (value > left() / each) {
            throw shortage(owner + detail, at, value + " of at least " + each + " bytes each to follow");
        }
        return (int) value;
    }

    /** {@code length} bytes, of which {@link #count} has said that they are there. */
    void bytes(String owner, byte[] target, int at, int length) throws IOException {
        int fromBuffer = Math.min(length, filled - used);
        System.arraycopy(buffer, used, target, at, fromBuffer);
        used += fromBuffer;
        if (fromBuffer < length) {
            long position = position();
            readSource(owner, position, target, at + fromBuffer, length - fromBuffer);
            bufferStart = position + length - fromBuffer;
            used = 0;
            filled = 0;
        }
    }

    /**
     * Copies strings, each after its length, for as long as they lie whole in the buffer and are valid; the loop runs
     * some hundred thousand times when Java has just started and nothing is compiled yet.
     *
     * @return how many of {@code ends} from {@code first} have been set
     */
    int bufferedStrings(byte[] target, int targetUsed, int[] ends, int first) {
        byte[] from = buffer;
        int at = used;
        int to = targetUsed;
        int i = first;
        while (i < ends.length && filled - at >= 8) {
            long length = LittleEndian.i64(from, at);
            if (length < 0 || length > filled - at - 8 || length > limits.stringBytes()
                    || length > target.length - to) {
                break;
            }
            System.arraycopy(from, at + 8, target, to, (int) length);
            to += (int) length;
            at += 8 + (int) length;
            ends[i++] = to;
        }
        used = at;
        return i - first;
    }

    /** A string that names something; malformed UTF-8 could make two names look alike, so it is refused. */
    String name(String what, int index, long limit, String limitName) throws IOException {
        long at = position();
        String detail = Integer.toString(index);
        byte[] bytes = new byte[count(what, detail, limit, limitName, 1)];
        bytes(what, bytes, 0, bytes.length);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.isEmpty() || text.indexOf(MALFORMED) >= 0) {
            throw new GgufException(GgufErrorCode.BAD_VALUE, source.name(), what + detail, at, null, null,
                    text.isEmpty() ? "is empty" : "is not UTF-8");
        }
        return text;
    }

    private void need(int bytes, String owner, String detail) throws IOException {
        if (filled - used >= bytes) {
            return;
        }
        long at = position();
        if (left() < bytes) {
            throw shortage(owner + detail, at, bytes + " bytes to read");
        }
        filled = (int) Math.min(buffer.length, left());
        readSource(owner, at, buffer, 0, filled);
        bufferStart = at;
        used = 0;
    }

    private void readSource(String field, long position, byte[] target, int at, int length) throws IOException {
        try {
            source.read(position, target, at, length);
        } catch (EOFException end) {
            throw new GgufException(GgufErrorCode.TRUNCATED_WHILE_OPEN, source.name(), field, position, null, null,
                    "the file was truncated while it was open", end);
        }
    }

    private GgufException shortage(String field, long at, String wanted) {
        if (source.size() <= limits.metadataBytes()) {
            return new GgufException(GgufErrorCode.TRUNCATED, source.name(), field, at, null, null,
                    "the file is cut off: "
                            + wanted + ", " + left() + " there (the file has " + source.size() + " bytes)");
        }
        return new GgufException(GgufErrorCode.LIMIT_EXCEEDED, source.name(), field, at, wanted,
                Long.toString(limits.metadataBytes()), "goes over the limit metadataBytes");
    }
}
