package dev.tegula.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Compiled classes: their methods' instructions, which of them lie in a loop, and whom a call can reach. */
final class Bytecode {
    /** Calls are followed into our own classes, wherever they come from. */
    private static final String OURS = "dev/tegula/";

    /**
     * A method with a body.
     *
     * @param owner internal name of its class
     * @param model its code
     * @param loops for each instruction of {@code body} whether it lies in a loop
     */
    record Method(String owner, MethodModel model, List<Instruction> body, List<Boolean> loops) {
        /** Name and descriptor. */
        String signature() {
            return model.methodName().stringValue() + model.methodType().stringValue();
        }

        @Override
        public String toString() {
            return owner.substring(owner.lastIndexOf('/') + 1) + "." + model.methodName().stringValue();
        }
    }

    private final Map<String, ClassModel> classes = new LinkedHashMap<>();
    private final Map<String, Method> methods = new HashMap<>();

    /**
     * Reads all classes in a folder and those below it.
     *
     * @throws IllegalArgumentException when there is none
     */
    static Bytecode of(Path folder) throws IOException {
        Bytecode code = new Bytecode();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
                ClassModel model = ClassFile.of().parse(file);
                code.classes.put(model.thisClass().asInternalName(), model);
            }
        }
        if (code.classes.isEmpty()) {
            throw new IllegalArgumentException(folder + ": no classes; build first");
        }
        return code;
    }

    /** The classes that were read, without those that calls led to. */
    List<ClassModel> classes() {
        return List.copyOf(classes.values());
    }

    /** The methods of a class that have a body. */
    static List<Method> methods(ClassModel model) {
        return model.methods()
                .stream()
                .filter(method -> method.code().isPresent())
                .map(method -> method(model.thisClass().asInternalName(), method))
                .toList();
    }

    /** The bodies that a call can reach in our own classes; for an abstract method those of all classes that were read. */
    List<Method> targets(InvokeInstruction call) {
        String owner = call.owner().asInternalName();
        if (!owner.startsWith(OURS)) {
            return List.of();
        }
        String signature = call.name().stringValue() + call.type().stringValue();
        List<Method> found = new ArrayList<>();
        declared(owner, signature).ifPresent(found::add);
        if (call.opcode() == Opcode.INVOKEINTERFACE || call.opcode() == Opcode.INVOKEVIRTUAL) {
            for (ClassModel model : List.copyOf(classes.values())) {
                String name = model.thisClass().asInternalName();
                if (!name.equals(owner) && isA(name, owner)) {
                    methodOf(name, signature).ifPresent(found::add);
                }
            }
        }
        return found;
    }

    /** Whether a method of a class that was read, whichever of its signatures, computes with vectors. */
    boolean usesVectors(String owner, String name) {
        ClassModel model = classes.get(owner);
        return model != null && methods(model).stream()
                .filter(method -> method.model().methodName().equalsString(name))
                .flatMap(method -> method.body().stream())
                .anyMatch(instruction -> instruction instanceof InvokeInstruction call
                        && call.owner().asInternalName().startsWith("jdk/incubator/vector/"));
    }

    /** Whether a method, whichever of its signatures, has a loop, or calls one of ours that has. */
    boolean hasLoop(String owner, String name) {
        List<Method> open = new ArrayList<>();
        for (String at = owner; at.startsWith(OURS); at = model(at).superclass()
                .map(ClassEntry::asInternalName)
                .orElse("")) {
            open.addAll(methods(model(at)));
        }
        classes.values()
                .stream()
                .filter(model -> isA(model.thisClass().asInternalName(), owner))
                .forEach(model -> open.addAll(methods(model)));
        open.removeIf(method -> !method.model().methodName().equalsString(name));
        Set<String> seen = new HashSet<>();
        while (!open.isEmpty()) {
            Method method = open.removeLast();
            if (method.loops().contains(true)) {
                return true;
            }
            if (seen.add(method.owner() + "." + method.signature())) {
                method.body()
                        .stream()
                        .filter(InvokeInstruction.class::isInstance)
                        .forEach(call -> open.addAll(targets((InvokeInstruction) call)));
            }
        }
        return false;
    }

    /** Whether a class extends or implements another. */
    boolean isA(String name, String other) {
        if (name.equals(other)) {
            return true;
        }
        if (!name.startsWith(OURS)) {
            return false;
        }
        ClassModel model = model(name);
        Stream<ClassEntry> above = Stream.concat(model.superclass().stream(), model.interfaces().stream());
        return above.anyMatch(type -> isA(type.asInternalName(), other));
    }

    /** The method of a class or of the classes above it. */
    private Optional<Method> declared(String owner, String signature) {
        for (String at = owner; at.startsWith(OURS);) {
            Optional<Method> method = methodOf(at, signature);
            if (method.isPresent()) {
                return method;
            }
            at = model(at).superclass().map(ClassEntry::asInternalName).orElse("");
        }
        return Optional.empty();
    }

    private Optional<Method> methodOf(String owner, String signature) {
        return Optional.ofNullable(methods.computeIfAbsent(owner + "." + signature,
                key -> methods(model(owner)).stream()
                        .filter(method -> method.signature().equals(signature))
                        .findFirst()
                        .orElse(null)));
    }

    private ClassModel model(String name) {
        ClassModel known = classes.get(name);
        return known != null ? known : load(name);
    }

    private static ClassModel load(String name) {
        try (InputStream in = Bytecode.class.getClassLoader().getResourceAsStream(name + ".class")) {
            return ClassFile.of().parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A loop is what lies between the target of a jump backwards and the jump. */
    private static Method method(String owner, MethodModel model) {
        CodeModel code = model.code().orElseThrow();
        List<Instruction> body = new ArrayList<>();
        Map<Label, Integer> labels = new HashMap<>();
        for (CodeElement element : code) {
            if (element instanceof Instruction instruction) {
                body.add(instruction);
            } else if (element instanceof LabelTarget target) {
                labels.put(target.label(), body.size());
            }
        }
        Boolean[] loops = new Boolean[body.size()];
        Arrays.fill(loops, false);
        for (int i = 0; i < body.size(); i++) {
            if (body.get(i) instanceof BranchInstruction branch && labels.get(branch.target()) <= i) {
                Arrays.fill(loops, labels.get(branch.target()), i + 1, true);
            }
        }
        return new Method(owner, model, body, List.of(loops));
    }
}
