import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCallStore } from '@parley/calls'
import { systemClock } from '@parley/core'
import { openStore } from '@parley/platform'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quietLog } from '../../../calls/dist/store/call-database.test-kit.js'
import { acquireFolderLock } from '../../../platform/dist/store/folder-lock.js'
import { type ApiRig, openApi, tokenOf } from '../calls/api/api-rig.test-kit.js'
import { runProgram } from '../cli/program.js'
import { plainPaint } from '../config/paint.js'

const folder = mkdtempSync(join(tmpdir(), 'parley-campaign-'))
const dataDir = join(folder, 'data')
let rig: ApiRig
beforeAll(async () => {
  mkdirSync(dataDir, { mode: 0o700 })
  const made = process.env.PARLEY_TEST_DATABASE
  if (made !== undefined) cpSync(made, dataDir, { recursive: true })
  rig = await openApi()
}, 60_000)
afterAll(async () => {
  await rig.stop()
  rmSync(folder, { recursive: true, force: true })
})

let files = 0
function file(content: string): string {
  const path = join(folder, `people-${files++}.csv`)
  writeFileSync(path, content)
  return path
}

async function parley(words: readonly string[], { interactive = false } = {}) {
  const out: string[] = []
  const err: string[] = []
  const terminal = {
    env: { PARLEY_DATA_DIR: dataDir, PARLEY_PHONE_NUMBER: '+34910000000' },
    ...{ folder, interactive, paint: plainPaint },
    print: (line: string) => void out.push(`${line}\n`),
    write: (text: string) => void out.push(text),
    complain: (line: string) => void err.push(`${line}\n`),
  }
  const code = await runProgram(['campaign', 'import', ...words], terminal, process)
  return { code, out: out.join(''), err: err.join('') }
}

const spanish =
  'Nombre;Teléfono;Pedido\r\n"Ana ""A""; Díaz";612 345 678;"4\n2"\r\nPepe;nonsense;1\r\nEva;612345679;\r\n'

describe('a dry run', () => {
  it('tells bad rows and how many calls there would be, and asks nobody', async () => {
    const words = [file(spanish), '--dry-run', '--country', 'es', '--url', 'http://127.0.0.1:1']
    expect(await parley(words)).toEqual({
      code: 1,
      out: 'Nothing was written: 3 rows; 2 calls would be made, 1 bad.\n',
      err: expect.stringMatching(/^bad row: line 4: The number cannot be called: it is none\. Correct/),
    })
  })

  it('draws how far it is only where a person looks', async () => {
    const good = file('phone\n+34612345678\n')
    expect((await parley([good, '--dry-run'])).out).not.toContain('\r')
    const seen = await parley([good, '--dry-run'], { interactive: true })
    expect(seen).toMatchObject({ code: 0, out: expect.stringContaining('100 %  1 rows  0 bad') })
    expect((await parley([good, '--dry-run', '--json'], { interactive: true })).out).not.toContain('\r')
  })

  it('writes every bad row to the report, however many', async () => {
    const report = join(folder, 'bad.csv')
    const rows = Array.from({ length: 3_000 }, (_, index) => `x${index}`).join('\n')
    const { code, err } = await parley([file(`phone\n${rows}\n`), '--dry-run', '--report', report])
    expect({ code, err }).toEqual({ code: 1, err: '' })
    const lines = readFileSync(report, 'utf8').trimEnd().split('\n')
    expect(lines[0]).toBe('line,reason,what to do')
    expect(lines).toHaveLength(3_001)
    expect(lines[3_000]).toMatch(/^3001,"[^"]+","Correct the number/)
  })

  it.each([
    [['none.csv', '--dry-run'], 'none.csv cannot be read'],
    [[file('a,b\n1,2\n'), '--dry-run'], 'No column is a phone number’s'],
    [[file('phone\n'), '--dry-run', '--country', 'Spain'], 'not a country'],
    [[file('phone\n'), '--dry-run', '--from', '12'], 'cannot be called'],
    [[file('phone\n'), '--dry-run', '--report', join(folder, 'no', 'bad.csv')], '--report'],
    [[file('phone\n'), '--url', 'ftp://x'], 'is not an address'],
  ])('ends with 2 for %j', async (words, told) => {
    expect(await parley(words)).toMatchObject({ code: 2, err: expect.stringContaining(told) })
  })
})

