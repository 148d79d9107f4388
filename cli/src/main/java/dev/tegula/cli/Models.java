package dev.tegula.cli;

import dev.tegula.engine.Engine;
import dev.tegula.engine.EngineOptions;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.model.Model;
import dev.tegula.model.ModelOptions;
import dev.tegula.model.RawModel;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.io.InputStream;

/** Opens engines as the options say. */
final class Models {
    // Rows of a prefill chunk while a person watches: with fewer than the engine's own, progress moves every few seconds on
    // slow models as well. They change no bit of the result.
    private static final int WATCHED_ROWS = 256;

    private Models() {}

    /** Opens the model named, or the embedded one. */
    static Engine open(ModelOptionsMixin options, Terminal terminal) throws IOException {
        try (Progress progress = new Progress(terminal, "loading")) {
            ModelOptions model = options.options(DType.F16, progress::update);
            if (terminal.errIsTerminal()) {
                model = model.withRows(WATCHED_ROWS, 0);
            }
            EngineOptions how = EngineOptions.defaults().withModel(model).withFile(options.file().gguf());
            if (options.file().pre() != null) {
                how = how.withPreTokenizer(options.file().pre());
            }
            if (options.model() != null) {
                return Engine.open(options.model(), how);
            }
            // The launcher leaves the Vector API out for the embedded model, which is done before its code were warm.
            if (model.kernels().providers().stream().noneMatch(Models::isFastAtOnce)) {
                how = how.withModel(model.withKernels(model.kernels().scalar()));
            }
            try (InputStream stream = EmbeddedModel.stream()) {
                return Engine.open(stream, EmbeddedModel.NAME, how);
            }
        }
    }

    /**
     * Loads the model named, or the embedded one, to be fed by hand.
     *
     * @param rows rows of one call at most
     * @param outputs rows of one call whose logits are wanted at most
     * @param context positions, used unless the options say otherwise; 0 for the model's
     */
    static RawModel raw(ModelOptionsMixin options, Terminal terminal, DType kv, int rows, int outputs, int context)
            throws IOException {
        try (Progress progress = new Progress(terminal, "loading")) {
            ModelOptions how = options.options(kv, progress::update).withRows(rows, outputs);
            if (!options.hasContext()) {
                how = how.withContext(context);
            }
            return new RawModel(Model.load(options.file().open(options.model()), how));
        }
    }

    private static boolean isFastAtOnce(KernelProvider engine) {
        return engine.rank() > 0 && !engine.isSlowWhenCold() && engine.unavailable().isEmpty();
    }

    /**
     * Checks that a model can hold a conversation.
     *
     * @param otherwise what to do if not, for the message
     */
    static void requireTemplate(Engine engine, String otherwise) {
        if (!engine.model().file().metadata().has("tokenizer.chat_template")) {
            throw new CommandException(engine.model().file().name() + ": the model has no chat template; " + otherwise);
        }
    }
}
