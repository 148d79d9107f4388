package dev.tegula.cpu;

import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.reflect.AccessFlag;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a kernel's loops may not have: see {@link HygieneTest}. Begins at {@code run} of every class that is a kernel, and
 * follows its calls; what a loop calls is in the loop with all it has.
 */
final class Hygiene {
    private static final String KERNEL = "dev/tegula/kernel/Kernel";
    private static final String RUN = "run(Ldev/tegula/kernel/Batch;IILdev/tegula/kernel/Scratch;)V";
    private static final Pattern BOX = Pattern
            .compile("java/lang/(Boolean|Byte|Short|Character|Integer|Long|Float|Double)\\.valueOf\\([ZBSCIJFD]\\).*");
    private static final Pattern VECTOR = Pattern
            .compile(".*Ljdk/incubator/vector/(\\w*Vector|VectorMask|VectorShuffle);.*");

    private static final Set<String> CONSTANTS = Set.of("Ljdk/incubator/vector/VectorMask;",
            "Ljdk/incubator/vector/VectorShuffle;");

    /** A method, and whether all of it lies in a loop of its caller. */
    private record Reached(Bytecode.Method method, boolean inLoop) {}

    private final Bytecode code;
    private final Set<String> interfaces;
    private final Set<String> found = new TreeSet<>();
    private final Set<String> seen = new HashSet<>();
    private final Deque<Reached> open = new ArrayDeque<>();
    private int loops;

    private Hygiene(Bytecode code, Set<String> interfaces) {
        this.code = code;
        this.interfaces = interfaces;
    }

    /**
     * What a check found.
     *
     * @param faults a line each
     * @param methods how many methods were reached
     * @param inLoops how many of their instructions lie in loops
     */
    record Result(Set<String> faults, int methods, int inLoops) {}

    /**
     * Checks all kernels.
     *
     * @param interfaces those whose methods a loop may call
     */
    static Result check(Bytecode code, Set<String> interfaces) {
        Hygiene hygiene = new Hygiene(code, interfaces);
        for (ClassModel model : code.classes()) {
            hygiene.vectors(model);
            if (code.isA(model.thisClass().asInternalName(), KERNEL)) {
                Bytecode.methods(model)
                        .stream()
                        .filter(method -> method.signature().equals(RUN))
                        .forEach(method -> hygiene.open.add(new Reached(method, false)));
            }
        }
        while (!hygiene.open.isEmpty()) {
            Reached next = hygiene.open.remove();
            if (hygiene.seen.add(next.method().owner() + "." + next.method().signature() + next.inLoop())) {
                hygiene.body(next);
            }
        }
        return new Result(hygiene.found, hygiene.seen.size(), hygiene.loops);
    }

    /** Vectors that outlive their method: in fields, in arrays, in what a lambda captures. */
    private void vectors(ClassModel model) {
        for (FieldModel field : model.fields()) {
            String type = field.fieldType().stringValue();
            // A mask or shuffle that is a constant is an object made once: its bits are read like those of an array.
            boolean constant = CONSTANTS.contains(type) && field.flags().has(AccessFlag.STATIC)
                    && field.flags().has(AccessFlag.FINAL);
            if (VECTOR.matcher(type).matches() && !constant) {
                found.add(model.thisClass().asInternalName() + ": a vector in the field " + field.fieldName());
            }
        }
        for (Bytecode.Method method : Bytecode.methods(model)) {
            for (Instruction instruction : method.body()) {
                if (instruction instanceof NewReferenceArrayInstruction make
                        && VECTOR.matcher("L" + make.componentType().asInternalName() + ";").matches()) {
                    found.add(method + ": an array of vectors");
                } else if (instruction instanceof InvokeDynamicInstruction call
                        && VECTOR.matcher(call.type().stringValue()).matches()) {
                    found.add(method + ": a vector in a lambda");
                }
            }
        }
    }

    private void body(Reached reached) {
        Bytecode.Method method = reached.method();
        for (int i = 0; i < method.body().size(); i++) {
            Instruction instruction = method.body().get(i);
            boolean inLoop = reached.inLoop() || method.loops().get(i);
            if (inLoop && !endsInThrow(method, i)) {
                loops++;
                fault(instruction).ifPresent(text -> found.add(method + ": " + text));
            }
            if (instruction instanceof InvokeInstruction call) {
                code.targets(call).forEach(target -> open.add(new Reached(target, inLoop)));
            }
        }
    }

    private Optional<String> fault(Instruction instruction) {
        return switch (instruction) {
            case NewObjectInstruction make -> Optional.of("allocates " + make.className().asInternalName());
            case NewReferenceArrayInstruction make ->
                Optional.of("allocates an array of " + make.componentType().asInternalName());
            case NewPrimitiveArrayInstruction make -> Optional.of("allocates an array of " + make.typeKind());
            case NewMultiArrayInstruction make -> Optional.of("allocates an array of arrays");
            case InvokeDynamicInstruction call -> Optional.of("invokedynamic " + call.name().stringValue());
            case InvokeInstruction call -> call(call);
            default -> Optional.empty();
        };
    }

    /** Whether an instruction makes an exception that is thrown, and with it the loop ends. */
    private static boolean endsInThrow(Bytecode.Method method, int from) {
        for (Instruction instruction : method.body().subList(from, method.body().size())) {
            switch (instruction.opcode().kind()) {
                case THROW_EXCEPTION -> {
                    return true;
                }
                case BRANCH, RETURN, TABLE_SWITCH, LOOKUP_SWITCH, STORE -> {
                    return false;
                }
                default -> {
                    // Part of making the exception.
                }
            }
        }
        return false;
    }

    private Optional<String> call(InvokeInstruction call) {
        String owner = call.owner().asInternalName();
        String name = owner + "." + call.name().stringValue();
        if (BOX.matcher(name + call.type().stringValue()).matches()) {
            return Optional.of("boxes with " + name);
        }
        return call.opcode() == Opcode.INVOKEINTERFACE && !interfaces.contains(owner)
                ? Optional.of("calls the interface method " + name)
                : Optional.empty();
    }
}
