package dev.tegula.exec;

import dev.tegula.exec.PackedHeader.Section;
import dev.tegula.exec.PackedHeader.SectionId;
import dev.tegula.tensor.Storage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Opens a weight cache: checks it, then maps it. */
final class PackedFile {
    private PackedFile() {}

    /**
     * Maps the weights of a cache file.
     *
     * @param key what it must have been made from
     * @param weights what it must hold
     * @param verifiers who compare the sections' bytes with their checksums, if anybody
     * @param storage owns the mapping
     * @return the memory of each weight
     * @throws UnusableCacheException when it is not what is wanted
     * @throws IOException when it is not there or cannot be read
     */
    static List<MemorySegment> open(Path path, Map<String, String> key, List<Plan.Weight> weights,
            Optional<Workers> verifiers, Storage storage) throws IOException {
        if (Files.notExists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        if (!Files.isRegularFile(path)) {
            throw UnusableCacheException.foreign();
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            PackedHeader header = PackedHeader.read(file);
            checkKey(header.key(), key);
            long length = file.length();
            List<Section> sections = find(header, weights, length);
            if (verifiers.isPresent()) {
                verify(file, sections, weights, verifiers.get());
            }
            MemorySegment mapping = storage.map(file.getChannel(), length);
            return sections.stream().map(section -> mapping.asSlice(section.offset(), section.bytes())).toList();
        }
    }

    private static void checkKey(Map<String, String> found, Map<String, String> wanted)
            throws UnusableCacheException {
        for (Map.Entry<String, String> fact : wanted.entrySet()) {
            String value = found.get(fact.getKey());
            if (!fact.getValue().equals(value)) {
                throw new UnusableCacheException("is stale: it was made for the " + fact.getKey() + " " + value
                        + ", wanted is " + fact.getValue());
            }
        }
        if (found.size() != wanted.size()) {
            throw new UnusableCacheException("is stale: it has another key");
        }
    }

    /** The sections of the weights, in their order, each of which lies inside the file and behind the header. */
    private static List<Section> find(PackedHeader header, List<Plan.Weight> weights, long length)
            throws UnusableCacheException {
        Map<SectionId, Section> byId = new HashMap<>();
        for (Section section : header.sections()) {
            byId.put(new SectionId(section.name(), section.packing()), section);
        }
        int headerBytes = header.encode().length;
        List<Section> sections = new ArrayList<>();
        for (Plan.Weight weight : weights) {
            Section section = byId.get(new SectionId(weight));
            if (section == null || !section.holds(weight)) {
                throw new UnusableCacheException("has no " + weight.value().name() + " packed as "
                        + weight.packing().id());
            }
            if (section.offset() < headerBytes || section.offset() % PackedHeader.ALIGNMENT != 0
                    || section.bytes() > length - section.offset()) {
                throw new UnusableCacheException("has " + section.name() + " at an impossible place");
            }
            sections.add(section);
        }
        return sections;
    }

    /**
     * Compares sections with their checksums. Reads by system calls, so that a file that gets shorter meanwhile is an
     * exception.
     *
     * @throws UnusableCacheException when one differs
     */
    static void verify(RandomAccessFile file, List<Section> sections, List<Plan.Weight> weights, Workers workers)
            throws IOException {
        for (int i = 0; i < sections.size(); i++) {
            Section section = sections.get(i);
            Plan.Weight weight = weights.get(i);
            long groupBytes = weight.groupBytes();
            long step = GroupRuns.length(groupBytes);
            GroupSums sums = new GroupSums(weight);
            GroupRuns.forAll(workers, weight.groups(), step, (worker, arena) -> {
                byte[] chunk = new byte[Math.toIntExact(step * groupBytes)];
                return (first, count) -> {
                    int length = (int) (count * groupBytes);
                    synchronized (file) {
                        file.seek(section.offset() + first * groupBytes);
                        file.readFully(chunk, 0, length);
                    }
                    sums.add(first, (int) count, chunk);
                };
            });
            if (sums.checksum() != section.checksum()) {
                throw new UnusableCacheException("has a damaged " + section.name());
            }
        }
    }

    /** Sums up a section's groups, in whatever order they come. */
    static final class GroupSums {
        private final int groupBytes;
        private final int[] sums;

        GroupSums(Plan.Weight weight) {
            this.groupBytes = Math.toIntExact(weight.groupBytes());
            this.sums = new int[Math.toIntExact(weight.groups())];
        }

        /** Takes so many groups; called by several threads, for different groups. */
        void add(long first, int count, byte[] bytes) {
            CRC32C crc = new CRC32C();
            for (int g = 0; g < count; g++) {
                crc.reset();
                crc.update(bytes, g * groupBytes, groupBytes);
                sums[(int) first + g] = (int) crc.getValue();
            }
        }

        /** The section's checksum, when all groups have been taken. */
        int checksum() {
            ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(4, sums.length)).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asIntBuffer().put(sums);
            CRC32C crc = new CRC32C();
            crc.update(bytes);
            return (int) crc.getValue();
        }
    }
}
