import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from './g711.js'

/** What an independent implementation (Python's audioop) makes of all 256 codes, and of −32768 + 257 · i. */
const vectors = {
  ulawToPcm:
    'hIKEhoSKhI6EkoSWhJqEnoSihKaEqoSuhLKEtoS6hL6EwYTDhMWEx4TJhMuEzYTPhNGE04TVhNeE2YTbhN2E3wThBOIE4wTkBOUE5gTnBOgE6QTqBOsE7ATtBO4E7wTwxPBE8cTxRPLE8kTzxPNE9MT0RPXE9UT2xPZE98T3RPik+OT4JPlk+aT55Pkk+mT6pPrk+iT7ZPuk++T7JPxk/JT8tPzU/PT8FP00/VT9dP2U/bT91P30/RT+NP5U/nT+jP6c/qz+vP7M/tz+7P78/gz/HP8s/zz/TP9c/2z/fP+I/5D/mP+g/6j/sP+4/8D/yP/Q/9j/4P/o//D/+P8AAHx9fHl8dXxxfG18aXxlfGF8XXxZfFV8UXxNfEl8RXxBfD58PHw6fDh8Nnw0fDJ8MHwufCx8KnwofCZ8JHwifCD8Hvwd/Bz8G/wa/Bn8GPwX/Bb8FfwU/BP8EvwR/BD8DzwPvA48DrwNPA28DDwMvAs8C7wKPAq8CTwJvAg8CLwHXAccB9wGnAZcBhwG3AWcBVwFHAXcBJwEXAQcBNwDnANsA0wDLAMMA+wCzAKsAowCbAJMAiwCDALsAcwBrAGMAXQBZAFUAUQBNAEkARQBBAH0AOQA1ADEALQApACUAIQAeABwAGgAYABYAFAASABAADgAMAAoACAAGAAQAAgAAAA=',
  alawToPcm:
    'gOqA64DogOmA7oDvgOyA7YDigOOA4IDhgOaA54DkgOVA9cD1QPTA9ED3wPdA9sD2QPHA8UDwwPBA88DzQPLA8gCqAK4AogCmALoAvgCyALYAigCOAIIAhgCaAJ4AkgCWANUA1wDRANMA3QDfANkA2wDFAMcAwQDDAM0AzwDJAMuo/rj+iP6Y/uj++P7I/tj+KP44/gj+GP5o/nj+SP5Y/qj/uP+I/5j/6P/4/8j/2P8o/zj/CP8Y/2j/eP9I/1j/oPrg+iD6YPqg++D7IPtg+6D44Pgg+GD4oPng+SD5YPlQ/XD9EP0w/dD98P2Q/bD9UPxw/BD8MPzQ/PD8kPyw/IAVgBSAF4AWgBGAEIATgBKAHYAcgB+AHoAZgBiAG4AawApACsALQAvACEAIwAlACcAOQA7AD0APwAxADMANQA0AVgBSAF4AWgBGAEIATgBKAHYAcgB+AHoAZgBiAG4AagArACkALwAtACMAIQAnACUAOwA5AD8APQAzADEANwA1WAFIAXgBaAEYAQgBOAEoAdgByAH4AegBmAGIAbgBqAFYAEgAeABoABgACAA4ACgA2ADIAPgA6ACYAIgAuACoAGAFIAXgBaAFYAQgBOAEoARgByAH4AegB2AGIAbgBqAGsAKQAvAC0AIwAhACcAJQArADkAPwA9ADMAMQA3ADUAM=',
  pcmToUlaw:
    'AAAAAAABAQEBAgICAgMDAwMEBAQEBQUFBQYGBgYHBwcHCAgICAkJCQkKCgoKCwsLCwwMDAwNDQ0NDg4ODg8PDw8QEBEREhITExQUFRUWFhcXGBgZGRoaGxscHB0dHh4fHyAhIiMkJSYnKCkqKywtLi8xMzU3OTs9P0NHS09XX2/v39fPy8fDv727ube1s7Gvrq2sq6qpqKempaSjoqGgn5+enp2dnJybm5qamZmYmJeXlpaVlZSUk5OSkpGRkJCPj4+Pjo6Ojo2NjY2MjIyMi4uLi4qKioqJiYmJiIiIiIeHh4eGhoaGhYWFhYSEhISDg4ODgoKCgoGBgYGAgICAgA==',
  pcmToAlaw:
    'KioqKisrKysoKCgoKSkpKS4uLi4vLy8vLCwsLC0tLS0iIiIiIyMjIyAgICAhISEhJiYmJicnJyckJCQkJSUlJTo6Ozs4ODk5Pj4/Pzw8PT0yMjMzMDAxMTY2Nzc0NDU1CgsICQ4PDA0CAwABBgcEBRoYHhwSEBYUa29jZ3lxTV3dzfH55+Pv65SWkJKcnpiahYSHhoGAg4KNjI+OiYiLirW1tLS3t7a2sbGwsLOzsrK9vby8v7++vrm5uLi7u7q6paWlpaSkpKSnp6enpqampqGhoaGgoKCgo6Ojo6KioqKtra2trKysrK+vr6+urq6uqampqaioqKirq6urqqqqqg==',
}

