package dev.tegula.text;

import java.util.Locale;

/**
 * What GGUF files leave unsaid about special tokens and readers of the format have agreed on: well-known spellings end
 * generation or have a role whatever their type says, and a few models' tokens swallow white space.
 */
final class SpecialRules {

    private static final String DEEPSEEK_END = "<\uFF5Cend\u2581of\u2581sentence\uFF5C>";

    /** Spellings that end a turn, by which the EOT role is given where the file names none. */
    private static final String[] END_OF_TURN = {"<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>",
        "<|endoftext|>",
        "<|end_of_text|>", "<EOT>", "_<EOT>", "[EOT]", DEEPSEEK_END, "<end_of_utterance>"};
    private static final String[] END_OF_MESSAGE = {"<|eom_id|>"};
    private static final String[] FIM_PREFIX = {"<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>",
        "<\uFF5Cfim\u2581begin\uFF5C>", "<PRE>", "\u2581<PRE>", "<|code_prefix|>", "<|prefix|>"};
    private static final String[] FIM_SUFFIX = {"<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>",
        "<\uFF5Cfim\u2581hole\uFF5C>", "<SUF>", "\u2581<SUF>", "<|code_suffix|>", "<|suffix|>"};
    private static final String[] FIM_MIDDLE = {"<|fim_middle|>", "<fim-middle>", "<fim_middle>",
        "<\uFF5Cfim\u2581end\uFF5C>", "<MID>", "\u2581<MID>", "<|code_middle|>", "<|middle|>"};
    private static final String[] FIM_PAD = {"<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"};
    private static final String[] FIM_REPOSITORY = {"<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>",
        "<reponame>"};
    private static final String[] FIM_SEPARATOR = {"<|file_sep|>"};

    /** Further spellings that end generation. */
    private static final String[] END_OF_GENERATION = {"<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "</s>",
        "<|eom_id|>", "[EOS]", "<eos>", "<turn|>", "<|tool_response>", "[e~["};
    /** Tokens of a published chat format that belong to the visible text. */
    private static final String[] ALWAYS_SHOWN = {"<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"};

    private final VocabularyBuilder vocabulary;
    private final IntList ends = new IntList(8);

    private SpecialRules(VocabularyBuilder vocabulary) {
        this.vocabulary = vocabulary;
    }

    static void apply(VocabularyBuilder vocabulary, String pre) {
        SpecialRules rules = new SpecialRules(vocabulary);
        rules.findRoles();
        rules.findEnds();
        vocabulary.endOfGeneration = rules.ends.toArray();
        java.util.Arrays.sort(vocabulary.endOfGeneration);
        rules.setStripping(pre);
    }

    private void findRoles() {
        findRole(SpecialToken.EOT, END_OF_TURN);
        findRole(SpecialToken.EOM, END_OF_MESSAGE);
        findRole(SpecialToken.FIM_PRE, FIM_PREFIX);
        findRole(SpecialToken.FIM_SUF, FIM_SUFFIX);
        findRole(SpecialToken.FIM_MID, FIM_MIDDLE);
        findRole(SpecialToken.FIM_PAD, FIM_PAD);
        findRole(SpecialToken.FIM_REP, FIM_REPOSITORY);
        findRole(SpecialToken.FIM_SEP, FIM_SEPARATOR);
    }

    private void findRole(SpecialToken role, String[] spellings) {
        if (vocabulary.roles[role.ordinal()] >= 0) {
            return;
        }
        for (String spelling : spellings) {
            int id = vocabulary.strings.indexOf(spelling);
            if (id >= 0) {
                vocabulary.roles[role.ordinal()] = id;
                vocabulary.attributes[id] |= Vocabulary.CONTROL;
                return;
            }
        }
    }

    private void findEnds() {
        addRole(SpecialToken.FIM_PAD);
        addRole(SpecialToken.FIM_REP);
        addRole(SpecialToken.FIM_SEP);
        addSpellings(END_OF_TURN);
        addSpellings(END_OF_GENERATION);
        for (String spelling : ALWAYS_SHOWN) {
            int id = vocabulary.strings.indexOf(spelling);
            if (id >= 0) {
                vocabulary.attributes[id] = Vocabulary.USER_DEFINED;
            }
        }
        addRole(SpecialToken.EOS);
        addRole(SpecialToken.EOT);
        addRole(SpecialToken.EOM);
        boolean called = isEnd("<|call|>") || isEnd("<|calls|>");
        if (called && (isEnd("<|return|>") || isEnd("<|flush|>"))) { // there "<|end|>" only ends a message
            remove("<|end|>", Vocabulary.USER_DEFINED);
        }
        if (isEnd("<|tool_response>")) { // there "</s>" is markup
            remove("</s>", Vocabulary.NORMAL);
        }
    }

    private void addSpellings(String[] spellings) {
        for (String spelling : spellings) {
            int id = vocabulary.strings.indexOf(spelling);
            if (id >= 0) {
                add(id);
                vocabulary.attributes[id] |= Vocabulary.CONTROL;
            }
        }
    }

    private void addRole(SpecialToken role) {
        add(vocabulary.roles[role.ordinal()]);
    }

    private void add(int id) {
        if (id >= 0 && !contains(id)) {
            ends.add(id);
        }
    }

    private boolean contains(int id) {
        for (int i = 0; i < ends.size(); i++) {
            if (ends.get(i) == id) {
                return true;
            }
        }
        return false;
    }

    private boolean isEnd(String spelling) {
        int id = vocabulary.strings.indexOf(spelling);
        return id >= 0 && contains(id);
    }

    private void remove(String spelling, int attribute) {
        int id = vocabulary.strings.indexOf(spelling);
        if (id < 0 || !contains(id)) {
            return;
        }
        int[] all = ends.toArray();
        ends.clear();
        for (int e : all) {
            if (e != id) {
                ends.add(e);
            }
        }
        vocabulary.attributes[id] = (byte) attribute;
    }

    private void setStripping(String pre) {
        String name = vocabulary.modelName.toLowerCase(Locale.ROOT);
        boolean jina = pre.contains("jina-v2-de") || pre.contains("jina-v2-es") || pre.contains("jina-v2-code")
                || vocabulary.architecture.contains("nomic-bert-moe")
                || vocabulary.architecture.contains("jina-bert-v3");
        if (jina) {
            strip("<mask>", Vocabulary.STRIP_LEFT, true);
        } else if (name.contains("phi-3") || name.contains("phi3")) {
            for (int id = 0; id < vocabulary.attributes.length; id++) {
                if ((vocabulary.attributes[id]
                        & (Vocabulary.CONTROL | Vocabulary.USER_DEFINED | Vocabulary.UNKNOWN)) != 0) {
                    vocabulary.attributes[id] |= (byte) Vocabulary.STRIP_RIGHT;
                }
            }
            strip("</s>", Vocabulary.STRIP_RIGHT, true);
            strip("<unk>", Vocabulary.STRIP_RIGHT, false);
            strip("<s>", Vocabulary.STRIP_RIGHT, false);
            strip("<|endoftext|>", Vocabulary.STRIP_RIGHT, false);
        } else if (name.contains("modern-bert")) {
            strip("[MASK]", Vocabulary.STRIP_LEFT, true);
        }
    }

    private void strip(String spelling, int attribute, boolean value) {
        int id = vocabulary.strings.indexOf(spelling);
        if (id >= 0) {
            int old = vocabulary.attributes[id];
            vocabulary.attributes[id] = (byte) (value ? old | attribute : old & ~attribute);
        }
    }
}
