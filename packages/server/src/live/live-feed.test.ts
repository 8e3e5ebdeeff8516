import { setImmediate } from 'node:timers/promises'
import { defined, type SessionId } from '@parley/core'
import type { LiveRows } from '@parley/platform'
import { describe, expect, it } from 'vitest'
import { beginLive, feedSocket, frameOf, liveStage, principalOf } from './live.test-kit.js'
import { serveLiveFeed } from './live-feed.js'
import { createLiveView } from './live-view.js'

const watcher = principalOf(['sessions:watch'], { subject: 'boss' })

function stage(
  principal = watcher,
  share?: Parameters<typeof createLiveView>[0]['share'],
  isStillKnown?: () => Promise<boolean>,
) {
  const { board, clock } = liveStage()
  const view = createLiveView({ board, clock, share })
  const client = feedSocket()
  const open = () =>
    serveLiveFeed({
      socket: client.socket,
      principal,
      view,
      clock,
      epochMs: () => 5,
      firstTokenTargetMs: 800,
      ...defined({ isStillKnown }),
    })
  return { board, clock, view, client, open }
}

const id = (name: string) => name as SessionId

describe('the feed of live conversations', () => {
  it('begins with all that is on, then tells only what is new', async () => {
    const { board, clock, client, open } = stage()
    const one = beginLive(board)
    open()
    expect(client.take()).toMatchObject([
      {
        type: 'snapshot',
        node: 'here',
        shared: false,
        firstTokenTargetMs: 800,
        total: 1,
        sessions: [{ session: 'ses_1' }],
      },
    ])
    one.tell({ kind: 'floor-changed', floor: 'user' })
    one.tell({ kind: 'floor-changed', floor: 'thinking' })
    await clock.advance(250)
    expect(client.take()).toEqual([
      {
        type: 'changes',
        changed: [{ session: 'ses_1', floor: 'thinking' }],
        gone: [],
      },
    ])
    await clock.advance(5_000)
    expect(client.take()).toEqual([])
    beginLive(board, { session: id('ses_2') })
    one.tell({ kind: 'session-ended', reason: 'client' })
    await clock.advance(250)
    expect(client.take()).toMatchObject([
      { type: 'changes', changed: [{ session: 'ses_2', agent: 'clinic', turns: 0 }], gone: ['ses_1'] },
    ])
  })

  it('ends for a token that is over, and tells nothing more', async () => {
    let known = true
    const { board, clock, client, open } = stage(watcher, undefined, async () => known)
    open()
    await clock.advance(20_000)
    client.tell('pong')
    expect(client.closed).toEqual([])
    known = false
    await clock.advance(20_000)
    client.tell('pong')
    expect(client.closed).toEqual(['1008 Unauthorized'])
    client.take()
    beginLive(board)
    await clock.advance(20_000)
    expect([client.take(), client.closed]).toEqual([[], ['1008 Unauthorized']])
  })

  it('shows to each what their token allows', () => {
    const seen = (principal = watcher) => {
      const { board, client, open } = stage(principal)
      beginLive(board)
      beginLive(board, { session: id('ses_2'), subject: 'ben' })
      beginLive(board, { session: id('ses_3'), tenant: 'other' })
      open()
      const [first] = client.take()
      return first?.type === 'snapshot' ? first.sessions.map(({ session }) => session) : undefined
    }
    expect(seen()).toEqual(['ses_1', 'ses_2'])
    expect(seen(principalOf(['talk']))).toEqual(['ses_1'])
    expect(seen(principalOf(['talk'], { subject: 'eve' }))).toEqual([])
    expect(seen(principalOf(['sessions:watch'], { tenant: 'third' }))).toEqual([])
  })

  it('tells levels only of what the client shows', async () => {
    const { board, clock, client, open } = stage()
    const taps = ['ses_1', 'ses_2'].map(session => beginLive(board, { session: id(session) }).tap)
    open()
    client.say({ type: 'focus', sessions: ['ses_2'] })
    client.take()
    for (const tap of taps) tap.userAudio?.(frameOf(16_384))
    await clock.advance(250)
    expect(client.take()).toEqual([
      { type: 'changes', changed: [{ session: 'ses_2', userDbfs: -6 }], gone: [] },
    ])
  })

  it('skips states for a client that does not read, and goes on with the latest', async () => {
    const { board, clock, client, open } = stage()
    const { tell } = beginLive(board)
    open()
    client.take()
    client.socket.bufferedAmount = 1 << 20
    for (let n = 0; n < 40; n++) {
      tell({ kind: 'floor-changed', floor: n % 2 === 0 ? 'user' : 'agent' })
      await clock.advance(250)
    }
    for (let n = 0; n < 5; n++) client.say('{')
    expect(client.take()).toEqual([])
    client.socket.bufferedAmount = 0
    await clock.advance(250)
    expect(client.take()).toMatchObject([{ changed: [{ session: 'ses_1', floor: 'agent' }] }])
  })

  it('lets a client go that is silent, or sends what is no message', async () => {
    const silent = stage()
    silent.open()
    await silent.clock.advance(20_000)
    silent.client.tell('pong')
    await silent.clock.advance(20_000)
    expect([silent.client.socket.pings, silent.client.closed]).toEqual([2, []])
    await silent.clock.advance(20_000)
    expect(silent.client.closed).toEqual(['cut'])
    const odd = stage()
    odd.open()
    odd.client.take()
    const wrong = ['', '{}', '{"type":"focus"}', '[]', { type: 'focus', sessions: [1] }]
    for (const message of wrong) odd.client.say(message)
    expect(odd.client.take().map(({ type }) => type)).toEqual(wrong.map(() => 'error'))
    for (let n = 0; n < 5; n++) odd.client.say('\0', true)
    expect(odd.client.closed).toEqual(['1008 bad messages'])
  })

  it('leaves nothing behind when it closes', async () => {
    const { clock, client, open } = stage()
    open().leave()
    expect(client.closed).toEqual(['1001 going away'])
    client.tell('close')
    expect(clock.pending).toBe(0)
    await clock.advance(60_000)
    expect(client.socket.pings).toBe(0)
  })

  it('has at most 2,000 rows, the newest, and says how many there are', async () => {
    const { board, clock, client, open } = stage()
    for (let n = 0; n < 2_100; n++) {
      if (n === 100) await clock.advance(1)
      beginLive(board, { session: id(`ses_${n}`) })
    }
    open()
    const [first] = client.take()
    if (first?.type !== 'snapshot') throw new Error('There is no snapshot.')
    expect([first.total, first.sessions.length]).toEqual([2_100, 2_000])
    expect(first.sessions.some(({ session }) => session === 'ses_99')).toBe(false)
  })
})

