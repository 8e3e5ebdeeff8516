import {
  actedIn,
  type Json,
  type LanguageModel,
  type LanguageModelPart,
  type LanguageModelRequest,
  type ParleyError,
  type ToolExchange,
} from '@parley/core'
import { VirtualClock } from '@parley/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { hangUpTool } from './action-tool.js'
import { functionTool } from './function-tool.js'
import type { Tool } from './tool.js'
import { type WithToolsOptions, withTools } from './with-tools.js'

type Step = (string | LanguageModelPart)[]

const call = (name: string, given: Json = {}, id = `call ${name}`): LanguageModelPart => ({
  kind: 'tool-call',
  call: { id, name, arguments: given },
})

/** A model that answers step by step, as told; it keeps what it was asked. */
function stepping(...steps: (Step | Error)[]) {
  const requests: LanguageModelRequest[] = []
  const model: LanguageModel = {
    name: 'stepper',
    async *stream(request) {
      requests.push(request)
      const step = steps[requests.length - 1] ?? []
      if (step instanceof Error) throw step
      for (const part of step) yield typeof part === 'string' ? { kind: 'text', text: part } : part
    },
  }
  const results = () =>
    (requests.at(-1)?.exchanges ?? []).flatMap(({ results }) =>
      results.map(({ text, failed }) => [text, failed]),
    )
  return { model, requests, results }
}

function setUp(
  steps: (Step | Error)[],
  make: (clock: VirtualClock) => readonly Tool[],
  options: Partial<WithToolsOptions> = {},
) {
  const clock = new VirtualClock()
  const warnings: ParleyError[] = []
  const stepper = stepping(...steps)
  const model = withTools(stepper.model, {
    tools: make(clock),
    clock,
    warn: error => warnings.push(error),
    ...options,
  })
  const parts: (LanguageModelPart & { readonly atMs: number })[] = []
  async function ask(request: Partial<LanguageModelRequest> = {}, signal = new AbortController().signal) {
    const asked = { userText: 'hi', history: [], language: 'en', ...request }
    for await (const part of model.stream(asked, signal)) parts.push({ ...part, atMs: clock.now() })
  }
  const said = () => parts.map(part => (part.kind === 'text' ? part.text : '')).join('')
  return { ...stepper, clock, warnings, model, parts, ask, said }
}

/** A tool that takes `ms` and says what it was given. */
const waits = (clock: VirtualClock, name: string, ms: number, more: Partial<Tool> = {}): Tool => ({
  ...functionTool({
    name,
    description: name,
    parameters: z.object({ word: z.string().optional() }),
    run: async ({ word }) => {
      await clock.sleep(ms)
      return `${name} ${word ?? 'done'}`
    },
  }),
  ...more,
})

