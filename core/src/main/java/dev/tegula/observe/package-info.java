/** Flight-recorder events of the engine. They cost nothing while no recording asks for them. */
package dev.tegula.observe;
