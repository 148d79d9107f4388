package dev.tegula.nat;

import java.util.List;

/** Prints why each native engine is unavailable, a line each: run in a JVM of its own. */
final class Reasons {
    private Reasons() {}

    public static void main(String[] args) {
        for (NativeProvider provider : List.of(new AmxProvider(), new Avx512Provider(), new AvxVnniProvider(),
                new Avx2Provider(),
                new I8mmProvider(), new NeonProvider())) {
            System.out.println(provider.unavailable().map(Object::toString).orElse(provider.engine() + ": available"));
        }
    }
}