describe('a model with tools', () => {
  it('keeps in its state what tools that act were asked to do, before and after it is done', async () => {
    const { ask, clock, parts } = setUp(
      [[call('book', { word: 'eight' }), call('look')], ['Booked.']],
      clock => [waits(clock, 'book', 900, { acts: true }), waits(clock, 'look', 10)],
      { filler: 'One moment.', fillerAfterMs: 500 },
    )
    const asking = ask()
    await clock.advance(600)
    const states = () => parts.flatMap(part => (part.kind === 'state' ? [actedIn(part.state)] : []))
    expect(states()).toMatchObject([
      [{ calls: [{ name: 'book', arguments: { word: 'eight' } }], results: [{ failed: true }] }],
    ])
    expect(parts.findIndex(({ kind }) => kind === 'state')).toBeLessThan(
      parts.findIndex(part => part.kind === 'text' && part.text.includes('One moment')),
    )
    await clock.advance(400)
    await asking
    expect(states().at(-1)).toMatchObject([{ results: [{ text: 'book eight', failed: false }] }])
  })

  it('is told of them, gets results, and goes on with its answer', async () => {
    const { ask, clock, said, requests } = setUp(
      [['Let me see.', call('look', { word: 'x' })], ['It is x.']],
      clock => [waits(clock, 'look', 100)],
    )
    const asking = ask({ instructions: 'Be kind.' })
    await clock.advance(100)
    await asking
    expect(said()).toBe('Let me see. \nIt is x.')
    expect(requests[0]?.tools).toEqual([
      {
        name: 'look',
        description: 'look',
        parameters: { type: 'object', properties: { word: { type: 'string' } } },
      },
    ])
    const [exchange] = requests[1]?.exchanges ?? []
    expect(exchange).toEqual({
      text: 'Let me see.',
      calls: [{ id: 'call look', name: 'look', arguments: { word: 'x' } }],
      results: [{ id: 'call look', text: 'look x', failed: false }],
    } satisfies ToolExchange)
    expect(requests[1]?.instructions).toBe('Be kind.')
    expect(clock.pending).toBe(0)
  })

  it('runs the calls of one step side by side and tells results in the order of the calls', async () => {
    const { ask, clock, results } = setUp(
      [[call('slow'), call('quick'), call('slow', { word: 'again' }, 'other')], ['ok']],
      clock => [waits(clock, 'slow', 200), waits(clock, 'quick', 50)],
    )
    const asking = ask()
    await clock.advance(200)
    await asking
    expect(clock.now()).toBe(200)
    expect(results()).toEqual([
      ['slow done', false],
      ['quick done', false],
      ['slow again', false],
    ])
  })

  it('is told of a tool that is not there, of arguments that do not fit, and of a failure', async () => {
    const failing = functionTool({
      name: 'fail',
      description: 'fails',
      parameters: z.object({}),
      run: () => {
        throw new Error('out of paper')
      },
    })
    const strict = functionTool({
      name: 'strict',
      description: 'wants a number',
      parameters: z.strictObject({ count: z.int() }),
      run: ({ count }) => ({ twice: count * 2 }),
    })
    const { ask, results, warnings } = setUp(
      [
        [
          call('nothing'),
          call('fail'),
          call('strict', { count: 'two' }),
          call('strict', '{"cou', 'cut'),
          call('strict', { count: 2 }, 'fine'),
        ],
        ['ok'],
      ],
      () => [failing, strict],
    )
    await ask()
    expect(results()).toEqual([
      ['There is no tool "nothing". There are: fail, strict.', true],
      ['The tool failed: out of paper', true],
      [expect.stringMatching(/^The arguments do not fit: .*expected number.*\n.*at count/), true],
      [expect.stringMatching(/^The arguments do not fit: .*expected object/), true],
      ['{"twice":4}', false],
    ])
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([
      ['tool_failed', 'The tool "fail" failed: out of paper'],
    ])
  })

  it('is told of a tool that takes too long, whether it obeys or not', async () => {
    const deaf: Tool = {
      ...waits(new VirtualClock(), 'deaf', 0),
      run: () => new Promise(() => {}),
      timeoutMs: 300,
    }
    const { ask, clock, results, said } = setUp([[call('deaf')], ['Sorry.']], () => [deaf])
    const asking = ask()
    await clock.advance(300)
    await asking
    expect(results()).toEqual([['The tool failed: It gave no answer within 300 ms.', true]])
    expect(said()).toBe('Sorry.')
    expect(clock.pending).toBe(0)
  })

  it('is told no more of a result than it may', async () => {
    const { ask, clock, results } = setUp(
      [[call('look', { word: `${'a'.repeat(94)}😀${'b'.repeat(900)}` })], []],
      clock => [waits(clock, 'look', 0)],
      { maxResultChars: 100 },
    )
    const asking = ask()
    await clock.advance(0)
    await asking
    expect(results()[0]?.[0]).toBe(`look ${'a'.repeat(94)}… (cut after 100 of 1001 characters)`)
  })

  it('may stop for tools so often and no more', async () => {
    const again = (): Step => [call('look')]
    const { ask, clock, requests, results } = setUp(
      [again(), again(), again(), ['That is all I know.']],
      clock => [waits(clock, 'look', 0)],
      { maxSteps: 2 },
    )
    const asking = ask()
    await clock.advance(0)
    await asking
    expect(requests).toHaveLength(4)
    expect(results().map(([text]) => text)).toEqual([
      'look done',
      'look done',
      'No more tools in this answer: say what you know.',
    ])
  })

  it('fails if it asks for tools without end', async () => {
    const { ask, clock } = setUp(
      [[call('look')], [call('look')], [call('look')]],
      clock => [waits(clock, 'look', 0)],
      { maxSteps: 1 },
    )
    const failing = expect(ask()).rejects.toMatchObject({ code: 'engine_failed' })
    await clock.advance(0)
    await failing
  })

  it('adds up what its steps cost', async () => {
    const usage = (inputTokens: number, outputTokens: number): LanguageModelPart => ({
      kind: 'usage',
      inputTokens,
      outputTokens,
      cachedTokens: 1,
    })
    const { ask, clock, parts } = setUp(
      [[usage(10, 0), usage(10, 5), call('look')], [usage(20, 7)]],
      clock => [waits(clock, 'look', 0)],
    )
    const asking = ask()
    await clock.advance(0)
    await asking
    expect(
      parts.flatMap(part =>
        part.kind === 'usage' ? [[part.inputTokens, part.outputTokens, part.cachedTokens]] : [],
      ),
    ).toEqual([
      [10, 0, 1],
      [10, 5, 1],
      [30, 12, 2],
    ])
  })

  it('hangs up with what it says, and does not answer again', async () => {
    const { ask, parts, requests } = setUp([['Goodbye.', call('hang_up')], ['Goodbye again.']], () => [
      hangUpTool(),
    ])
    await ask()
    expect(requests).toHaveLength(1)
    expect(parts.at(-1)).toMatchObject({ kind: 'action', action: { name: 'hang-up' } })
    const silent = setUp([[call('hang_up')], ['Goodbye.']], () => [hangUpTool()])
    await silent.ask()
    expect(silent.said()).toBe('Goodbye.')
    expect(silent.parts.some(part => part.kind === 'action')).toBe(true)
  })
})

