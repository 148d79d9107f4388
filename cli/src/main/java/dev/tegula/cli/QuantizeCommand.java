package dev.tegula.cli;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.quant.BlockFormat;
import dev.tegula.quant.Formats;
import dev.tegula.quant.ModelQuantizer;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code tegula quantize}: a model file with its matrices in another number format. */
@Command(name = "quantize", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Writes a model file again with its matrices in another number format. Norms and biases stay as they are, "
        + "and so do the embedding and output matrices without --embedding.", footerHeading = "%nFormats:%n", footer = {
            "  f16 bf16 q8_0 q6_k q4_k q4_0 tq2_0 tq1_0, as other programs have them;",
            "  int1_g32 to int8_g32, int1_g128 to int8_g128: integers of so many bits, a scale for 32 or 128 of them;",
            "  uint1_g32 to uint8_g128: the same with a zero point. Those are Tegula's own: no other program reads them.",
            "A model that was quantized before loses more than one in F32, F16 or BF16 does."})
final class QuantizeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "IN", description = "GGUF file, the first part of a split one.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "Where the new file goes; a file of that name is replaced once the new one is whole.")
    private Path out;

    @Option(names = "--type", required = true, paramLabel = "FORMAT", converter = FormatConverter.class, description = "Format of the matrices.")
    private DType type;

    @Option(names = "--embedding", paramLabel = "FORMAT", converter = FormatConverter.class, description = "Format of the embedding and output matrices (default: as they are).")
    private DType embedding;

    QuantizeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        try (GgufFile file = GgufFile.open(in); Progress progress = new Progress(terminal, "quantizing")) {
            ModelQuantizer.Summary summary = ModelQuantizer.write(file, out, type, Optional.ofNullable(embedding),
                    done -> progress.update(done, file.tensorBytes()));
            progress.close();
            terminal.println(String.format(Locale.ROOT,
                    "%s: %d matrices quantized, %d tensors as they were; %,d bytes of tensors instead of %,d", out,
                    summary.quantized(), summary.kept(), summary.bytesAfter(), summary.bytesBefore()));
        }
        return TegulaCommand.OK;
    }

    /** Reads the name of a format that has an encoder. */
    static final class FormatConverter implements ITypeConverter<DType> {
        @Override
        public DType convert(String value) {
            List<DType> encoded = Formats.all()
                    .stream()
                    .filter(format -> format.encoder().isPresent())
                    .map(BlockFormat::type)
                    .toList();
            return encoded.stream()
                    .filter(type -> type.name().equalsIgnoreCase(value))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("'" + value + "' is none of "
                            + encoded.stream()
                                    .map(type -> type.name().toLowerCase(Locale.ROOT))
                                    .collect(Collectors.joining(" "))));
        }
    }
}
