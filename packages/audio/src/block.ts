/** Scratch for filters that work on blocks of samples: grows to the longest block and is used again. */

export interface Block {
  /** The samples as numbers that may be changed, in an array that may be longer; valid until the next call. */
  fill(samples: Int16Array): Float64Array
}

export function createBlock(): Block {
  let values = new Float64Array(64)
  return {
    fill(samples) {
      if (values.length < samples.length) values = new Float64Array(samples.length)
      for (let i = 0; i < samples.length; i++) values[i] = samples[i] as number
      return values
    },
  }
}