describe('a filler', () => {
  const filler = { en: ['One moment.', 'Still looking.'], es: 'Un momento.' }
  const texts = (parts: readonly (LanguageModelPart & { atMs: number })[]) =>
    parts.flatMap(part =>
      part.kind === 'text' && part.text.trim() !== '' ? [[part.text.trim(), part.atMs]] : [],
    )

  it('is said once while a tool runs long, in the language of the call, before the result', async () => {
    const { ask, clock, parts } = setUp(
      [[call('look')], [call('look')], ['Found.']],
      clock => [waits(clock, 'look', 3_000)],
      { filler },
    )
    const asking = ask()
    await clock.advance(6_000)
    await asking
    expect(texts(parts)).toEqual([
      ['One moment.', 700],
      ['Still looking.', 3_700],
      ['Found.', 6_000],
    ])
    const spanish = setUp([[call('look')], []], clock => [waits(clock, 'look', 3_000)], { filler })
    const other = spanish.ask({ language: 'es-MX' })
    await spanish.clock.advance(3_000)
    await other
    expect(texts(spanish.parts)).toEqual([['Un momento.', 700]])
  })

  it('is not said when the tool is quick, when something was said before, or when there is none', async () => {
    for (const [step, ms, options] of [
      [[call('look')], 699, { filler }],
      [[call('look')], 700, { filler }],
      [['I am looking.', call('look')], 3_000, { filler }],
      [[call('look')], 3_000, {}],
      [[call('look')], 3_000, { filler: { fr: 'Un instant.' } }],
    ] as const) {
      const { ask, clock, parts } = setUp(
        [[...step], ['Found.']],
        clock => [waits(clock, 'look', ms)],
        options,
      )
      const asking = ask()
      await clock.advance(3_000)
      await asking
      expect(texts(parts).filter(([text]) => text === 'One moment.')).toEqual([])
      expect(clock.pending).toBe(0)
    }
  })

  it('is the tool’s own where it has one', async () => {
    const { ask, clock, said } = setUp(
      [[call('look')], []],
      clock => [waits(clock, 'look', 1_000, { filler: 'Checking the shelf.' })],
      { filler },
    )
    const asking = ask()
    await clock.advance(1_000)
    await asking
    expect(said().trim()).toBe('Checking the shelf.')
  })

  it('leaves whoever waits a sign of life every two seconds', async () => {
    const { ask, clock, parts } = setUp([[call('look')], ['x']], clock => [waits(clock, 'look', 7_000)])
    const asking = ask()
    await clock.advance(7_000)
    await asking
    const times = parts.map(({ atMs }) => atMs)
    expect(Math.max(...times.map((atMs, at) => atMs - (times[at - 1] ?? 0)))).toBeLessThanOrEqual(2_000)
  })
})

describe('a tool that acts', () => {
  const booking = (clock: VirtualClock, booked: string[]): Tool =>
    waits(clock, 'book', 100, {
      acts: true,
      run: async () => {
        booked.push('booked')
        await clock.sleep(100)
        return { text: 'ok' }
      },
    })

  it('waits until the turn is over, and its filler with it', async () => {
    const booked: string[] = []
    let commit = () => {}
    const committed = new Promise<void>(resolve => {
      commit = resolve
    })
    const { ask, clock, said } = setUp([[call('book')], ['Done.']], clock => [booking(clock, booked)], {
      filler: 'One moment.',
    })
    const asking = ask({ committed })
    await clock.advance(5_000)
    expect(booked).toEqual([])
    commit()
    await clock.advance(100)
    await asking
    expect(booked).toEqual(['booked'])
    expect(said()).toBe('Done.')
  })

  it('does nothing in an answer that is thrown away', async () => {
    const booked: string[] = []
    const controller = new AbortController()
    const { ask, clock, warnings } = setUp([[call('book')], []], clock => [booking(clock, booked)])
    const asking = ask({ committed: new Promise(() => {}) }, controller.signal)
    await clock.advance(500)
    controller.abort()
    await asking
    expect([booked, warnings, clock.pending]).toEqual([[], [], 0])
  })

  it('is not run again when the same request is tried again after a failure', async () => {
    const booked: string[] = []
    const { model, clock, requests } = setUp(
      [[call('book')], new Error('line cut'), new Error('line cut'), ['Booked.']],
      clock => [booking(clock, booked), hangUpTool()],
    )
    const request = { userText: 'book it', history: [], language: 'en' }
    const draw = async () => {
      let said = ''
      for await (const part of model.stream(request, new AbortController().signal))
        if (part.kind === 'text') said += part.text
      return said
    }
    const failing = expect(draw()).rejects.toThrow('line cut')
    await clock.advance(100)
    await failing
    expect(await draw()).toBe('Booked.')
    expect(booked).toEqual(['booked'])
    expect(requests.at(-1)?.exchanges).toHaveLength(1)
  })
})

