/**
 * The native engines: kernels in C, one build per instruction set, bound through the foreign function interface.
 *
 * <p>Java checks every argument, C trusts them. The library lies in the jar and is loaded when a kernel is first asked
 * for; {@link dev.tegula.nat.NativeLoader} says why it cannot be. Loading it is a restricted operation: a JVM started
 * without {@code --enable-native-access=dev.tegula.nat} ({@code ALL-UNNAMED} on the class path) warns once, or with
 * {@code --illegal-native-access=deny} refuses.
 */
package dev.tegula.nat;
