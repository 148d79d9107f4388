package dev.tegula.quant;

import dev.tegula.quant.fmt.EncodeBf16;
import dev.tegula.quant.fmt.EncodeF16;
import dev.tegula.quant.fmt.EncodeFields;
import dev.tegula.quant.fmt.EncodeQ40;
import dev.tegula.quant.fmt.EncodeQ4K;
import dev.tegula.quant.fmt.EncodeQ6K;
import dev.tegula.quant.fmt.EncodeQ80;
import dev.tegula.quant.fmt.EncodeTq10;
import dev.tegula.quant.fmt.EncodeTq20;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.codec.Codecs;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The closed table of number formats with their decoders and encoders. */
public final class Formats {

    private static final Map<DType, BlockFormat> TABLE = table(List.of(new EncodeF16(), new EncodeBf16(),
            new EncodeQ40(), new EncodeQ80(), new EncodeQ4K(), new EncodeQ6K(), new EncodeTq10(), new EncodeTq20()));

    private Formats() {}

    /** All formats whose blocks can be decoded, in the order of {@link DType}. */
    public static Collection<BlockFormat> all() {
        return TABLE.values();
    }

    /**
     * The row of a format.
     *
     * @throws IllegalArgumentException for formats that are not in the table (integers, activations, and I2_S, whose
     *     scale is no part of a block: in memory it is TQ2_F32)
     */
    public static BlockFormat of(DType type) {
        BlockFormat format = TABLE.get(type);
        if (format == null) {
            throw new IllegalArgumentException(
                    type + ": not a format of weights in blocks; those are " + TABLE.keySet());
        }
        return format;
    }

    /**
     * The encoder of a format.
     *
     * @throws IllegalArgumentException when Tegula does not write the format; the message lists those it does
     */
    public static BlockEncoder encoder(DType type) {
        return of(type).encoder()
                .orElseThrow(() -> new IllegalArgumentException(type + ": no encoder; there are those of "
                        + TABLE.values()
                                .stream()
                                .filter(f -> f.encoder().isPresent())
                                .map(BlockFormat::type)
                                .toList()));
    }

    private static Map<DType, BlockFormat> table(List<BlockEncoder> encoders) {
        Map<DType, BlockFormat> table = new EnumMap<>(DType.class);
        for (DType type : DType.values()) {
            if (Codecs.hasDecoder(type)) {
                Optional<BlockEncoder> encoder = type.fields().isPresent()
                        ? Optional.of(new EncodeFields(type))
                        : encoders.stream().filter(e -> e.type() == type).findFirst();
                table.put(type, new BlockFormat(type, Codecs.decoder(type), encoder));
            }
        }
        return Collections.unmodifiableMap(table);
    }
}
