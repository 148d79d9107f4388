package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The closed table of decoders: one row per number format. */
public final class Codecs {

    private static final Map<DType, BlockCodec> TABLE = table(List.of(new CodecF32(), new CodecF16(), new CodecBf16(),
            new CodecQ40(), new CodecQ41(), new CodecQ50(), new CodecQ51(), new CodecQ80(), new CodecQ2K(),
            new CodecQ3K(), new CodecQ4K(), new CodecQ5K(), new CodecQ6K(), new CodecIq4Nl(), new CodecIq4Xs(),
            new CodecTq10(), new CodecTq20(), new CodecTq2F32(), new CodecMxfp4()));

    private Codecs() {}

    /**
     * The decoder of a format.
     *
     * @throws IllegalArgumentException for formats that no weights in memory have: integers, activations, and
     *     {@link DType#I2_S}, which is read as {@link DType#TQ2_F32}
     */
    public static BlockDecoder decoder(DType type) {
        BlockCodec codec = TABLE.get(type);
        if (codec == null) {
            throw new IllegalArgumentException(type + ": not a format of weights in memory, it has no decoder to F32");
        }
        return codec;
    }

    /** Whether {@link #decoder} knows the format. */
    public static boolean hasDecoder(DType type) {
        return TABLE.containsKey(type);
    }

    /** Whether {@link #codes} knows the format: all quantized ones in the table. */
    public static boolean hasCodes(DType type) {
        return TABLE.get(type) instanceof BlockCodes;
    }

    /**
     * The integer view of a quantized format.
     *
     * @throws IllegalArgumentException for formats that are not quantized
     */
    public static BlockCodes codes(DType type) {
        if (decoder(type) instanceof BlockCodes codes) {
            return codes;
        }
        throw new IllegalArgumentException(type + ": not a quantized format, it has no integer codes");
    }

    private static Map<DType, BlockCodec> table(List<BlockCodec> rows) {
        Map<DType, BlockCodec> table = new EnumMap<>(DType.class);
        for (BlockCodec row : rows) {
            table.put(row.type(), row);
        }
        for (DType type : DType.values()) {
            if (type.fields().isPresent()) {
                table.put(type, new CodecFields(type));
            }
        }
        return table;
    }
}
