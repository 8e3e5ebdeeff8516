import { ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import type { KeyLease } from './keys.js'
import { leasedSocket } from './leased-socket.js'
import type { SocketOptions } from './socket.js'
import { rigFor } from './vendor-rig.test-kit.js'

function rig(take: () => Promise<KeyLease | undefined>) {
  const sent: string[] = []
  const lost: ParleyError[] = []
  let opened: SocketOptions | undefined
  let state: 'connecting' | 'open' | 'closed' = 'connecting'
  const context = rigFor(
    { baseUrl: 'http://vendor' },
    {
      clock: new VirtualClock(),
      keys: { take },
      openSocket(options) {
        opened = options
        return {
          get state() {
            return state
          },
          bufferedBytes: 0,
          send(message) {
            sent.push(String(message))
            return true
          },
          close() {
            state = 'closed'
          },
        }
      },
    },
  )
  const socket = leasedSocket(context, {
    vendor: 'Vendor',
    path: '/path',
    headers: key => ({ key: String(key) }),
    connectTimeoutMs: 1_000,
    onText: () => {},
    onLost: error => lost.push(error),
  })
  const stand = () => {
    state = 'open'
    opened?.onOpen?.()
  }
  return { socket, sent, lost, opened: () => opened, stand }
}

const settled = () => new Promise(resolve => setImmediate(resolve))

describe('a socket with a leased key', () => {
  it('keeps what is sent before there is a key, in order', async () => {
    const outcomes: string[] = []
    const { socket, sent, opened } = rig(async () => ({
      key: 'k',
      done: ({ kind }) => outcomes.push(kind),
    }))
    expect(socket.send('one')).toBe(true)
    await settled()
    socket.send('two')
    expect(sent).toEqual(['one', 'two'])
    expect(opened()).toMatchObject({ url: 'http://vendor/path', headers: { key: 'k' } })
    socket.close()
    expect(outcomes).toEqual(['unknown'])
  })

  it('is lost where no key can be had', async () => {
    const { lost, socket } = rig(() => Promise.reject(new ParleyError('provider_quota')))
    await settled()
    expect(lost.map(({ code }) => code)).toEqual(['provider_quota'])
    expect(socket.state).toBe('closed')
    expect(socket.send('late')).toBe(false)
  })

  it('gives back unused a key that comes after it was closed', async () => {
    const outcomes: string[] = []
    let give: (lease: KeyLease) => void = () => {}
    const { socket, opened, lost } = rig(() => new Promise(resolve => (give = resolve)))
    socket.close()
    give({ key: 'k', done: ({ kind }) => outcomes.push(kind) })
    await settled()
    expect(outcomes).toEqual(['unknown'])
    expect(opened()).toBeUndefined()
    expect(lost).toEqual([])
  })

  it('tells a key that served that all was fine', async () => {
    const outcomes: string[] = []
    const { socket, stand } = rig(async () => ({ key: 'k', done: ({ kind }) => outcomes.push(kind) }))
    await settled()
    stand()
    socket.close()
    expect(outcomes).toEqual(['fine'])
  })

  it('takes no more than a bounded amount before there is a key', () => {
    const { socket } = rig(() => new Promise(() => {}))
    const piece = new Uint8Array(1_000_000)
    let taken = 0
    while (socket.send(piece)) taken++
    expect(taken).toBeLessThanOrEqual(5)
  })
})
