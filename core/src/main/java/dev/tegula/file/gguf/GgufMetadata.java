package dev.tegula.file.gguf;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A file's metadata: typed values under keys, in the file's order. Immutable.
 *
 * <p>Three spellings of one question: {@code find…} answers empty when the key is not there, {@code get…(key)} refuses
 * with {@link GgufErrorCode#MISSING_KEY}, {@code get…(key, otherwise)} answers the other value. All of them refuse a
 * value of another type with {@link GgufErrorCode#WRONG_TYPE}, and never convert between kinds: an integer of any width
 * answers {@code getInt} and {@code getLong} if it fits ({@link GgufErrorCode#OUT_OF_RANGE} otherwise), a float of
 * either width answers {@code getFloat}, and nothing else does.
 */
public final class GgufMetadata {
    private final String file;
    private final Map<String, Entry> entries;

    GgufMetadata(String file, Map<String, Entry> entries) {
        this.file = file;
        this.entries = Collections.unmodifiableMap(entries);
    }

    /**
     * One key and its value.
     *
     * @param key the key
     * @param type the value's type
     * @param value a {@link Long} for integers (UINT64 above the largest {@code long} is negative), a {@link Float},
     *        {@link Double}, {@link Boolean} or {@link String}, or a {@link GgufArray}
     * @param offset where in the file the value begins, after its type
     */
    public record Entry(String key, GgufValueType type, Object value, long offset) {
        /** The value as text; an array as its type and length. */
        public String text() {
            return type == GgufValueType.UINT64 ? Long.toUnsignedString((Long) value) : value.toString();
        }

        private String typeName() {
            return value instanceof GgufArray array ? "array of " + array.elementType() : type.toString();
        }
    }

    /** All keys and values, in the file's order. */
    public Collection<Entry> entries() {
        return entries.values();
    }

    /** Whether the key is there, whatever its type. */
    public boolean has(String key) {
        return entries.containsKey(key);
    }

    /** The key's entry, whatever its type. */
    public Optional<Entry> entry(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    /** A string. */
    public Optional<String> findString(String key) {
        Entry entry = typed(key, GgufValueType.STRING);
        return entry == null ? Optional.empty() : Optional.of((String) entry.value);
    }

    /** A string that must be there. */
    public String getString(String key) {
        return findString(key).orElseThrow(() -> missing(key));
    }

    /** A string, or another when the key is not there. */
    public String getString(String key, String otherwise) {
        return findString(key).orElse(otherwise);
    }

    /** An integer of any width whose value fits a {@code long}. */
    public OptionalLong findLong(String key) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return OptionalLong.empty();
        }
        if (!entry.type.isInteger()) {
            throw wrongType(entry, "an integer");
        }
        long value = (Long) entry.value;
        if (entry.type == GgufValueType.UINT64 && value < 0) {
            throw outOfRange(entry, Long.toUnsignedString(value), Long.toString(Long.MAX_VALUE));
        }
        return OptionalLong.of(value);
    }

    /** An integer that must be there and fit a {@code long}. */
    public long getLong(String key) {
        return findLong(key).orElseThrow(() -> missing(key));
    }

    /** An integer that fits a {@code long}, or another when the key is not there. */
    public long getLong(String key, long otherwise) {
        return findLong(key).orElse(otherwise);
    }

    /** An integer of any width whose value fits an {@code int}. */
    public OptionalInt findInt(String key) {
        OptionalLong found = findLong(key);
        if (found.isEmpty()) {
            return OptionalInt.empty();
        }
        long value = found.getAsLong();
        if (value != (int) value) {
            throw outOfRange(entries.get(key), Long.toString(value), Integer.toString(Integer.MAX_VALUE));
        }
        return OptionalInt.of((int) value);
    }

    /** An integer that must be there and fit an {@code int}. */
    public int getInt(String key) {
        return findInt(key).orElseThrow(() -> missing(key));
    }

    /** An integer that fits an {@code int}, or another when the key is not there. */
    public int getInt(String key, int otherwise) {
        return findInt(key).orElse(otherwise);
    }

    /** A floating-point number of either width. */
    public OptionalDouble findDouble(String key) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return OptionalDouble.empty();
        }
        if (!entry.type.isFloat()) {
            throw wrongType(entry, "a floating-point number");
        }
        return OptionalDouble.of(((Number) entry.value).doubleValue());
    }

    /** A floating-point number, rounded to {@code float} if the file has it as FLOAT64. */
    public Optional<Float> findFloat(String key) {
        OptionalDouble found = findDouble(key);
        return found.isEmpty() ? Optional.empty() : Optional.of((float) found.getAsDouble());
    }

    /** A floating-point number that must be there, rounded to {@code float} if the file has it as FLOAT64. */
    public float getFloat(String key) {
        return findFloat(key).orElseThrow(() -> missing(key));
    }

    /** A floating-point number, or another when the key is not there. */
    public float getFloat(String key, float otherwise) {
        return findFloat(key).orElse(otherwise);
    }

    /** A Boolean. */
    public Optional<Boolean> findBool(String key) {
        Entry entry = typed(key, GgufValueType.BOOL);
        return entry == null ? Optional.empty() : Optional.of((Boolean) entry.value);
    }

    /** A Boolean that must be there. */
    public boolean getBool(String key) {
        return findBool(key).orElseThrow(() -> missing(key));
    }

    /** A Boolean, or another when the key is not there. */
    public boolean getBool(String key, boolean otherwise) {
        return findBool(key).orElse(otherwise);
    }

    /** An array of anything. */
    public Optional<GgufArray> findArray(String key) {
        Entry entry = typed(key, GgufValueType.ARRAY);
        return entry == null ? Optional.empty() : Optional.of((GgufArray) entry.value);
    }

    /** An array of strings, for its bytes. */
    public Optional<GgufArray> findStringArray(String key) {
        return findArray(key).map(array -> {
            if (array.elementType() != GgufValueType.STRING) {
                throw wrongType(entries.get(key), "an array of strings");
            }
            return array;
        });
    }

    /** An array of strings that must be there, for its bytes. */
    public GgufArray getStringArray(String key) {
        return findStringArray(key).orElseThrow(() -> missing(key));
    }

    /** An array of strings as a list that decodes each element when asked for it. */
    public Optional<List<String>> findStrings(String key) {
        return findStringArray(key).map(GgufArray::strings);
    }

    /** An array of strings that must be there. */
    public List<String> getStrings(String key) {
        return findStrings(key).orElseThrow(() -> missing(key));
    }

    /** A copy of an array of integers of any width that all fit an {@code int}. */
    public Optional<int[]> findInts(String key) {
        return integers(key).map(array -> {
            int[] copy = new int[array.size()];
            for (int i = 0; i < copy.length; i++) {
                long value = array.integer(i);
                if (value != (int) value) {
                    throw outOfRange(entries.get(key), array.text(i) + " as element " + i,
                            Integer.toString(Integer.MAX_VALUE));
                }
                copy[i] = (int) value;
            }
            return copy;
        });
    }

    /** A copy of an array of integers that must be there and fit {@code int}s. */
    public int[] getInts(String key) {
        return findInts(key).orElseThrow(() -> missing(key));
    }

    /** A copy of an array of integers of any width that all fit a {@code long}. */
    public Optional<long[]> findLongs(String key) {
        return integers(key).map(array -> {
            long[] copy = new long[array.size()];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = array.integer(i);
                if (array.elementType() == GgufValueType.UINT64 && copy[i] < 0) {
                    throw outOfRange(entries.get(key), array.text(i) + " as element " + i,
                            Long.toString(Long.MAX_VALUE));
                }
            }
            return copy;
        });
    }

    /** A copy of an array of floating-point numbers of either width. */
    public Optional<float[]> findFloats(String key) {
        return findArray(key).map(array -> {
            if (!array.elementType().isFloat()) {
                throw wrongType(entries.get(key), "an array of floating-point numbers");
            }
            float[] copy = new float[array.size()];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = (float) array.floating(i);
            }
            return copy;
        });
    }

    /** A copy of an array of floating-point numbers that must be there. */
    public float[] getFloats(String key) {
        return findFloats(key).orElseThrow(() -> missing(key));
    }

    /** A copy of an array of Booleans. */
    public Optional<boolean[]> findBools(String key) {
        return findArray(key).map(array -> {
            if (array.elementType() != GgufValueType.BOOL) {
                throw wrongType(entries.get(key), "an array of Booleans");
            }
            boolean[] copy = new boolean[array.size()];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = array.integer(i) != 0;
            }
            return copy;
        });
    }

    private Optional<GgufArray> integers(String key) {
        return findArray(key).map(array -> {
            if (!array.elementType().isInteger()) {
                throw wrongType(entries.get(key), "an array of integers");
            }
            return array;
        });
    }

    private Entry typed(String key, GgufValueType type) {
        Entry entry = entries.get(key);
        if (entry != null && entry.type != type) {
            throw wrongType(entry, type.toString());
        }
        return entry;
    }

    private GgufException missing(String key) {
        return new GgufException(GgufErrorCode.MISSING_KEY, file, key, -1, null, null,
                "the metadata have no such key, which is needed");
    }

    private GgufException wrongType(Entry entry, String wanted) {
        return new GgufException(GgufErrorCode.WRONG_TYPE, file, entry.key, entry.offset, entry.typeName(), null,
                "must be " + wanted);
    }

    private GgufException outOfRange(Entry entry, String value, String limit) {
        return new GgufException(GgufErrorCode.OUT_OF_RANGE, file, entry.key, entry.offset, value, limit,
                "is out of range");
    }
}
