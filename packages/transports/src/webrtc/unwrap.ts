/** Counters that wrap (RTP's sequence and timestamp) to ones that do not. */

/**
 * A function from each value of a counter of `bits` bits to the number, congruent to it, that is nearest to the one
 * before. The first value stands for itself; a counter that runs backward past it gives negative numbers.
 */
export function createUnwrap(bits: 16 | 32): (value: number) => number {
  const range = 2 ** bits
  let last: number | undefined
  return value => {
    if (last === undefined) last = value
    else {
      const step = modulo(value - last, range)
      last += step >= range / 2 ? step - range : step
    }
    return last
  }
}

function modulo(value: number, range: number): number {
  return ((value % range) + range) % range
}
