package dev.tegula.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Groups of work-items that only some devices could have are refused on all of them. */
class LaunchTest {
    @Test
    void groupsStayWithinWhatDevicesHave() {
        Launch.checkBudget("k", 256, 4096, 32 << 10, 512 << 10);
        assertEquals("k: a group of 257 work-items; at most 256", refused(257, 4096, 0, 512 << 10));
        assertEquals("k: a group of 65 work-items; at most 64", refused(65, 64, 0, 512 << 10));
        assertEquals("k: a group with 32769 bytes of local memory; at most 32768",
                refused(1, 4096, (32 << 10) + 1, 512 << 10));
        assertEquals("k: a group with 20000 bytes of local memory; at most 16384", refused(1, 4096, 20000, 16 << 10));
    }

    private static String refused(long items, long most, long local, long deviceLocal) {
        return assertThrows(IllegalStateException.class,
                () -> Launch.checkBudget("k", items, most, local, deviceLocal)).getMessage();
    }

    @Test
    void statusesHaveNames() {
        assertEquals("status -54 (CL_INVALID_WORK_GROUP_SIZE)", Status.text(-54));
        assertEquals("status -9999", Status.text(-9999));
    }
}
