package dev.tegula.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/** Python's arithmetic: integers of any size (Long where they fit), true and floor division, its modulo and powers. */
final class Numbers {
    private static final BigInteger MIN_LONG = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);
    /** Larger integers are refused: no prompt needs one, and printing one takes quadratic time. */
    private static final long MAX_BITS = 1 << 17;

    private Numbers() {}

    static Object norm(BigInteger value) {
        return value.bitLength() < 64 ? (Object) value.longValue() : value;
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean
                || value instanceof BigInteger;
    }

    static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof Boolean || value instanceof BigInteger;
    }

    static BigInteger big(Object integer) {
        return switch (integer) {
            case Long value -> BigInteger.valueOf(value);
            case Boolean value -> value ? BigInteger.ONE : BigInteger.ZERO;
            default -> (BigInteger) integer;
        };
    }

    /** A boolean as the integer that it is in arithmetic; other values as they are. */
    static Object plain(Object value) {
        return value instanceof Boolean flag ? (Object) (flag ? 1L : 0L) : value;
    }

    static double real(Object number) {
        return switch (number) {
            case Double value -> value;
            case Long value -> value;
            case Boolean value -> value ? 1 : 0;
            default -> {
                double value = ((BigInteger) number).doubleValue();
                if (Double.isInfinite(value)) {
                    throw TemplateException.runtime("int too large to convert to float");
                }
                yield value;
            }
        };
    }

    static int compare(Object left, Object right) {
        if (left instanceof Double || right instanceof Double) {
            double a = left instanceof BigInteger big ? big.doubleValue() : real(left);
            double b = right instanceof BigInteger big ? big.doubleValue() : real(right);
            if (a != b || Double.isInfinite(a) || Math.abs(a) < 0x1p53) {
                return a < b ? -1 : a > b ? 1 : 0;
            }
            return exact(left).compareTo(exact(right));
        }
        if (plain(left) instanceof Long a && plain(right) instanceof Long b) {
            return a.compareTo(b);
        }
        return big(left).compareTo(big(right));
    }

    private static BigDecimal exact(Object number) {
        return number instanceof Double real ? new BigDecimal(real) : new BigDecimal(big(number));
    }

    static boolean isNaN(Object value) {
        return value instanceof Double real && real.isNaN();
    }

    /** The result of an operator on two numbers. */
    static Object binary(String operator, Object left, Object right) {
        if (left instanceof Double || right instanceof Double) {
            return reals(operator, real(left), real(right));
        }
        Object a = plain(left);
        Object b = plain(right);
        if (a instanceof Long x && b instanceof Long y) {
            Object quick = longs(operator, x, y);
            if (quick != null) {
                return quick;
            }
        }
        return integers(operator, big(a), big(b));
    }

    /** The result where it can be had from longs alone, else null. */
    private static Object longs(String operator, long a, long b) {
        switch (operator) {
            case "+" -> {
                long sum = a + b;
                return ((a ^ sum) & (b ^ sum)) < 0 ? null : (Object) sum;
            }
            case "-" -> {
                long difference = a - b;
                return ((a ^ b) & (a ^ difference)) < 0 ? null : (Object) difference;
            }
            case "*" -> {
                long high = Math.multiplyHigh(a, b);
                long low = a * b;
                return high == low >> 63 ? (Object) low : null;
            }
            default -> {
                return null;
            }
        }
    }

    private static Object integers(String operator, BigInteger a, BigInteger b) {
        return switch (operator) {
            case "+" -> norm(a.add(b));
            case "-" -> norm(a.subtract(b));
            case "*" -> {
                limit((long) a.bitLength() + b.bitLength());
                yield norm(a.multiply(b));
            }
            case "/" -> divide(a, b);
            case "//" -> {
                nonZero(b, "integer division or modulo by zero");
                BigInteger[] parts = a.divideAndRemainder(b);
                yield norm(parts[1].signum() != 0 && parts[1].signum() != b.signum()
                        ? parts[0].subtract(BigInteger.ONE)
                        : parts[0]);
            }
            case "%" -> {
                nonZero(b, "integer modulo by zero");
                BigInteger rest = a.remainder(b);
                yield norm(rest.signum() != 0 && rest.signum() != b.signum() ? rest.add(b) : rest);
            }
            default -> power(a, b);
        };
    }

    private static void nonZero(BigInteger value, String message) {
        if (value.signum() == 0) {
            throw TemplateException.runtime(message);
        }
    }

    private static Object divide(BigInteger a, BigInteger b) {
        nonZero(b, "division by zero");
        if (a.bitLength() <= 53 && b.bitLength() <= 53) {
            return a.doubleValue() / b.doubleValue();
        }
        double quotient = new BigDecimal(a).divide(new BigDecimal(b), new MathContext(40)).doubleValue();
        if (Double.isInfinite(quotient)) {
            throw TemplateException.runtime("integer division result too large for a float");
        }
        return quotient;
    }

    private static Object power(BigInteger a, BigInteger b) {
        if (b.signum() < 0) {
            return reals("**", real(norm(a)), real(norm(b)));
        }
        if (a.abs().bitLength() <= 1) {
            return norm(b.signum() == 0 ? BigInteger.ONE : a.signum() < 0 && !b.testBit(0) ? BigInteger.ONE : a);
        }
        limit(b.bitLength() > 31 ? Long.MAX_VALUE : Math.multiplyExact((long) a.bitLength(), b.longValue()));
        return norm(a.pow(b.intValueExact()));
    }

    private static void limit(long bits) {
        if (bits > MAX_BITS) {
            throw TemplateException.limit("an integer of more than " + MAX_BITS + " bits");
        }
    }

    private static Object reals(String operator, double a, double b) {
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> {
                if (b == 0) {
                    throw TemplateException.runtime("float division by zero");
                }
                yield a / b;
            }
            case "//" -> {
                if (b == 0) {
                    throw TemplateException.runtime("float floor division by zero");
                }
                yield floorDivide(a, b);
            }
            case "%" -> {
                if (b == 0) {
                    throw TemplateException.runtime("float modulo");
                }
                yield modulo(a, b);
            }
            default -> realPower(a, b);
        };
    }

    private static double modulo(double a, double b) {
        double rest = a % b;
        if (rest == 0) {
            return Math.copySign(0.0, b);
        }
        return rest < 0 != b < 0 ? rest + b : rest;
    }

    private static double floorDivide(double a, double b) {
        double rest = a % b;
        double quotient = (a - rest) / b;
        if (rest != 0 && rest < 0 != b < 0) {
            quotient -= 1;
        }
        if (quotient == 0) {
            return Math.copySign(0.0, a / b);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static Object realPower(double a, double b) {
        if (a == 0 && b < 0) {
            throw TemplateException.runtime("0.0 cannot be raised to a negative power");
        }
        if (a < 0 && b != Math.rint(b) && !Double.isInfinite(b) && !Double.isInfinite(a)) {
            throw TemplateException.runtime("a negative number raised to a fractional power is complex");
        }
        if (a == 1) {
            return 1.0;
        }
        double result = Math.pow(a, b);
        if (Double.isInfinite(result) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
            throw TemplateException.runtime("Numerical result out of range");
        }
        return result;
    }

    static Object negate(Object number) {
        return switch (plain(number)) {
            case Double value -> -value;
            case Long value when value != Long.MIN_VALUE -> -value;
            default -> norm(big(number).negate());
        };
    }

    /** Rounded to {@code digits} places after the point, halves to even, exactly. */
    static double round(double value, int digits) {
        if (Double.isNaN(value) || Double.isInfinite(value) || digits > 330) {
            return value;
        }
        if (digits < -330) {
            return Math.copySign(0.0, value);
        }
        double rounded = new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
        return Math.copySign(rounded, value);
    }

    /** A float cut to an integer. */
    static Object truncate(double value) {
        if (Double.isNaN(value)) {
            throw TemplateException.runtime("cannot convert float NaN to integer");
        }
        if (Double.isInfinite(value)) {
            throw TemplateException.runtime("cannot convert float infinity to integer");
        }
        if (Math.abs(value) < 0x1p62) {
            return (long) value;
        }
        return norm(new BigDecimal(value).toBigInteger());
    }

    /** An index as an int, cut to the int range: no sequence here is longer. */
    static int clamp(Object integer) {
        BigInteger value = big(integer).max(MIN_LONG).min(MAX_LONG);
        return Math.clamp(value.longValue(), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
}
