import type { CallStep, Carrier, CarrierNews } from '@parley/calls'
import { ParleyError } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { createCarrierCommands } from './carrier-commands.js'
import type { CarrierEvent, CarrierHost } from './carrier-host.js'

const steps: readonly CallStep[] = [{ step: 'hang-up' }]

function open() {
  const did: string[] = []
  const says = (what: string) => async () => {
    did.push(what)
    return steps
  }
  const told = (what: string) => async () => {
    did.push(what)
  }
  const host: CarrierHost = {
    ...{ incoming: says('incoming'), answered: says('answered'), streamOver: says('streamOver') },
    ...{ dialled: says('dialled'), whisper: says('whisper'), digits: says('digits'), hold: says('hold') },
    ...{ status: told('status'), machine: told('machine'), stream: told('stream') },
  }
  const carrier = {
    pickUp: told('pick up'),
    redirect: async (_call: string, given: readonly CallStep[]) => {
      did.push(`does ${given.map(({ step }) => step).join()}`)
    },
  } as unknown as Carrier
  const commands = createCarrierCommands(host)
  const take = (news: Partial<CarrierNews>) =>
    commands.take({
      ...{ carrier, query: {}, atMs: 0, signal: new AbortController().signal },
      news: { carrierCall: 'v3:a', id: JSON.stringify(news), ...news },
    } satisfies CarrierEvent)
  return { did, take, host, carrier }
}

describe('an event of a carrier without documents', () => {
  it.each([
    [{ direction: 'inbound', status: 'initiated' }, ['incoming', 'pick up']],
    [{ direction: 'inbound', status: 'in-progress' }, ['status']],
    [{ direction: 'outbound', status: 'in-progress' }, ['status', 'answered', 'does hang-up']],
    [{ direction: 'outbound', status: 'completed' }, ['status']],
    [{ stream: 'over' }, ['stream', 'streamOver', 'does hang-up']],
    [{ stream: 'started' }, ['stream']],
    [{ dialled: { status: 'busy' } }, ['dialled', 'does hang-up']],
    [{ digits: '1' }, ['digits', 'does hang-up']],
    [{ answeredBy: 'machine', machine: 'end' }, ['machine']],
    [{ rest: [{ step: 'digits', digits: '1' }] }, ['does digits']],
    [{}, []],
  ] as const)('%j does %j', async (news, expected) => {
    const { did, take } = open()
    await take(news)
    expect(did).toEqual(expected)
  })

  it('does nothing again, but for one that failed', async () => {
    const { did, take } = open()
    await take({ digits: '1' })
    await take({ digits: '1' })
    expect(did).toHaveLength(2)
    const broken = open()
    const failing = { ...broken.host, status: () => Promise.reject(new Error('no')) }
    const commands = createCarrierCommands(failing)
    const event = { carrier: {} as Carrier, query: {}, atMs: 0, signal: new AbortController().signal }
    const news: CarrierNews = { carrierCall: 'v3:a', id: 'x', status: 'completed' }
    await expect(commands.take({ ...event, news })).rejects.toThrow('no')
    await expect(commands.take({ ...event, news })).rejects.toThrow('no')
  })

  it('is answered with an apology where it cannot be done however often it is told', async () => {
    const { did, take, host } = open()
    host.streamOver = async () => {
      throw new ParleyError('not_found', 'There is no such agent.')
    }
    await take({ stream: 'over' })
    expect(did.at(-1)).toBe('does say,hang-up')
  })

  it('is done with where the call is over by then', async () => {
    const { carrier, take } = open()
    carrier.redirect = async () => {
      throw new ParleyError('call_over')
    }
    await expect(take({ stream: 'over' })).resolves.toBeUndefined()
  })
})
