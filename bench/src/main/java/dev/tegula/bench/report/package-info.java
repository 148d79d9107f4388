/** Reports of what kernels reach beside the machine's limits: measured, written as JSON and as a page, and compared. */
package dev.tegula.bench.report;