describe('a turn that goes on after its answer has acted', () => {
  const turnKey = {}
  const request = (userText: string) => ({ userText, history: [], language: 'en', turnKey })

  function bookAndGoOn(run: (clock: VirtualClock) => Tool['run']) {
    return setUp([['One moment.', call('book')], ['Booked, for two.']], clock => [
      waits(clock, 'book', 0, { acts: true, run: run(clock) }),
    ])
  }

  it('is told what was done, so that it is not done again', async () => {
    const { model, clock, requests, results } = bookAndGoOn(clock => async () => {
      await clock.sleep(100)
      return { text: 'number 7' }
    })
    const controller = new AbortController()
    const first = model.stream(request('book a table'), controller.signal)[Symbol.asyncIterator]()
    // What is said, its break, and what is kept of the call.
    for (let part = 0; part < 3; part++) await first.next()
    const acting = first.next()
    await clock.advance(100)
    controller.abort()
    await acting
    for await (const _ of model.stream(request('book a table for two'), new AbortController().signal)) {
    }
    expect(results()).toEqual([['number 7', false]])
    expect(requests.at(-1)?.exchanges).toMatchObject([{ text: '', calls: [{ name: 'book' }] }])
  })

  it('is told of what was stopped on its way', async () => {
    const { model, clock, results } = bookAndGoOn(() => () => new Promise(() => {}))
    const controller = new AbortController()
    const first = model.stream(request('book a table'), controller.signal)[Symbol.asyncIterator]()
    // What is said, its break, and what is kept of the call.
    for (let part = 0; part < 3; part++) await first.next()
    const acting = first.next()
    await clock.advance(100)
    controller.abort()
    await acting
    for await (const _ of model.stream(request('book a table for two'), new AbortController().signal)) {
    }
    expect(results()).toEqual([['It was stopped while it ran; whether it was done is not known.', true]])
  })
})

describe('a step that fails', () => {
  it('is told apart when it fails again, for then the caller waits for more', async () => {
    const { ask, clock } = setUp(
      [['Let me see.', call('look')], new Error('line cut'), new Error('line cut')],
      clock => [waits(clock, 'look', 0)],
    )
    const failing = expect(ask()).rejects.toMatchObject({
      message: 'Mind stepper failed behind its tools: line cut',
      details: { unanswered: true },
    })
    await clock.advance(0)
    await failing
  })

  it('is tried once more where the answer has begun to be spoken', async () => {
    const { ask, clock, said, requests } = setUp(
      [['Let me see.', call('look')], new Error('line cut'), ['Here it is.']],
      clock => [waits(clock, 'look', 0)],
    )
    const asking = ask()
    await clock.advance(0)
    await asking
    expect(said()).toBe('Let me see. \nHere it is.')
    expect(requests[2]?.exchanges).toHaveLength(1)
  })

  it('is not where nothing was said, for then who asked tries again', async () => {
    const { ask, requests } = setUp([new Error('line cut'), ['x']], () => [])
    await expect(ask()).rejects.toThrow('line cut')
    expect(requests).toHaveLength(1)
  })
})

describe('an abort', () => {
  it('stops every running tool at once, wherever it comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 900 }), async abortMs => {
        let running = 0
        const controller = new AbortController()
        const { ask, clock, parts } = setUp(
          [['a', call('look'), call('look', {}, 'two')], [call('look', {}, 'three')], ['b']],
          clock => [
            waits(clock, 'look', 0, {
              run: (_, { signal }) => {
                running++
                signal.addEventListener('abort', () => running--)
                return clock.sleep(300).then(() => ({ text: 'x' }))
              },
            }),
          ],
          { filler: 'One moment.', fillerAfterMs: 100 },
        )
        const asking = ask({}, controller.signal)
        await clock.advance(abortMs)
        controller.abort()
        const atMs = clock.now()
        await clock.advance(1_000)
        await asking
        expect(running).toBe(0)
        expect(parts.every(part => part.atMs <= atMs)).toBe(true)
        expect(clock.pending).toBe(0)
      }),
      { numRuns: 40 },
    )
  })
})
