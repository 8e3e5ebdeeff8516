/// <reference types="node" />
import { createCipheriv, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64url, toBase64url } from './base64url.js'
import { frameKeyInfo, frameNonce, frameSaltInfo } from './frame-keys.js'
import { frameHeader, readFrameHeader } from './header.js'
import { createReplayWindow } from './replay-window.js'
import { transcriptOf } from './sealing.js'

const hex = (bytes: Uint8Array | ArrayBuffer) => Buffer.from(bytes as Uint8Array).toString('hex')
const unhex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))

/** RFC 9605, appendix C.1: how each value is written as key id and as counter, the first half byte apart. */
const values: readonly [value: bigint, half: string, bytes: string][] = [
  [0n, '0', ''],
  [1n, '1', ''],
  [0xffn, '8', 'ff'],
  [0x100n, '9', '0100'],
  [0xffffn, '9', 'ffff'],
  [0x10000n, 'a', '010000'],
  [0xffffffn, 'a', 'ffffff'],
  [0x1000000n, 'b', '01000000'],
  [0xffffffffn, 'b', 'ffffffff'],
  [0x100000000n, 'c', '0100000000'],
  [0xffffffffffn, 'c', 'ffffffffff'],
  [0x10000000000n, 'd', '010000000000'],
  [0xffffffffffffn, 'd', 'ffffffffffff'],
  [0x1000000000000n, 'e', '01000000000000'],
  [0xffffffffffffffn, 'e', 'ffffffffffffff'],
  [0x100000000000000n, 'f', '0100000000000000'],
  [0xffffffffffffffffn, 'f', 'ffffffffffffffff'],
]

/** RFC 9605, appendix C.3, for cipher suite 4. */
const vector = {
  kid: 0x123,
  ctr: 0x4567,
  baseKey: '000102030405060708090a0b0c0d0e0f',
  keyLabel: '534672616d6520312e3020536563726574206b65792000000000000001230004',
  saltLabel: '534672616d6520312e30205365637265742073616c742000000000000001230004',
  key: 'd34f547f4ca4f9a7447006fe7fcbf768',
  salt: '75234edefe07819026751816',
  metadata: '4945544620534672616d65205747',
  nonce: '75234edefe07819026755d71',
  aad: '99012345674945544620534672616d65205747',
  plain: '64726166742d696574662d736672616d652d656e63',
  sealed: '9901234567b7412c2513a1b66dbb48841bbaf17f598751176ad847681a69c6d0b091c07018ce4adb34eb',
}

describe('an SFrame header', () => {
  it('is as the RFC writes it, for every pair of its values that can be counted with', () => {
    let checked = 0
    for (const [kid, kidHalf, kidBytes] of values)
      for (const [ctr, ctrHalf, ctrBytes] of values) {
        const encoded = kidHalf + ctrHalf + kidBytes + ctrBytes
        const read = readFrameHeader(unhex(`${encoded}ee`))
        checked++
        if (kid > Number.MAX_SAFE_INTEGER || ctr > Number.MAX_SAFE_INTEGER) {
          expect(read, encoded).toBeUndefined()
          continue
        }
        expect(hex(frameHeader(Number(kid), Number(ctr)))).toBe(encoded)
        expect(read).toEqual({ kid: Number(kid), ctr: Number(ctr), length: encoded.length / 2 })
      }
    expect(checked).toBe(289)
  })

  it('that is cut short is none', () => {
    const whole = frameHeader(0x123, 0x4567)
    for (let length = 0; length < whole.length; length++)
      expect(readFrameHeader(whole.subarray(0, length))).toBeUndefined()
  })

  it('is never made of a number that it cannot hold', () => {
    for (const ctr of [-1, 0.5, 2 ** 53, Number.NaN]) expect(() => frameHeader(0, ctr)).toThrow(RangeError)
  })
})

describe('the key schedule', () => {
  const derive = (info: Uint8Array, length: number) =>
    hkdfSync('sha256', unhex(vector.baseKey), '', info, length)

  it('has the labels, key, salt and nonce of the RFC', () => {
    expect(hex(frameKeyInfo(vector.kid))).toBe(vector.keyLabel)
    expect(hex(frameSaltInfo(vector.kid))).toBe(vector.saltLabel)
    expect(hex(derive(frameKeyInfo(vector.kid), 16))).toBe(vector.key)
    expect(hex(derive(frameSaltInfo(vector.kid), 12))).toBe(vector.salt)
    expect(hex(frameNonce(unhex(vector.salt), vector.ctr))).toBe(vector.nonce)
  })

  it('seals the RFC’s text as the RFC does', () => {
    const header = frameHeader(vector.kid, vector.ctr)
    const aad = Buffer.concat([header, unhex(vector.metadata)])
    expect(hex(aad)).toBe(vector.aad)
    const cipher = createCipheriv(
      'aes-128-gcm',
      unhex(vector.key),
      frameNonce(unhex(vector.salt), vector.ctr),
    )
    cipher.setAAD(aad)
    const body = cipher.update(unhex(vector.plain))
    cipher.final()
    expect(hex(Buffer.concat([header, body, cipher.getAuthTag()]))).toBe(vector.sealed)
  })

  it('gives no two counters one nonce', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (one, other) => {
        const salt = unhex(vector.salt)
        expect(hex(frameNonce(salt, one)) === hex(frameNonce(salt, other))).toBe(one === other)
      }),
    )
  })
})

describe('a replay window', () => {
  it('lets each counter in once, whatever the order, the losses and the repetitions', () => {
    const arrivals = fc.array(fc.nat(200), { maxLength: 300 })
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 64 }), (counters, size) => {
        const window = createReplayWindow(size)
        const seen = new Set<number>()
        for (const ctr of counters) {
          const highest = Math.max(-1, ...seen)
          const expected = !seen.has(ctr) && ctr > highest - size
          expect(window.isNew(ctr)).toBe(expected)
          if (!expected) continue
          window.note(ctr)
          seen.add(ctr)
        }
        expect(window.missing).toBe(Math.max(-1, ...seen) + 1 - seen.size)
      }),
    )
  })
})

describe('keys in JSON', () => {
  it('come back as they were, and have one spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), bytes => {
        const text = toBase64url(bytes)
        expect(text).toBe(Buffer.from(bytes).toString('base64url'))
        expect(fromBase64url(text, bytes.length)).toEqual(bytes)
        expect(fromBase64url(text, bytes.length + 1)).toBeUndefined()
      }),
    )
    for (const wrong of ['AB', 'A', 'A=', 'AAA', '+A', 'é'])
      expect(fromBase64url(wrong, 1), wrong).toBeUndefined()
    expect(fromBase64url('AA', 1)).toEqual(new Uint8Array(1))
  })
})

describe('the transcript of a handshake', () => {
  it('differs wherever a byte of the handshake does', () => {
    const key = (fill: number) => new Uint8Array(32).fill(fill)
    const plain = { clientKey: key(1), gatewayKey: key(2), identity: key(3) }
    for (const part of ['clientKey', 'gatewayKey', 'identity'] as const)
      for (let at = 0; at < 32; at++) {
        const changed = plain[part].slice()
        changed[at] = 0xff
        expect(hex(transcriptOf({ ...plain, [part]: changed }))).not.toBe(hex(transcriptOf(plain)))
      }
  })
})
