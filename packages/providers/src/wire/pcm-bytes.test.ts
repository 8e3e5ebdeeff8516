import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOfPcm, pcmReader } from './pcm-bytes.js'

describe('PCM on a wire', () => {
  it('comes back as it was, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.int16Array({ maxLength: 64 }),
        fc.array(fc.nat(130), { maxLength: 9 }),
        (samples, cuts) => {
          const bytes = bytesOfPcm(samples)
          const reader = pcmReader()
          const read: number[] = []
          let from = 0
          for (const cut of [...cuts.filter(each => each < bytes.length), bytes.length].sort(
            (a, b) => a - b,
          )) {
            read.push(...reader.read(bytes.subarray(from, cut)))
            from = cut
          }
          expect(read).toEqual([...samples])
          expect(reader.odd).toBe(false)
        },
      ),
    )
  })

  it('knows of half a sample', () => {
    const reader = pcmReader()
    expect(reader.read(Uint8Array.of(1))).toHaveLength(0)
    expect(reader.odd).toBe(true)
    expect([...reader.read(Uint8Array.of(255, 2))]).toEqual([-255])
  })
})
