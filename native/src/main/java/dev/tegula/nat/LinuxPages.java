package dev.tegula.nat;

import dev.tegula.tensor.LargePages;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Anonymous memory of Linux with the advice to use huge pages (mmap(2), madvise(2), MADV_HUGEPAGE), which a system follows
 * unless they are switched off in /sys/kernel/mm/transparent_hugepage/enabled. The numbers are those of x86-64 and AArch64.
 */
public final class LinuxPages implements LargePages {
    /** A huge page where pages have 4 KiB. */
    static final long PAGE = 2 << 20;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;
    private static final long FAILED = -1;

    /** Made by the service loader. */
    public LinuxPages() {}

    /** Functions of the C library that the JVM runs with. */
    private record Calls(MethodHandle map, MethodHandle advise, MethodHandle unmap) {
        static final Optional<Calls> FOUND = find();

        private static Optional<Calls> find() {
            try {
                return NativeLoader.reason().isPresent()
                        ? Optional.empty()
                        : Optional.of(new Calls(
                                handle("mmap", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
                                        ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.JAVA_LONG)),
                                handle("madvise", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
                                        ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT)),
                                handle("munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
                                        ValueLayout.JAVA_LONG))));
            } catch (RuntimeException e) {
                return Optional.empty();
            }
        }

        private static MethodHandle handle(String name, FunctionDescriptor type) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
        }

        long map(long bytes) {
            try {
                return (long) map.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            } catch (Throwable e) {
                throw new AssertionError("mmap does not throw", e);
            }
        }

        void advise(long address, long bytes) {
            try {
                // Where the system knows no huge pages, it says so, and the memory is as good as other.
                int ignored = (int) advise.invokeExact(address, bytes, MADV_HUGEPAGE);
            } catch (Throwable e) {
                throw new AssertionError("madvise does not throw", e);
            }
        }

        void unmap(long address, long bytes) {
            try {
                int ignored = (int) unmap.invokeExact(address, bytes);
            } catch (Throwable e) {
                throw new AssertionError("munmap does not throw", e);
            }
        }
    }

    @Override
    public Optional<MemorySegment> allocate(long bytes, Arena arena) {
        if (Calls.FOUND.isEmpty() || bytes < 1 || bytes > Long.MAX_VALUE - 2 * PAGE) {
            return Optional.empty();
        }
        Calls calls = Calls.FOUND.get();
        // Room to begin at a page's border; what lies before it and behind is never touched, so it takes no memory.
        long mapped = Math.ceilDiv(bytes, PAGE) * PAGE + PAGE;
        long address = calls.map(mapped);
        if (address == FAILED) {
            return Optional.empty();
        }
        long begin = Math.ceilDiv(address, PAGE) * PAGE;
        calls.advise(begin, mapped - PAGE);
        try {
            return Optional.of(MemorySegment.ofAddress(begin)
                    .reinterpret(bytes, arena, segment -> calls.unmap(address, mapped)));
        } catch (RuntimeException e) {
            calls.unmap(address, mapped);
            throw e;
        }
    }
}