describe('over a gateway', () => {
  const send = async (path: string, ...words: string[]) =>
    parley([path, '--url', rig.url, '--token', await tokenOf('acme'), ...words])

  it('begins a campaign, makes calls and leads, and nothing twice', async () => {
    const path = file(spanish)
    const words = ['--campaign', 'Otoño 26', '--country', 'ES', '--lead-status', 'cold']
    expect(await send(path, ...words)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^Campaign Otono-26-\w{8}: 3 rows; 2 calls made, 1 bad\.\n$/),
    })
    const { calls } = await rig.store.listCalls({ tenant: 'acme' })
    expect(calls.map(({ to, facts, agent }) => ({ to, facts, agent }))).toEqual(
      expect.arrayContaining([
        { to: '+34612345678', facts: { name: 'Ana "A"; Díaz', Pedido: '4\n2' }, agent: 'clinic' },
        { to: '+34612345679', facts: { name: 'Eva', Pedido: '' }, agent: 'clinic' },
      ]),
    )
    const { leads } = await rig.store.listLeads({ tenant: 'acme' })
    expect(leads.map(lead => lead.status)).toEqual(['cold', 'cold'])
    await rig.store.putLead({
      id: leads[0]?.id ?? '',
      tenant: 'acme',
      phone: leads[0]?.phone ?? '',
      status: 'won',
      atMs: 1,
    })
    expect((await send(path, ...words)).out).toMatch(/ 0 calls made, 2 known already, 1 bad/)
    expect((await rig.store.readLead('acme', leads[0]?.id ?? ''))?.status).toBe('won')
  })

  it('refuses another agent than the campaign has, and one that was cancelled', async () => {
    const of = { tenant: 'acme', name: 'Kept', agent: 'clinic', from: '+15550100000' } as const
    await rig.store.putCampaign({ id: 'kept', ...of, status: 'running' })
    const path = file('phone\n+34612345678\n')
    const other = await send(path, '--campaign', 'Kept', '--agent', 'other')
    expect(other).toMatchObject({ code: 2, err: expect.stringContaining('The campaign kept has clinic') })
    await rig.store.putCampaign({ id: 'kept', ...of, status: 'cancelled' })
    expect(await send(path, '--campaign', 'kept')).toMatchObject({
      code: 2,
      err: expect.stringContaining('was cancelled'),
    })
  })

  it('says what a token lacks, with exit 2, and where nobody listens, with exit 69', async () => {
    const path = file('phone\n+34612345678\n')
    const reading = await tokenOf('acme', ['calls:read'])
    expect(await parley([path, '--url', rig.url, '--token', reading])).toMatchObject({
      code: 2,
      err: expect.stringContaining('calls:write'),
    })
    expect(await parley([path, '--url', `127.0.0.1:${await freePort()}`])).toMatchObject({
      code: 69,
      err: expect.stringContaining('Nobody listens'),
    })
  })
})

describe('into the database', () => {
  it('names --url while a gateway holds the embedded database', async () => {
    const lock = acquireFolderLock({ folder: dataDir, clock: systemClock, log: quietLog, onLost() {} })
    const { code, err } = await parley([file('phone\n')]).finally(() => lock.release())
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('--url http://127.0.0.1:3000') })
  })

  it('writes calls of the tenant and the agent that are usual', async () => {
    const { code, out } = await parley([file(spanish), '--country', 'ES', '--campaign', 'spring', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      ...{ campaign: 'spring', rows: 3, good: 2, bad: 1 },
      badRows: [{ line: 4 }],
    })
    const store = await openStore({ dataDir, clock: systemClock, log: quietLog, migrate: false })
    const calls = createCallStore({ database: store.database, clock: systemClock, epochMs: () => 0 })
    const page = await calls.listCalls({ tenant: 'local', campaign: 'spring' })
    await store.close()
    expect(page.calls).toMatchObject([
      { to: expect.stringMatching(/^\+3461234567/), from: '+34910000000', agent: 'front-desk' },
      { status: 'queued', maxAttempts: 3 },
    ])
  }, 30_000)
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
