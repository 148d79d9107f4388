package dev.tegula.engine;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.text.Detokenizer;
import dev.tegula.text.SpecialToken;
import dev.tegula.text.Tokenizer;
import dev.tegula.text.TokenizerLoader;
import dev.tegula.text.Vocabulary;
import dev.tegula.text.template.ChatTemplate;
import dev.tegula.text.template.TemplateException;
import dev.tegula.text.template.TemplateOptions;
import java.util.LinkedHashMap;
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
    private final Optional<String> source;
    private ChatTemplate template;

    private FileCodec(String name, Optional<Tokenizer> tokenizer, Optional<String> source) {
        this.name = name;
        this.tokenizer = tokenizer;
        this.source = source;
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
                none ? Optional.empty() : Optional.of(TokenizerLoader.load(file, pre)),
                file.metadata().findString("tokenizer.chat_template"));
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
        try {
            Map<String, Object> all = specialTokens();
            all.putAll(variables);
            return template().renderChat(messages.stream().map(Message::fields).toList(),
                    tools.isEmpty() ? null : tools, true, false, all, TemplateOptions.DEFAULT);
        } catch (TemplateException e) {
            throw new IllegalArgumentException(name + ": chat template: " + e.getMessage(), e);
        }
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

    private synchronized ChatTemplate template() {
        if (template == null) {
            template = ChatTemplate.compile(source.orElseThrow(() -> new IllegalArgumentException(name
                    + ": the model has no chat template (tokenizer.chat_template); give it raw text or token ids")));
        }
        return template;
    }

    /** The variables that templates know special tokens by; those that the vocabulary lacks stay undefined. */
    private Map<String, Object> specialTokens() {
        Vocabulary vocabulary = required().vocabulary();
        Map<String, Object> tokens = new LinkedHashMap<>();
        Map.of("bos_token", SpecialToken.BOS, "eos_token", SpecialToken.EOS, "unk_token", SpecialToken.UNK, "pad_token",
                SpecialToken.PAD).forEach((variable, role) -> {
                    int id = vocabulary.special(role);
                    if (id >= 0) {
                        tokens.put(variable, vocabulary.text(id));
                    }
                });
        return tokens;
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
