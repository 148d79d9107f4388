package dev.tegula.nat;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The AArch64 library of the jar at work on this machine: QEMU runs it in a process of its own (harness.c), and stubs with
 * the addresses of this process carry each call over there and its results back. Kernels cannot tell the difference, so
 * every test of theirs can run on it.
 */
final class Emulator implements AutoCloseable {
    private static final String COMPILER = "aarch64-linux-gnu-gcc";
    private static final String QEMU = "qemu-aarch64";
    /** What the operands of one call may take. */
    private static final long MEMORY_BYTES = 64 << 20;
    private static final int NAME_BYTES = 64;
    private static final int ARGUMENTS = 16;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final Process process;
    private Throwable failure;

    /**
     * Starts one.
     *
     * @param folder where its files may lie
     * @param cpu name of a processor that QEMU knows, "max" for one that has everything
     */
    Emulator(Path folder, String cpu) throws IOException, InterruptedException {
        Path library = folder.resolve("libtegula.so");
        try (InputStream in = resource()) {
            Files.copy(in, library);
        }
        Path harness = folder.resolve("harness");
        Process compiler = new ProcessBuilder(COMPILER, "-O1", "-o", harness.toString(), "src/test/c/harness.c", "-ldl")
                .redirectErrorStream(true)
                .start();
        String messages = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (compiler.waitFor() != 0) {
            throw new IOException(messages);
        }
        Path shared = folder.resolve("memory");
        try (FileChannel file = FileChannel.open(shared, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            this.memory = file.map(FileChannel.MapMode.READ_WRITE, 0, MEMORY_BYTES, arena);
        }
        this.process = new ProcessBuilder(QEMU, "-cpu", cpu, "-L", systemRoot(), harness.toString(),
                library.toString(), shared.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** Why there can be none here, or nothing. */
    static Optional<String> reason() {
        try (InputStream in = resource()) {
            if (in == null) {
                return Optional.of("this build has no library for AArch64");
            }
        } catch (IOException e) {
            return Optional.of(e.toString());
        }
        for (String command : List.of(COMPILER, QEMU)) {
            try {
                output(command, "--version");
            } catch (IOException e) {
                return Optional.of("there is no " + command + " on this machine");
            }
        }
        return Optional.empty();
    }

    private static InputStream resource() {
        return NativeLoader.class.getResourceAsStream("linux-aarch64/libtegula.so");
    }

    /** Where the other processor's C library is, as its compiler has it. */
    private static String systemRoot() throws IOException {
        Path loader = Path.of(output(COMPILER, "-print-file-name=ld-linux-aarch64.so.1").strip()).toRealPath();
        return loader.getParent().getParent().toString();
    }

    private static String output(String... command) throws IOException {
        Process process = new ProcessBuilder(command).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The functions of an instruction set. */
    Functions functions(Isa isa) {
        return new Functions(isa, this::stub, () -> Blockings.of(isa));
    }

    /** What the probe says of the emulated processor. */
    int features() {
        return call("tegula_features", new Argument(0, 0, false));
    }

    /** The first thing that went wrong in a stub, from which no exception can come back, or null. */
    synchronized Throwable failure() {
        return failure;
    }

    /** A function with the arguments of the C function, all of them as wide as a long. */
    private MemorySegment stub(String name) {
        EmulatedCall description = EmulatedCall.of(name);
        int count = description.arguments();
        try {
            MethodHandle carry = MethodHandles.lookup()
                    .findVirtual(Emulator.class, "carry",
                            MethodType.methodType(void.class, String.class, EmulatedCall.class, long[].class));
            MethodHandle target = MethodHandles.insertArguments(carry, 0, this, name, description)
                    .asCollector(long[].class, count);
            return Linker.nativeLinker()
                    .upcallStub(target, FunctionDescriptor.ofVoid(
                            Collections.nCopies(count, JAVA_LONG).toArray(MemoryLayout[]::new)), arena);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized void carry(String name, EmulatedCall description, long[] arguments) {
        try {
            Argument[] each = new Argument[arguments.length];
            Arrays.setAll(each, i -> new Argument(arguments[i], 0, false));
            for (EmulatedCall.Memory operand : description.memory(arguments)) {
                each[operand.argument()] = new Argument(arguments[operand.argument()], operand.bytes(),
                        operand.written());
            }
            call(name, each);
        } catch (Throwable e) {
            failure = failure == null ? e : failure;
        }
    }

    /**
     * An argument.
     *
     * @param bytes of memory that begins at the value, or 0 for a number
     * @param written whether the function writes there
     */
    private record Argument(long value, long bytes, boolean written) {
        boolean touches(Argument other) {
            return bytes > 0 && other.bytes > 0 && value < other.value + other.bytes
                    && other.value < value + bytes;
        }

        MemorySegment segment() {
            return MemorySegment.ofAddress(value).reinterpret(bytes);
        }
    }

    /** Calls a function; the low byte of its result. Operands that share memory here share it there. */
    private int call(String name, Argument... arguments) {
        ByteBuffer request = ByteBuffer.allocate(NAME_BYTES + 8 + 8 * ARGUMENTS).order(ByteOrder.LITTLE_ENDIAN);
        request.put(name.getBytes(StandardCharsets.UTF_8));
        long end = 0;
        long pointers = 0;
        long[] places = new long[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            Argument argument = arguments[i];
            places[i] = argument.value();
            if (argument.bytes() > 0) {
                pointers |= 1L << i;
                places[i] = place(arguments, places, i, end);
                MemorySegment.copy(argument.segment(), 0, memory, places[i], argument.bytes());
                end = Math.max(end, places[i] + argument.bytes());
            }
            request.putLong(NAME_BYTES + 8 + 8 * i, places[i]);
        }
        request.putLong(NAME_BYTES, pointers);
        int result = send(name, request.array());
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].written() && arguments[i].bytes() > 0) {
                MemorySegment.copy(memory, places[i], arguments[i].segment(), 0, arguments[i].bytes());
            }
        }
        return result;
    }

    /** Where an operand goes: past the others, as far from a cache line's begin as here; or where one lies that it shares. */
    private static long place(Argument[] arguments, long[] places, int i, long end) {
        for (int j = 0; j < i; j++) {
            if (arguments[j].touches(arguments[i])) {
                if (arguments[j].value() != arguments[i].value()) {
                    throw new IllegalArgumentException(
                            "arguments " + j + " and " + i + " share a part of their memory");
                }
                return places[j];
            }
        }
        return Math.ceilDiv(end, 64L) * 64 + 64 + arguments[i].value() % 64;
    }

    private int send(String name, byte[] request) {
        try {
            process.getOutputStream().write(request);
            process.getOutputStream().flush();
            int result = process.getInputStream().read();
            if (result < 0) {
                throw new IllegalStateException(name + " ended the process with " + process.waitFor());
            }
            return result;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(name, e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        arena.close();
    }
}
