/** The scalar twin of every op: plain Java that defines what the right result is, bit for bit. */
package dev.tegula.kernel.ref;
