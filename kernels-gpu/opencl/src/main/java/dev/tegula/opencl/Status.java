package dev.tegula.opencl;

import java.util.Map;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL11;
import org.lwjgl.opencl.CL12;

/** Names of OpenCL's statuses, as its specification has them. */
final class Status {
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(CL10.CL_DEVICE_NOT_FOUND, "CL_DEVICE_NOT_FOUND"),
            Map.entry(CL10.CL_DEVICE_NOT_AVAILABLE, "CL_DEVICE_NOT_AVAILABLE"),
            Map.entry(CL10.CL_COMPILER_NOT_AVAILABLE, "CL_COMPILER_NOT_AVAILABLE"),
            Map.entry(CL10.CL_MEM_OBJECT_ALLOCATION_FAILURE, "CL_MEM_OBJECT_ALLOCATION_FAILURE"),
            Map.entry(CL10.CL_OUT_OF_RESOURCES, "CL_OUT_OF_RESOURCES"),
            Map.entry(CL10.CL_OUT_OF_HOST_MEMORY, "CL_OUT_OF_HOST_MEMORY"),
            Map.entry(CL10.CL_BUILD_PROGRAM_FAILURE, "CL_BUILD_PROGRAM_FAILURE"),
            Map.entry(CL11.CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST,
                    "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST"),
            Map.entry(CL12.CL_COMPILE_PROGRAM_FAILURE, "CL_COMPILE_PROGRAM_FAILURE"),
            Map.entry(CL12.CL_LINKER_NOT_AVAILABLE, "CL_LINKER_NOT_AVAILABLE"),
            Map.entry(CL10.CL_INVALID_VALUE, "CL_INVALID_VALUE"),
            Map.entry(CL10.CL_INVALID_PLATFORM, "CL_INVALID_PLATFORM"),
            Map.entry(CL10.CL_INVALID_DEVICE, "CL_INVALID_DEVICE"),
            Map.entry(CL10.CL_INVALID_CONTEXT, "CL_INVALID_CONTEXT"),
            Map.entry(CL10.CL_INVALID_QUEUE_PROPERTIES, "CL_INVALID_QUEUE_PROPERTIES"),
            Map.entry(CL10.CL_INVALID_COMMAND_QUEUE, "CL_INVALID_COMMAND_QUEUE"),
            Map.entry(CL10.CL_INVALID_MEM_OBJECT, "CL_INVALID_MEM_OBJECT"),
            Map.entry(CL10.CL_INVALID_BINARY, "CL_INVALID_BINARY"),
            Map.entry(CL10.CL_INVALID_BUILD_OPTIONS, "CL_INVALID_BUILD_OPTIONS"),
            Map.entry(CL10.CL_INVALID_PROGRAM, "CL_INVALID_PROGRAM"),
            Map.entry(CL10.CL_INVALID_PROGRAM_EXECUTABLE, "CL_INVALID_PROGRAM_EXECUTABLE"),
            Map.entry(CL10.CL_INVALID_KERNEL_NAME, "CL_INVALID_KERNEL_NAME"),
            Map.entry(CL10.CL_INVALID_KERNEL, "CL_INVALID_KERNEL"),
            Map.entry(CL10.CL_INVALID_ARG_INDEX, "CL_INVALID_ARG_INDEX"),
            Map.entry(CL10.CL_INVALID_ARG_VALUE, "CL_INVALID_ARG_VALUE"),
            Map.entry(CL10.CL_INVALID_ARG_SIZE, "CL_INVALID_ARG_SIZE"),
            Map.entry(CL10.CL_INVALID_KERNEL_ARGS, "CL_INVALID_KERNEL_ARGS"),
            Map.entry(CL10.CL_INVALID_WORK_DIMENSION, "CL_INVALID_WORK_DIMENSION"),
            Map.entry(CL10.CL_INVALID_WORK_GROUP_SIZE, "CL_INVALID_WORK_GROUP_SIZE"),
            Map.entry(CL10.CL_INVALID_WORK_ITEM_SIZE, "CL_INVALID_WORK_ITEM_SIZE"),
            Map.entry(CL10.CL_INVALID_OPERATION, "CL_INVALID_OPERATION"),
            Map.entry(CL10.CL_INVALID_BUFFER_SIZE, "CL_INVALID_BUFFER_SIZE"),
            Map.entry(CL10.CL_INVALID_GLOBAL_WORK_SIZE, "CL_INVALID_GLOBAL_WORK_SIZE"));

    private Status() {}

    /** A status with its name: {@code -11 (CL_BUILD_PROGRAM_FAILURE)}. */
    static String text(int status) {
        String name = NAMES.get(status);
        return "status " + status + (name == null ? "" : " (" + name + ")");
    }

    /** Whether a status says that there is no memory left. */
    static boolean isMemory(int status) {
        return status == CL10.CL_MEM_OBJECT_ALLOCATION_FAILURE || status == CL10.CL_OUT_OF_HOST_MEMORY
                || status == CL10.CL_OUT_OF_RESOURCES || status == CL10.CL_INVALID_BUFFER_SIZE;
    }
}
