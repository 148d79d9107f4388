package dev.tegula.text.template;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** Times as text by the directives of C's {@code strftime}, in the C locale. */
final class Strftime {
    private Strftime() {}

    static String format(String format, LocalDateTime time, Meter meter) {
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < format.length(); at++) {
            char c = format.charAt(at);
            if (c != '%' || at + 1 == format.length()) {
                out.append(c);
                continue;
            }
            char flag = format.charAt(++at);
            if ("-_0^#".indexOf(flag) >= 0 && at + 1 < format.length()) {
                at++;
            } else {
                flag = 0;
            }
            char directive = format.charAt(at);
            String text = directive(directive, time);
            out.append(text == null ? "%" + (flag == 0 ? "" : flag) + directive : flagged(flag, text));
            meter.output(out.length());
        }
        meter.text(out.length());
        return out.toString();
    }

    /** GNU's flags: no padding, padding by spaces, padding by zeros, upper case. */
    private static String flagged(char flag, String text) {
        int padding = 0;
        while (padding < text.length() - 1 && (text.charAt(padding) == '0' || text.charAt(padding) == ' ')) {
            padding++;
        }
        return switch (flag) {
            case '-' -> text.substring(padding);
            case '_' -> " ".repeat(padding) + text.substring(padding);
            case '0' -> "0".repeat(padding) + text.substring(padding);
            case '^', '#' -> text.toUpperCase(Locale.ROOT);
            default -> text;
        };
    }

    private static String directive(char directive, LocalDateTime time) {
        int hour12 = (time.getHour() + 11) % 12 + 1;
        return switch (directive) {
            case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ROOT);
            case 'A' -> title(time.getDayOfWeek().name());
            case 'b', 'h' -> title(time.getMonth().name().substring(0, 3));
            case 'B' -> title(time.getMonth().name());
            case 'd' -> two(time.getDayOfMonth());
            case 'e' -> spaced(time.getDayOfMonth());
            case 'm' -> two(time.getMonthValue());
            case 'y' -> two(time.getYear() % 100);
            case 'Y' -> Integer.toString(time.getYear());
            case 'C' -> two(time.getYear() / 100);
            case 'G' -> Integer.toString(time.get(IsoFields.WEEK_BASED_YEAR));
            case 'g' -> two(time.get(IsoFields.WEEK_BASED_YEAR) % 100);
            case 'V' -> two(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case 'H' -> two(time.getHour());
            case 'k' -> spaced(time.getHour());
            case 'I' -> two(hour12);
            case 'l' -> spaced(hour12);
            case 'M' -> two(time.getMinute());
            case 'S' -> two(time.getSecond());
            case 'f' -> padded(time.get(ChronoField.MICRO_OF_SECOND), 6);
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'P' -> time.getHour() < 12 ? "am" : "pm";
            case 'j' -> padded(time.getDayOfYear(), 3);
            case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
            case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
            case 'U' -> two((time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7);
            case 'W' -> two((time.getDayOfYear() + 6 - (time.getDayOfWeek().getValue() + 6) % 7) / 7);
            case 'z', 'Z' -> "";
            case 's' -> Long.toString(time.toEpochSecond(ZoneOffset.UTC));
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            default -> combined(directive, time);
        };
    }

    private static String combined(char directive, LocalDateTime time) {
        String parts = switch (directive) {
            case 'c' -> "a b e T Y";
            case 'D', 'x' -> "m/d/y";
            case 'F' -> "Y-m-d";
            case 'R' -> "H:M";
            case 'T', 'X' -> "H:M:S";
            case 'r' -> "I:M:S p";
            default -> null;
        };
        if (parts == null) {
            return null;
        }
        StringBuilder out = new StringBuilder();
        for (char part : parts.toCharArray()) {
            out.append(Character.isLetter(part) ? directive(part, time) : String.valueOf(part));
        }
        return out.toString();
    }

    private static String title(String name) {
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }

    private static String two(int value) {
        return padded(value, 2);
    }

    private static String spaced(int value) {
        return value < 10 ? " " + value : Integer.toString(value);
    }

    private static String padded(int value, int width) {
        String digits = Integer.toString(value);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }
}
