import { totalmem } from 'node:os'

/** Memory that this process may have, bytes: of its container, else of the machine. */
export function memoryLimitBytes(): number {
  return memoryOf(process.constrainedMemory(), totalmem())
}

/** Without a container's limit it is undefined, 0, or larger than the machine. */
function memoryOf(limit: number | undefined, machine: number): number {
  return limit === undefined || limit <= 0 ? machine : Math.min(limit, machine)
}
