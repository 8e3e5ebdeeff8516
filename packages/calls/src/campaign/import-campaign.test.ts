import { expect, it } from 'vitest'
import type { Call, CallId } from '../call.js'
import type { NewCall } from '../store/call-store.js'
import { importCampaign } from './import-campaign.js'
import type { BadRow } from './read-campaign.js'

async function* of(...chunks: Uint8Array[]) {
  yield* chunks
}

async function read(bytes: AsyncIterable<Uint8Array>, known = new Map<string, Call>()) {
  const calls: NewCall[] = []
  const bad: BadRow[] = []
  let count = 0
  const state = await importCampaign({
    bytes,
    campaign: 'spring',
    country: 'ES',
    call: {
      tenant: 'acme',
      from: '+34910000000',
      agent: 'clinic',
      priority: 100,
      notBeforeMs: 0,
      maxAttempts: 3,
      record: false,
      atMs: 0,
    },
    newCallId: () => `call_${known.size}_${count++}` as CallId,
    bad: row => bad.push(row),
    store: {
      async createCalls(batch) {
        calls.push(...batch)
        return batch.map(call => {
          const made = known.get(call.key ?? '') ?? (call as unknown as Call)
          known.set(call.key ?? '', made)
          return made
        })
      },
      putLeads: async () => {},
    },
  })
  return { state, calls, bad, known }
}

const text = (content: string) => of(Buffer.from(content))

it('reads numbers and names under Spanish headings, and other columns as facts', async () => {
  const { calls, bad } = await read(text('\ufeffNombre;Teléfono;Pedido\r\n"Ana; Díaz";612 345 678;42\r\n'))
  expect(bad).toEqual([])
  expect(calls).toMatchObject([{ to: '+34612345678', facts: { name: 'Ana; Díaz', Pedido: '42' } }])
})

it('tells each bad row with its line, and takes a number once', async () => {
  const rows = 'phone,tz\n612345678,\nnonsense,\n+34612345678,\n612345679,Mars/Base\n'
  const { state, bad } = await read(text(rows))
  expect(bad.map(row => row.line)).toEqual([3, 5])
  expect(state).toMatchObject({ rows: 4, good: 1, bad: 2, repeated: 1 })
})

it('makes nothing twice of the same file', async () => {
  const first = await read(text('phone\n612345678\n'))
  const { state } = await read(text('phone\n612345678\n'), first.known)
  expect(state).toMatchObject({ good: 0, known: 1 })
})

it('reads UTF-16 by its mark, and lines that are no UTF-8 as Windows-1252', async () => {
  const wide = Buffer.from('\ufeffphone\tname\n612345678\tAña\n', 'utf16le')
  const split = await read(of(wide.subarray(0, 21), wide.subarray(21)))
  expect(split.calls[0]?.facts).toEqual({ name: 'Aña' })
  const mixed = Buffer.concat([
    Buffer.from('phone,name\n612345678,Aña\n612345679,I'),
    Buffer.from([0xf1]),
    Buffer.from('igo\n'),
  ])
  const { calls, state } = await read(of(mixed))
  expect(calls.map(call => call.facts.name)).toEqual(['Aña', 'Iñigo'])
  expect(state.windows1252).toBe(1)
})

it('says which column is missing', async () => {
  await expect(read(text('a,b\n1,2\n'))).rejects.toMatchObject({ code: 'bad_message' })
})

it('takes many rows in pieces larger than its buffers', async () => {
  async function* many() {
    yield Buffer.from('phone,name\n')
    for (let row = 0; row < 20_000; row += 5000) {
      const lines = Array.from({ length: 5000 }, (_, index) => `6${`${row + index}`.padStart(8, '0')},Ana`)
      yield Buffer.from(`${lines.join('\n')}\n`)
    }
  }
  const { state } = await read(many())
  expect(state).toMatchObject({ rows: 20_000, good: 20_000, bad: 0 })
}, 60_000)
