package dev.tegula.text.template;

import java.util.Locale;

/** Upper, lower and title case and the classes of characters, by Python's rules. */
final class TextCase {
    private TextCase() {}

    static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** Case folding: for the characters of two folded forms the long one. */
    static String fold(String text) {
        return upper(text.replace("\u1e9e", "ss")).toLowerCase(Locale.ROOT).replace('\u03c2', '\u03c3');
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = Character.charCount(text.codePointAt(0));
        return titled(text.codePointAt(0)) + tail(text, first);
    }

    /** The rest in lower case, cased in its context (a sigma that ends a word). */
    private static String tail(String text, int from) {
        return lower(text).substring(lower(text.substring(0, from)).length());
    }

    private static String titled(int cp) {
        int title = Character.toTitleCase(cp);
        if (title != cp) {
            return Character.toString(title);
        }
        String upper = upper(Character.toString(cp));
        if (upper.codePointCount(0, upper.length()) == 1) {
            return upper;
        }
        int first = Character.charCount(upper.codePointAt(0));
        return upper.substring(0, first) + lower(upper.substring(first));
    }

    private static boolean isCased(int cp) {
        return Character.isUpperCase(cp) || Character.isLowerCase(cp) || Character.isTitleCase(cp);
    }

    /** {@code str.title}: a letter after none is title case, after another lower. */
    static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean inWord = false;
        for (int at = 0; at < text.length();) {
            int cp = text.codePointAt(at);
            at += Character.charCount(cp);
            out.append(inWord ? lower(Character.toString(cp)) : titled(cp));
            inWord = isCased(cp);
        }
        return out.toString();
    }

    static String swap(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(cp -> {
            String one = Character.toString(cp);
            out.append(Character.isUpperCase(cp) ? lower(one) : Character.isLowerCase(cp) ? upper(one) : one);
        });
        return out.toString();
    }

    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(cp -> Character.isLowerCase(cp) || Character.isTitleCase(cp));
    }

    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(cp -> Character.isUpperCase(cp) || Character.isTitleCase(cp));
    }

    static boolean isTitle(String text) {
        boolean any = false;
        boolean inWord = false;
        for (int at = 0; at < text.length();) {
            int cp = text.codePointAt(at);
            at += Character.charCount(cp);
            boolean upper = Character.isUpperCase(cp) || Character.isTitleCase(cp);
            if (upper ? inWord : Character.isLowerCase(cp) && !inWord) {
                return false;
            }
            any |= upper;
            inWord = isCased(cp);
        }
        return any;
    }

    /** Decimal digits and the superscripts and circled digits that count as digits. */
    static boolean isDigit(int cp) {
        return Character.isDigit(cp) || cp == 0xB2 || cp == 0xB3 || cp == 0xB9 || cp >= 0x2070 && cp <= 0x2089
                && cp != 0x2071 && cp != 0x2072 && cp != 0x2073 || cp >= 0x2460 && cp <= 0x2468
                || cp >= 0x2474 && cp <= 0x247C || cp >= 0x2488 && cp <= 0x2490;
    }

    /** Characters with a numeric value. */
    static boolean isNumeric(int cp) {
        int type = Character.getType(cp);
        return isDigit(cp) || type == Character.LETTER_NUMBER || type == Character.OTHER_NUMBER
                || "零一二三四五六七八九十百千万億".indexOf(cp) >= 0;
    }
}
