package dev.tegula.text;

/** The family of a tokenizer, as {@code tokenizer.ggml.model} names it in GGUF files. */
public enum TokenizerModel {
    /** SentencePiece's BPE: the pair whose token has the highest score merges first; unknown text falls to bytes. */
    SENTENCEPIECE("llama"),
    /** Byte-level BPE: the text is split by a pre-tokenizer, then pairs merge in the order of a merge list. */
    BPE("gpt2"),
    /** WordPiece: longest match first inside each word of the normalized text. */
    WORDPIECE("bert");

    private final String ggufName;

    TokenizerModel(String ggufName) {
        this.ggufName = ggufName;
    }

    /**
     * Returns the name in GGUF metadata.
     *
     * @return the value of {@code tokenizer.ggml.model}
     */
    public String ggufName() {
        return ggufName;
    }

    /**
     * Finds a family by its GGUF name.
     *
     * @param name
     *            value of {@code tokenizer.ggml.model}
     * @return the family
     * @throws TokenizerException
     *             if the name is none of those known here
     */
    public static TokenizerModel ofGguf(String name) {
        StringBuilder known = new StringBuilder();
        for (TokenizerModel m : values()) {
            if (m.ggufName.equals(name)) {
                return m;
            }
            known.append(known.isEmpty() ? "" : ", ").append(m.ggufName);
        }
        throw new TokenizerException("tokenizer.ggml.model: '" + name + "' is not supported (known: " + known + ")");
    }
}
