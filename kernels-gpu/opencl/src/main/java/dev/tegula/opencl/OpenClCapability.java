package dev.tegula.opencl;

/** What some devices can do and others cannot; kernels for the others must exist too. */
public enum OpenClCapability {
    /** Arithmetic in F16; loading and storing F16 is possible everywhere. */
    FP16("cl_khr_fp16"),
    /** Arithmetic in double precision. */
    FP64("cl_khr_fp64"),
    /** Operations across the work-items of a subgroup. */
    SUBGROUPS("cl_khr_subgroups"),
    /** Dot products of four 8-bit integers. */
    INTEGER_DOT_PRODUCT("cl_khr_integer_dot_product");

    private final String extension;

    OpenClCapability(String extension) {
        this.extension = extension;
    }

    /** The extension by which a device announces it. */
    String extension() {
        return extension;
    }
}
