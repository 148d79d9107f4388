package dev.tegula.file.gguf;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A GGUF file, or what was asked of it, is refused. The message says all that the accessors do.
 *
 * <p>Unchecked, since metadata are read in many places that could do nothing but pass it on.
 */
public final class GgufException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final GgufErrorCode code;
    private final String file;
    private final String field;
    private final long offset;
    private final String value;
    private final String limit;

    /** A negative offset, and a value, limit or cause of null, mean "none". */
    GgufException(GgufErrorCode code, String file, String field, long offset, String value, String limit, String reason,
            Throwable cause) {
        super(message(file, field, offset, value, limit, reason), cause);
        this.code = code;
        this.file = file;
        this.field = field;
        this.offset = offset;
        this.value = value;
        this.limit = limit;
    }

    GgufException(GgufErrorCode code, String file, String field, long offset, String value, String limit,
            String reason) {
        this(code, file, field, offset, value, limit, reason, null);
    }

    private static String message(String file, String field, long offset, String value, String limit, String reason) {
        StringBuilder text = new StringBuilder(file).append(": ").append(field);
        if (offset >= 0) {
            text.append(" at byte ").append(offset);
        }
        text.append(": ").append(reason);
        if (value != null || limit != null) {
            text.append(" (").append(value == null ? "" : "found " + value);
            text.append(value != null && limit != null ? ", " : "");
            text.append(limit == null ? "" : "limit " + limit).append(')');
        }
        return text.toString();
    }

    /** Why, for programs. */
    public GgufErrorCode code() {
        return code;
    }

    /** The file's name, or the name given with a stream. */
    public String file() {
        return file;
    }

    /** The header field, metadata key or tensor name at fault. */
    public String field() {
        return field;
    }

    /** Where in the file the field begins, in bytes, if the fault lies at one place. */
    public OptionalLong offset() {
        return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    /** The value found, shortened where it is long. */
    public Optional<String> value() {
        return Optional.ofNullable(value);
    }

    /** The limit that the value breaks, if there is one. */
    public Optional<String> limit() {
        return Optional.ofNullable(limit);
    }
}
