/** How weights are laid out for tiles of the output. */
package dev.tegula.tile;