describe('a view of several nodes', () => {
  function far(rows: readonly string[] | Error) {
    const orders: [string, string][] = []
    const put: number[] = []
    let ordered = (_: string) => {}
    const share = (run: (text: string) => void): LiveRows => {
      ordered = run
      return {
        put: async all => void put.push(all.size),
        async others() {
          if (rows instanceof Error) throw rows
          return rows
        },
        async order(node, text) {
          orders.push([node, text])
          return node === 'there'
        },
        close: async () => {},
      }
    }
    return { share, orders, put, ordered: (text: string) => ordered(text) }
  }

  function farRow(session: string, node: string): string {
    const there = liveStage(node)
    beginLive(there.board, { session: id(session) })
    return JSON.stringify([...there.board.entries()][0])
  }

  it('shows the rows of all, and passes over what it cannot read', async () => {
    const { share, put } = far([farRow('ses_2', 'there'), '{', '{"tenant":"acme","row":{}}'])
    const { board, clock, view, client, open } = stage(watcher, share)
    beginLive(board)
    open()
    expect(client.take()).toMatchObject([{ shared: true, sessions: [{ session: 'ses_1' }] }])
    await setImmediate()
    expect(client.take()).toMatchObject([{ changed: [{ session: 'ses_2', node: 'there' }] }])
    await clock.advance(3_000)
    expect(put).toEqual([1, 1, 1])
    await view.close()
  })

  it('ends a session at the node that has it', async () => {
    const { share, orders, ordered } = far([farRow('ses_2', 'there'), farRow('ses_3', 'silent')])
    const { board, view } = stage(watcher, share)
    const { ends } = beginLive(board)
    const may = () => true
    expect(await view.end('ses_1', may)).toBe('here')
    expect(await view.end('ses_2', may)).toBe('there')
    expect(orders).toEqual([['there', '{"end":"ses_2","tenant":"acme"}']])
    await expect(view.end('ses_3', may)).rejects.toMatchObject({ code: 'store_unavailable', retryable: true })
    await expect(view.end('ses_4', may)).rejects.toMatchObject({ code: 'not_found' })
    await expect(view.end('ses_1', () => false)).rejects.toMatchObject({ code: 'not_found' })
    for (const text of ['{', '{"end":"ses_1","tenant":"other"}', '{"end":"ses_1","tenant":"acme"}'])
      ordered(text)
    expect(ends).toEqual(['hang-up', 'hang-up'])
    await view.close()
  })

  it('shows its own while Redis is down', async () => {
    const { share } = far(new Error('down'))
    const { board, view, client, open } = stage(watcher, share)
    beginLive(board)
    open()
    await setImmediate()
    expect(client.take()).toMatchObject([{ type: 'snapshot', total: 1 }])
    await view.close()
  })
})