const laws = [
  {
    name: 'µ-law',
    decode: decodeUlaw,
    encode: encodeUlaw,
    decoded: vectors.ulawToPcm,
    encoded: vectors.pcmToUlaw,
    largest: 32_124,
    /** Half a step of a segment, at a magnitude in 16-bit units. */
    halfStep: (magnitude: number) => 2 ** Math.max(2, Math.floor(Math.log2(magnitude + 132)) - 5),
  },
  {
    name: 'A-law',
    decode: decodeAlaw,
    encode: encodeAlaw,
    decoded: vectors.alawToPcm,
    encoded: vectors.pcmToAlaw,
    largest: 32_256,
    halfStep: (magnitude: number) => 2 ** Math.max(3, Math.floor(Math.log2(magnitude + 1)) - 5),
  },
]

const allCodes = Uint8Array.from({ length: 256 }, (_, code) => code)
const allSamples = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768)

describe.each(laws)('$name', ({ decode, encode, decoded, encoded, largest, halfStep }) => {
  it('decodes all 256 codes as an independent implementation does', () => {
    const bytes = Uint8Array.from(atob(decoded), letter => letter.charCodeAt(0))
    expect([...decode(allCodes)]).toEqual([...new Int16Array(bytes.buffer)])
  })

  it('encodes samples over the whole range as an independent implementation does', () => {
    const samples = Int16Array.from({ length: 256 }, (_, i) => -32_768 + 257 * i)
    expect([...encode(samples)]).toEqual([...atob(encoded)].map(letter => letter.charCodeAt(0)))
  })

  it('gives the same sound again when its own sound is encoded', () => {
    const sound = decode(allCodes)
    expect([...decode(encode(sound))]).toEqual([...sound])
  })

  it('is monotonic over all samples', () => {
    const sound = decode(encode(allSamples))
    for (let i = 1; i < sound.length; i++) {
      if ((sound[i] as number) < (sound[i - 1] as number)) expect.fail(`falls at ${allSamples[i]}`)
    }
  })

  it('errs by at most half a step of the segment, but where it clips', () => {
    const sound = decode(encode(allSamples))
    allSamples.forEach((sample, i) => {
      const magnitude = Math.abs(sample)
      const decoded = sound[i] as number
      const fits =
        magnitude > largest
          ? Math.abs(decoded) === largest
          : Math.abs(decoded - sample) <= halfStep(magnitude)
      if (!fits) expect.fail(`${sample} became ${decoded}`)
    })
  })

  it('writes into the array it is given and leaves the rest of it alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), bytes => {
        const room = new Int16Array(bytes.length + 3).fill(77)
        expect(decode(bytes, room)).toBe(room)
        expect([...room.subarray(bytes.length)]).toEqual([77, 77, 77])
        expect([...room.subarray(0, bytes.length)]).toEqual([...decode(bytes)])
      }),
    )
  })

  it('refuses an array that is too short', () => {
    expect(() => decode(new Uint8Array(5), new Int16Array(4))).toThrow(RangeError)
    expect(() => encode(new Int16Array(5), new Uint8Array(4))).toThrow(RangeError)
  })
})

it('codes silence as the line expects it', () => {
  expect([...encodeUlaw(Int16Array.of(0)), ...encodeAlaw(Int16Array.of(0))]).toEqual([0xff, 0xd5])
})
