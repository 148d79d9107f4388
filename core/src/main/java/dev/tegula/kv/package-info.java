/** The KV cache: fixed-size blocks of positions in one pool, a table of blocks per sequence. */
package dev.tegula.kv;
