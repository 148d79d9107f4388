package dev.tegula.engine;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.text.Detokenizer;
import dev.tegula.text.Tokenizer;
import dev.tegula.text.TokenizerLoader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tokenizer and chat template of a model file. A file may lack either, and that is an error when it is needed: a model
 * made for measuring has no vocabulary, a base model no template.
 */
final class FileCodec implements TextCodec {
    // What writers put there when a file has no vocabulary.
    private static final Set<String> NO_VOCABULARY = Set.of("none", "no_vocab");

    private final String name;
    private final Optional<Tokenizer> tokenizer;

    private FileCodec(String name, Optional<Tokenizer> tokenizer) {
        this.name = name;
        this.tokenizer = tokenizer;
    }

    /**
     * Reads a file's text metadata. The template is compiled when it is first used.
     *
     * @param pre pre-tokenizer in place of the file's own, or null
     * @throws dev.tegula.text.TokenizerException if the vocabulary is refused
     */
    static FileCodec of(GgufFile file, String pre) {
        boolean none = NO_VOCABULARY.contains(file.metadata().getString("tokenizer.ggml.model", "none"));
        return new FileCodec(file.name(),
                none ? Optional.empty() : Optional.of(TokenizerLoader.load(file, pre)));
    }

    /**
     * Checks that every token that the model can choose has a text.
     *
     * @param logits logits in a row
     * @throws IllegalArgumentException if not
     */
    void check(int logits) {
        tokenizer.ifPresent(t -> {
            if (t.vocabularySize() < logits) {
                throw new IllegalArgumentException(name + ": the model chooses from " + logits
                        + " tokens, the tokenizer has " + t.vocabularySize());
            }
        });
    }

    Optional<Tokenizer> tokenizer() {
        return tokenizer;
    }

    @Override
    public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
        return required().encode(text, addSpecial, parseSpecial);
    }

    @Override
    public String render(List<Message> messages, List<Map<String, Object>> tools, Map<String, Object> variables) {
        throw new IllegalArgumentException(name + ": no chat template; give it raw text or token ids");
    }

    @Override
    public Decoder decoder() {
        if (tokenizer.isEmpty()) {
            return new NoText();
        }
        // The text goes on after a prompt, so its first token keeps the space that it begins with.
        Detokenizer detokenizer = new Detokenizer(tokenizer.get(), false, false);
        return new Decoder() {
            @Override
            public String accept(int token) {
                return detokenizer.next(token);
            }

            @Override
            public String finish() {
                return detokenizer.flush();
            }
        };
    }

    @Override
    public boolean isEnd(int token) {
        return tokenizer.isPresent() && tokenizer.get().isEndOfGeneration(token);
    }

    private Tokenizer required() {
        return tokenizer.orElseThrow(
                () -> new IllegalArgumentException(name + ": the model has no tokenizer; give it token ids"));
    }

    /** Decodes nothing: without a vocabulary there are ids only. */
    private static final class NoText implements Decoder {
        @Override
        public String accept(int token) {
            return "";
        }

        @Override
        public String finish() {
            return "";
        }
    }
}
