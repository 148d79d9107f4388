package dev.tegula.exec;

import dev.tegula.exec.PackedHeader.Section;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Writes a weight cache beside its place and moves it there when it is whole and has been read back.
 *
 * <p>Written by system calls and not through a mapping, where a full disk would be a fault and not an exception. And
 * through a {@link RandomAccessFile}, since a channel closes when a thread that uses it is interrupted.
 */
final class PackedWriter {
    /** Opens the file to write; tests have others that fail. */
    interface Opener {
        RandomAccessFile open(Path path) throws IOException;
    }

    private final WeightSource source;
    private final WeightLoader loader;
    private final Workers workers;
    private final Opener opener;

    PackedWriter(WeightSource source, WeightLoader loader, Workers workers, Opener opener) {
        this.source = source;
        this.loader = loader;
        this.workers = workers;
        this.opener = opener;
    }

    /**
     * Packs weights into a file, in place of what is there.
     *
     * @param path where it will be
     * @param key what tells whether it is stale
     * @param weights what goes into it
     * @throws IOException when it cannot be written, or the weights have changed meanwhile; nothing is left of it
     */
    void write(Path path, Map<String, String> key, List<Plan.Weight> weights) throws IOException {
        PackedHeader header = PackedHeader.layout(key, weights);
        Path folder = path.toAbsolutePath().getParent();
        requireRoom(folder, header.fileBytes());
        Path temporary = folder.resolve(path.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            Files.createFile(temporary);
            // For a user who loses patience; the last line removes it in all other cases.
            temporary.toFile().deleteOnExit();
            try (RandomAccessFile file = opener.open(temporary)) {
                fill(file, header, weights);
            }
            // The same facts again, or an exception: nobody wrote to the model while it was read.
            source.identity();
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            temporary.toFile().delete();
        }
    }

    /** Better to say so at once than to fill the disk first. A file system that knows no number gives 0. */
    private static void requireRoom(Path folder, long bytes) throws IOException {
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free > 0 && free < bytes) {
            throw new IOException("takes " + bytes + " bytes, of which " + free + " are free");
        }
    }

    private void fill(RandomAccessFile file, PackedHeader header, List<Plan.Weight> weights) throws IOException {
        file.setLength(header.fileBytes());
        int[] checksums = new int[weights.size()];
        for (int i = 0; i < checksums.length; i++) {
            PackedFile.GroupSums sums = new PackedFile.GroupSums(weights.get(i));
            loader.pack(weights.get(i), new SectionTarget(file, header.sections().get(i), weights.get(i), sums));
            checksums[i] = sums.checksum();
        }
        PackedHeader complete = header.withChecksums(checksums);
        file.seek(0);
        file.write(complete.encode());
        file.getFD().sync();
        PackedFile.verify(file, complete.sections(), weights, workers);
    }

    /** Writes groups to a section of the file. */
    private record SectionTarget(RandomAccessFile file, Section section, Plan.Weight weight, PackedFile.GroupSums sums)
            implements
                PackTarget {
        @Override
        public Lane lane(int worker, Arena arena, long groups) {
            long groupBytes = weight.groupBytes();
            MemorySegment packed = arena.allocate(groups * groupBytes, 64);
            byte[] bytes = new byte[Math.toIntExact(packed.byteSize())];
            return new Lane() {
                private long first;
                private int count;

                @Override
                public MemorySegment begin(long firstGroup, long groupCount) {
                    first = firstGroup;
                    count = (int) groupCount;
                    return packed;
                }

                @Override
                public void end() throws IOException {
                    int length = (int) (count * groupBytes);
                    MemorySegment.copy(packed, ValueLayout.JAVA_BYTE, 0, bytes, 0, length);
                    sums.add(first, count, bytes);
                    synchronized (file) {
                        file.seek(section.offset() + first * groupBytes);
                        file.write(bytes, 0, length);
                    }
                }
            };
        }
    }
}
