package dev.tegula.text;

/** The roles a vocabulary can give to one of its tokens, with their keys in GGUF metadata. */
public enum SpecialToken {
    /** Beginning of a sequence. BERT's {@code [CLS]} has this role too. */
    BOS("tokenizer.ggml.bos_token_id"),
    /** End of a sequence. */
    EOS("tokenizer.ggml.eos_token_id"),
    /** End of a turn of a conversation. */
    EOT("tokenizer.ggml.eot_token_id"),
    /** End of a message that calls a tool. */
    EOM("tokenizer.ggml.eom_token_id"),
    /** Stands for text the vocabulary cannot spell. */
    UNK("tokenizer.ggml.unknown_token_id"),
    /** Separates or ends a BERT sequence. The key is spelt so in the format. */
    SEP("tokenizer.ggml.seperator_token_id"),
    /** Fills up a batch. */
    PAD("tokenizer.ggml.padding_token_id"),
    /** A masked word. */
    MASK("tokenizer.ggml.mask_token_id"),
    /** Before the prefix in a fill-in-the-middle prompt. */
    FIM_PRE("tokenizer.ggml.fim_pre_token_id"),
    /** Before the suffix in a fill-in-the-middle prompt. */
    FIM_SUF("tokenizer.ggml.fim_suf_token_id"),
    /** Before the middle in a fill-in-the-middle prompt. */
    FIM_MID("tokenizer.ggml.fim_mid_token_id"),
    /** Padding in a fill-in-the-middle prompt. */
    FIM_PAD("tokenizer.ggml.fim_pad_token_id"),
    /** Names a repository in a fill-in-the-middle prompt. */
    FIM_REP("tokenizer.ggml.fim_rep_token_id"),
    /** Separates files in a fill-in-the-middle prompt. */
    FIM_SEP("tokenizer.ggml.fim_sep_token_id");

    private final String ggufKey;

    SpecialToken(String ggufKey) {
        this.ggufKey = ggufKey;
    }

    /**
     * Returns the key of the token's id in GGUF metadata.
     *
     * @return the key
     */
    public String ggufKey() {
        return ggufKey;
    }
}
