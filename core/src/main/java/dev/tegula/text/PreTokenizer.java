package dev.tegula.text;

import dev.tegula.text.RunPass.Set;
import java.util.List;
import java.util.Map;

/**
 * A pre-tokenizer of byte-level BPE: passes that split a text into the words inside which merges happen, with the flags
 * that its name implies in GGUF files. Names are those of {@code tokenizer.ggml.pre}; an unknown or missing one is
 * refused, as a wrong guess gives subtly wrong tokens.
 */
final class PreTokenizer {

    private static final WordPass.Options LLAMA3 = new WordPass.Options(true, false, false, false, 3, false);
    private static final WordPass.Options QWEN2 = new WordPass.Options(true, false, false, false, 1, false);
    private static final WordPass.Options QWEN35 = new WordPass.Options(true, false, false, true, 1, false);
    private static final WordPass.Options TEKKEN = new WordPass.Options(false, false, true, false, 1, true);
    private static final WordPass.Options GPT4O = new WordPass.Options(false, true, true, false, 3, true);

    /** Names that files of the other families have, where nothing depends on them. */
    private static final Map<TokenizerModel, List<String>> WITHOUT_EFFECT = Map.of(
            TokenizerModel.SENTENCEPIECE, List.of("default", "llama-spm", "phi-3"),
            TokenizerModel.WORDPIECE, List.of("default", "bert-bge", "bert-bge-large", "jina-v1-en", "jina-v2-en"));

    private final String name;
    private final SplitPass[] passes;
    private boolean ignoreMerges;
    private boolean addBos;
    private boolean addSep;

    private PreTokenizer(String name, SplitPass... passes) {
        this.name = name;
        this.passes = passes;
    }

    /** The pre-tokenizer with a name, or null. */
    private static PreTokenizer find(String name) {
        return switch (name) {
            case "default" -> new PreTokenizer(name, RunPass.runs(Set.DEFAULT_PUNCTUATION), new Gpt2Pass(),
                    RunPass.runs(Set.NUMBER), new RunPass(Set.DIGIT, false, 3, 3));
            case "falcon" -> new PreTokenizer(name, RunPass.runs(Set.FALCON_PUNCTUATION), new Gpt2Pass(),
                    new RunPass(Set.DIGIT, false, 3, 3));
            case "gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "granite-docling", "exaone4", "gigachat",
                    "mellum",
                    "a.x-4.0", "modern-bert", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de" ->
                new PreTokenizer(name, new Gpt2Pass());
            case "jina-v1-en", "jina-v2-code", "roberta-bpe" -> new PreTokenizer(name, new Gpt2Pass()).addsSep();
            case "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2" ->
                new PreTokenizer(name, RunPass.singles(Set.NUMBER), new Gpt2Pass());
            case "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
                    "jina-v5-nano" ->
                new PreTokenizer(name, new WordPass(LLAMA3)).ignoresMerges().addsBos();
            case "dbrx", "smaug-bpe", "glm4", "chatglm-bpe" -> new PreTokenizer(name, new WordPass(LLAMA3));
            case "qwen2", "stablelm2", "deepseek-r1-qwen", "megrez", "hunyuan", "kormo", "f2llmv2", "grok-2",
                    "solar-open" ->
                new PreTokenizer(name, new WordPass(QWEN2));
            case "qwen35" -> new PreTokenizer(name, new WordPass(QWEN35));
            case "tekken" -> new PreTokenizer(name, new WordPass(TEKKEN)).ignoresMerges().addsBos();
            case "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2" -> new PreTokenizer(name, new WordPass(GPT4O));
            case "deepseek-llm" ->
                new PreTokenizer(name, RunPass.singles(Set.NEWLINE), RunPass.spacedRuns(Set.CASED_LETTER),
                        RunPass.spacedRuns(Set.WIDE_PUNCTUATION), new TrailingSpacePass(), RunPass.runs(Set.CJK),
                        RunPass.runs(Set.NUMBER));
            case "deepseek-coder" ->
                new PreTokenizer(name, RunPass.singles(Set.NEWLINE), RunPass.spacedRuns(Set.LETTER),
                        RunPass.spacedRuns(Set.PUNCTUATION), RunPass.runs(Set.CJK), RunPass.singles(Set.NUMBER));
            case "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4" -> new PreTokenizer(name,
                    new RunPass(Set.NUMBER, false, 1, 3), RunPass.runs(Set.CJK_KANA), new DeepSeekV3Pass());
            default -> null;
        };
    }

    static PreTokenizer named(String name) {
        if (name == null || name.isEmpty()) {
            throw new TokenizerException("tokenizer.ggml.pre is missing; the pre-tokenizer must be named (--pre NAME)");
        }
        PreTokenizer found = find(name);
        if (found == null) {
            throw new TokenizerException("tokenizer.ggml.pre: pre-tokenizer '" + name
                    + "' is not known; another can be named (--pre NAME)");
        }
        return found;
    }

    /** Refuses a name that means something in no file of a family without pre-tokenizers; it may be missing. */
    static void checkUnused(TokenizerModel model, String name) {
        List<String> known = WITHOUT_EFFECT.get(model);
        if (name != null && !name.isEmpty() && !known.contains(name)) {
            throw new TokenizerException("tokenizer.ggml.pre: '" + name + "' is not known for a '" + model.ggufName()
                    + "' tokenizer, which has no pre-tokenizer; known are " + known);
        }
    }

    private PreTokenizer ignoresMerges() {
        ignoreMerges = true;
        return this;
    }

    private PreTokenizer addsBos() {
        addBos = true;
        return this;
    }

    private PreTokenizer addsSep() {
        addSep = true;
        return this;
    }

    String name() {
        return name;
    }

    /** Whether a word that is a token as a whole is taken so, whatever the merges say. */
    boolean ignoreMerges() {
        return ignoreMerges;
    }

    boolean addBos() {
        return addBos;
    }

    boolean addSep() {
        return addSep;
    }

    /** The ends of the words, as positions in {@code text}, ascending. */
    IntList split(CodePoints text) {
        IntList ends = new IntList(16 + text.count / 4);
        if (text.count == 0) {
            return ends;
        }
        ends.add(text.count);
        for (SplitPass pass : passes) {
            IntList finer = new IntList(16 + text.count / 4);
            int from = 0;
            for (int i = 0; i < ends.size(); i++) {
                pass.split(text, from, ends.get(i), finer);
                from = ends.get(i);
            }
            ends = finer;
        }
        return ends;
    }
}
