/** `parley demo` as whoever tries it first runs it. */
import { describe, expect, it } from 'vitest'
import { type CommandResult, parley } from './support/parley-process.js'
import { temporaryFolder } from './support/temporary-folder.js'

interface DemoReply {
  readonly said: string
  readonly heard: string
  readonly interrupted: boolean
  readonly ledger?: {
    readonly totalMs: number
    readonly unattributedMs: number
    readonly heardSource: string
    readonly stages: readonly {
      readonly stage: string
      readonly startMs: number
      readonly durationMs: number
    }[]
  }
}

interface DemoCall {
  readonly session: string
  readonly turns: readonly { readonly text: string; readonly replies: readonly DemoReply[] }[]
  readonly warnings: readonly unknown[]
}

async function demo(...flags: string[]): Promise<{ readonly ran: CommandResult; readonly call: DemoCall }> {
  const ran = await parley(['demo', '--once', '--json', ...flags], {
    PORT: '0',
    PARLEY_DATA_DIR: temporaryFolder(),
  })
  if (ran.code !== 0) throw new Error(`parley demo ended with ${ran.code}: ${ran.err}`)
  return { ran, call: JSON.parse(ran.out) as DemoCall }
}

/** Stages begin where the one before ends, and together are the whole. */
function expectsToAddUp({ ledger }: DemoReply): void {
  if (ledger === undefined) throw new Error('an answer without a ledger')
  let atMs = 0
  for (const { startMs, durationMs } of ledger.stages) {
    expect(startMs).toBeCloseTo(atMs, 3)
    atMs += durationMs
  }
  expect(Math.abs(atMs + ledger.unattributedMs - ledger.totalMs)).toBeLessThan(0.01)
  expect(Math.abs(ledger.unattributedMs)).toBeLessThanOrEqual(0.02 * ledger.totalMs)
  expect(ledger.heardSource).toBe('reported')
}

// Both wait for speech in real time, so they may as well wait together.
describe.concurrent('the demo', { timeout: 90_000 }, () => {
  it('hears a human voice say five things, cuts the answer it speaks over, and accounts for all time', async () => {
    const { ran, call } = await demo()
    expect(ran.err).toBe('')
    expect(call.warnings).toEqual([])
    const [greeting, ...turns] = call.turns
    expect(greeting?.replies[0]?.heard).toBe(greeting?.replies[0]?.said)
    expect(turns.map(({ text }) => text)).toEqual([
      'hello',
      'information about your last call',
      'one moment please',
      'thank you for your patience',
      'press zero to reach an operator',
    ])
    const answers = turns.flatMap(({ replies }) => replies)
    expect(answers.map(({ interrupted }) => interrupted)).toEqual([false, true, false, false, false])
    for (const answer of answers) {
      expectsToAddUp(answer)
      expect(answer.said.startsWith(answer.heard)).toBe(true)
      expect(answer.heard.length < answer.said.length).toBe(answer.interrupted)
    }
  })

  it('is held in Spanish by typing, with a Spanish voice that is heard', async () => {
    const { ran, call } = await demo('--language', 'es')
    expect(ran.err).toBe('')
    const turns = call.turns.slice(1)
    expect(turns.map(({ text }) => text)).toEqual([
      'Hola.',
      '¿Cuál es el horario?',
      'Muchas gracias.',
      'Adiós.',
    ])
    const answers = turns.flatMap(({ replies }) => replies)
    expect(answers[1]?.heard).toMatch(/de nueve a seis/)
    for (const answer of answers) {
      expectsToAddUp(answer)
      expect(answer.heard).toBe(answer.said)
    }
  })
})
