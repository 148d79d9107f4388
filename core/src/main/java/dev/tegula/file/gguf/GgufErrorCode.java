package dev.tegula.file.gguf;

/** Why a GGUF file was refused. The names are stable; the texts of messages are not. */
public enum GgufErrorCode {
    /** The file does not begin with the letters GGUF, or is no regular file. */
    NOT_GGUF,
    /** The version is neither 2 nor 3, or the file is big-endian. */
    UNSUPPORTED_VERSION,
    /** The file ends before the field does. */
    TRUNCATED,
    /** A count or length is over one of {@link GgufLimits}. */
    LIMIT_EXCEEDED,
    /** A metadata value has a type number that the format does not define. */
    UNKNOWN_VALUE_TYPE,
    /** An array whose elements are arrays. */
    NESTED_ARRAY,
    /** A value that its type does not allow: a Boolean of 7, a key that is not UTF-8, an empty tensor name. */
    BAD_VALUE,
    /** A metadata key that occurs twice. */
    DUPLICATE_KEY,
    /** A metadata key that is asked for and not there. */
    MISSING_KEY,
    /** A metadata value of another type than the one asked for. */
    WRONG_TYPE,
    /** A number that does not fit the type asked for. */
    OUT_OF_RANGE,
    /** {@code general.alignment} is no power of two within the limits. */
    BAD_ALIGNMENT,
    /** A tensor's dimension count or a dimension is zero or too large, or a row is no whole number of blocks. */
    BAD_DIMENSION,
    /** A tensor's element or byte count exceeds 63 bits. */
    OVERFLOW,
    /** A tensor type that Tegula does not read. */
    UNSUPPORTED_TENSOR_TYPE,
    /** A tensor name that occurs twice. */
    DUPLICATE_TENSOR,
    /** A tensor that is asked for and not there. */
    MISSING_TENSOR,
    /** A tensor's offset is no multiple of the alignment. */
    MISALIGNED_OFFSET,
    /** A tensor's data begin or end outside the file. */
    OUTSIDE_FILE,
    /** Two tensors share bytes. */
    OVERLAP,
    /** A split file's parts do not belong together, or a part is missing. */
    BAD_SPLIT,
    /** The file got shorter while it was open. */
    TRUNCATED_WHILE_OPEN,
    /** The operating system failed to read the file after it had been opened. */
    READ_FAILED
}
