// The speech of the cross-check: every clip, conversation and noise of the fixtures at one rate, end to end.

import { readdir, readFile } from 'node:fs/promises'

const fixtures = new URL('../../fixtures/audio/', import.meta.url)
const folders = ['clips', 'conv', 'noise', 'traps']

/** All fixtures as PCM16 at `rate` (8000 or 16000), one after the other. */
export async function readFixtures(rate) {
  const parts = []
  for (const folder of folders) {
    const names = (await readdir(new URL(`${folder}/`, fixtures))).sort()
    for (const name of names) {
      const wav = readWav(await readFile(new URL(`${folder}/${name}`, fixtures)))
      if (wav.rate === rate) parts.push(wav.samples)
      if (wav.rate === 16000 && rate === 8000) parts.push(halve(wav.samples))
      if (wav.rate === 8000 && rate === 16000) parts.push(double(wav.samples))
    }
  }
  return concatenate(parts)
}

function concatenate(parts) {
  const all = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

// Rough on purpose: the comparison needs the same input on both sides, not good sound.
function halve(samples) {
  return Int16Array.from(
    { length: samples.length >> 1 },
    (_, i) => (samples[2 * i] + samples[2 * i + 1]) >> 1,
  )
}

function double(samples) {
  return Int16Array.from({ length: samples.length * 2 }, (_, i) => samples[i >> 1])
}

function readWav(bytes) {
  const chunk = name => {
    for (let at = 12; at + 8 <= bytes.length; at += 8 + ((bytes.readUInt32LE(at + 4) + 1) & ~1)) {
      if (bytes.toString('latin1', at, at + 4) === name)
        return bytes.subarray(at + 8, at + 8 + bytes.readUInt32LE(at + 4))
    }
    throw new Error(`no ${name} chunk`)
  }
  const format = chunk('fmt ')
  const data = chunk('data')
  const [encoding, rate] = [format.readUInt16LE(0), format.readUInt32LE(4)]
  if (encoding === 7) return { rate, samples: Int16Array.from(data, fromMuLaw) }
  return {
    rate,
    samples: new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + (data.length & ~1))),
  }
}

// G.711 µ-law.
function fromMuLaw(code) {
  const value = ~code & 255
  const magnitude = ((((value & 15) << 3) + 132) << ((value >> 4) & 7)) - 132
  return value & 128 ? -magnitude : magnitude
}
