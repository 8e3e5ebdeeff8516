import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { afterSteps } from '../after/after-call.js'
import { letterSteps } from './letter-sender.js'
import { verifyLetter } from './sign-letter.js'

const child = fileURLToPath(new URL('./killed-work.test.child.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'parley-killed-'))
const dataDir = join(folder, 'data')
const ready = process.env.PARLEY_TEST_DATABASE
if (ready !== undefined) cpSync(ready, dataDir, { recursive: true })

const got = new Map<string, number>()
let wrong = 0
const receiver = createServer(async (request, response) => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  const signature = request.headers['parley-signature'] as string
  const verdict = verifyLetter({
    signature,
    body: Buffer.concat(pieces),
    secrets: ['whsec'],
    nowMs: 0,
    toleranceMs: Infinity,
  })
  if (!verdict.ok) wrong++
  const id = String(request.headers['parley-letter-id'])
  got.set(id, (got.get(id) ?? 0) + 1)
  response.writeHead(204).end()
}).listen(0, '127.0.0.1')
await once(receiver, 'listening')
const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
afterAll(() => {
  receiver.close()
  rmSync(folder, { recursive: true, force: true })
})

async function live(
  life: number,
  step: string,
): Promise<{ readonly said: string; readonly signal: string | null }> {
  const process_ = spawn(process.execPath, [child, dataDir, hook, String(life), step], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  process_.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const [, signal] = (await once(process_, 'close')) as [number | null, string | null]
  return { said, signal }
}

it('loses no call and writes none twice after kill -9 at every step of the work after it', async () => {
  // Before `summary` nothing is read that it has not read, and nothing is written: dying there is dying in it.
  const steps = [
    ...afterSteps.slice(afterSteps.indexOf('summary')),
    ...letterSteps.map(step => `letter-${step}`),
  ]
  for (const [life, step] of steps.entries())
    expect([step, (await live(life, step)).signal]).toEqual([step, 'SIGKILL'])
  const { said, signal } = await live(steps.length, '')
  expect(signal).toBeNull()
  const end = JSON.parse(said) as {
    outcomes: (string | null)[]
    leads: { status: string; version: number }[]
    dead: number
    left: number
  }
  expect(end.outcomes).toHaveLength(steps.length)
  for (const life of steps.keys())
    expect(end.outcomes.filter(summary => summary?.includes(`“words ${life}”`))).toHaveLength(1)
  // Made once, changed once.
  expect(end.leads).toHaveLength(steps.length)
  expect(new Set(end.leads.map(({ status }) => status))).toEqual(new Set(['contacted']))
  expect(new Set(end.leads.map(({ version }) => version)).size).toBe(1)
  expect([end.dead, end.left, wrong]).toEqual([0, 0, 0])
  expect([...got.keys()].sort()).toEqual(steps.map((_, life) => `call_${life}.0.call.completed`).sort())
  // Killed between the answer of the receiver and the word of it in the store, a letter comes again with the same id: only then.
  for (const [life, step] of steps.entries())
    expect([step, got.get(`call_${life}.0.call.completed`)]).toEqual([step, step === 'letter-sent' ? 2 : 1])
}, 180_000)
