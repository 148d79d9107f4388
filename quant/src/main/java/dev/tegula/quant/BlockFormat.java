package dev.tegula.quant;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.codec.BlockDecoder;
import java.util.Objects;
import java.util.Optional;

/**
 * A row of the table of formats.
 *
 * @param type the format
 * @param decoder blocks to F32
 * @param encoder F32 to blocks, where Tegula writes the format
 */
public record BlockFormat(DType type, BlockDecoder decoder, Optional<BlockEncoder> encoder) {

    /** Refuses a row whose parts belong to different formats. */
    public BlockFormat {
        Objects.requireNonNull(type, "type");
        if (decoder.type() != type || encoder.isPresent() && encoder.get().type() != type) {
            throw new IllegalArgumentException(type + ": decoder and encoder are of another format");
        }
    }

    /** Bits that one weight takes, its share of the block's scales included. */
    public double bitsPerWeight() {
        return 8.0 * type.blockBytes() / type.blockLength();
    }
}
