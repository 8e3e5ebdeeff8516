import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { iceServersFor, ownIceServers } from './ice-servers.js'

const settings = {
  iceServers: ['stun:a.example', 'turn:b.example:3478', 'turn:u:p:w@c.example'],
  turnSecret: 'north of the river',
  turnTtlMs: 60_000,
}

it('makes the password of a TURN name by HMAC-SHA1 of the shared secret, as coturn checks it', () => {
  const [, turn] = iceServersFor({ tenant: 'acme', subject: 'ann' }, settings, 1_000_000)
  expect(turn?.username).toMatch(/^1060:[0-9a-f]{16}$/)
  const expected = createHmac('sha1', settings.turnSecret).update(`${turn?.username}`).digest('base64')
  expect(turn?.credential).toBe(expected)
})

it('names two clients apart, without saying who they are', () => {
  const name = (subject: string) => iceServersFor({ tenant: 'acme', subject }, settings, 0)[1]?.username
  expect(name('ann')).not.toBe(name('bob'))
  expect(name('ann')).not.toContain('ann')
})

it('uses no relay itself that it has no password for', () => {
  expect(ownIceServers(settings)).toEqual(['stun:a.example', 'turn:u:p:w@c.example'])
  expect(iceServersFor({ tenant: 't', subject: 's' }, settings, 0)[2]).toMatchObject({ credential: 'p:w' })
})
