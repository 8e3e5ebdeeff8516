import { readFileSync } from 'node:fs'
import { ParleyError } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { loadScript } from './load-script.js'
import { parseScript } from './parse-script.js'

const head = `agent: test
language: en
greeting: Hello.
fallback: Sorry?
`

function problemsOf(text: string): string[] {
  try {
    parseScript(text, 'test.yaml')
  } catch (error) {
    if (error instanceof ParleyError && error.code === 'bad_agent') return error.message.split('\n')
    throw error
  }
  return []
}

const one = (body: string) => problemsOf(`${head}${body}`)

describe('parseScript', () => {
  it('accepts the least that makes an agent', () => {
    const script = parseScript(`${head}intents: { hi: { phrases: hi, replies: Hello. } }\n`, 'test.yaml')
    expect(script.intents.get('hi')?.phrases).toHaveLength(1)
    expect(script.silence).toBe(script.fallback)
  })

  it('names file, line, column and cure', () => {
    expect(one('intents:\n  billing:\n    replies: Yes.\n')).toEqual([
      'test.yaml:6:3: intent "billing" has no phrase; add at least one under "phrases"',
    ])
  })

  it('collects all mistakes, in the order of the file', () => {
    const problems = problemsOf('agent: a\nlanguage: english!\ngreting: Hello.\nintents: {}\nfallback: []\n')
    expect(problems.map(problem => problem.split(': ')[0])).toEqual([
      ...['test.yaml:1:1', 'test.yaml:2:11', 'test.yaml:3:1', 'test.yaml:5:1'],
    ])
    expect(problems[2]).toBe('test.yaml:3:1: unknown key "greting" (did you mean "greeting"?)')
  })

  it('gives the mistakes as data too', () => {
    expect.assertions(1)
    try {
      parseScript('agent: [', 'x.yaml')
    } catch (error) {
      expect((error as ParleyError).details.problems).toEqual([
        expect.objectContaining({ line: 1, column: 9 }),
      ])
    }
  })

  it.each([
    [
      'a key of an intent',
      'intents: { a: { phrases: hi, replys: Yes } }',
      'unknown key "replys" (did you mean "replies"?)',
    ],
    [
      'an action',
      'intents: { a: { phrases: hi, replies: Yes, do: [hangup] } }',
      'unknown key "hangup" (did you mean "hang-up"?)',
    ],
    [
      'a slot in a phrase',
      'slots: { size: { type: number } }\nintents: { a: { phrases: "size {sise}", replies: Yes } }',
      'there is no slot "sise" (did you mean "size"?)',
    ],
    [
      'a state',
      'states: { menu: {} }\nintents: { a: { phrases: hi, replies: Yes, do: [{ goto: mneu }] } }',
      'there is no state "mneu" (did you mean "menu"?)',
    ],
    [
      'an expected intent',
      'states: { start: { expects: helo } }\nintents: { hello: { phrases: hi, replies: Yes } }',
      'there is no intent "helo" (did you mean "hello"?)',
    ],
    [
      'a slot type',
      'slots: { a: { type: digit } }\nintents: { b: { phrases: hi, replies: Yes } }',
      'must be one of digits, number, list, yes_no, weekday (did you mean "digits"?)',
    ],
    [
      'a name in a text',
      'slots: { size: { type: number } }\nintents: { a: { phrases: hi, replies: "Got {sise|it}." } }',
      'there is no slot "sise" (did you mean "size"?)',
    ],
  ])('says what was meant by a misspelt name of %s', (_, body, message) => {
    expect(one(body).join('\n')).toContain(message)
  })

  it.each([
    [
      'a phrase of two intents',
      'intents: { a: { phrases: "[please] stop", replies: A }, b: { phrases: stop, replies: B } }',
      '"stop" is already a phrase of intent "a"',
    ],
    [
      'an intent nobody can say',
      'states: { far: { expects: b } }\nintents: { a: { phrases: hi, replies: A }, b: { phrases: ho, replies: B } }',
      'intent "b" can never be heard: only far expects it',
    ],
    [
      'a state never entered',
      'states: { far: {} }\nintents: { a: { phrases: hi, replies: A } }',
      'state "far" is never entered',
    ],
    ['a phrase without words', 'intents: { a: { phrases: "...", replies: A } }', 'phrase has no word'],
    ['a phrase that may be empty', 'intents: { a: { phrases: "[hi]", replies: A } }', 'phrase can be empty'],
    ['an open bracket', 'intents: { a: { phrases: "go (left | right", replies: A } }', '"(" is not closed'],
    [
      'an absurd phrase',
      `intents: { a: { phrases: "go ${'[a] '.repeat(12)}", replies: A } }`,
      'can be said in 4096 ways',
    ],
    [
      'a needed slot without a question',
      'slots: { n: { type: number } }\nintents: { a: { phrases: hi, needs: n, replies: A } }',
      'slot "n" is needed by intent "a" but has no question',
    ],
    [
      'a text that may miss its slot',
      'slots: { n: { type: number } }\nintents: { a: { phrases: hi, replies: "{n} it is" } }',
      '"n" may be empty here',
    ],
    [
      'a confirmation without a way out',
      'intents: { a: { phrases: hi, confirm: Sure, replies: A } }',
      'has no answer to a "no"',
    ],
    ['an intent that says nothing', 'intents: { a: { phrases: hi } }', 'intent "a" says nothing'],
    [
      'a slot without values',
      'slots: { n: { type: list } }\nintents: { a: { phrases: hi, replies: A } }',
      'slot "n" has no value',
    ],
    [
      'a word of two values',
      'slots: { n: { type: list, values: { x: [red], y: [red] } } }\nintents: { a: { phrases: hi, replies: A } }',
      '"red" means both "x" and "y"',
    ],
    [
      'wrong bounds',
      'slots: { n: { type: digits, min: 5, max: 2 } }\nintents: { a: { phrases: hi, replies: A } }',
      'needs 1 ≤ min ≤ max',
    ],
    [
      'a key given twice',
      'agent: again\nintents: { a: { phrases: hi, replies: A } }',
      'Map keys must be unique',
    ],
  ])('refuses %s', (_, body, message) => {
    expect(one(body).join('\n')).toContain(message)
  })

  it('points into a phrase', () => {
    expect(one('intents:\n  a:\n    phrases:\n      - "go ) there"\n    replies: A\n')[0]).toMatch(
      /^test\.yaml:8:13: "\)" closes nothing/,
    )
  })

  it.each([
    ['', 'file is empty'],
    ['- a', 'must be a mapping'],
    ['&a { note: *a }', 'YAML'],
    ['\t', 'file is empty'],
    ['a: b: c', 'YAML'],
  ])('answers rubbish (%j) with a sentence', (text, message) => {
    expect(problemsOf(text).join('\n')).toContain(message)
  })

  it('refuses a huge file and a bomb of aliases', () => {
    expect(problemsOf(`agent: ${'x'.repeat(1_000_001)}`)[0]).toContain('larger than')
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((name, index) => {
        const before = 'abcdefg'[index]
        return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`
      }),
    ]
    expect(problemsOf(bomb.join('\n')).join('\n')).toContain('YAML')
  })

  it('is not fooled by names of the language it is written in', () => {
    const script = parseScript(
      `${head}slots: { constructor: { type: number, ask: How many? } }\nintents: { toString: { phrases: "take {constructor}", replies: A } }\n`,
      'x',
    )
    expect(script.intents.get('toString')).toBeDefined()
    expect(one('intents: { a: { phrases: "{toString}", replies: A } }')[0]).toContain(
      'there is no slot "toString"',
    )
  })
})

describe('loadScript', () => {
  it.each(['front-desk.en.yaml', 'recepcion.es.yaml'])('loads the shipped agent %s', async name => {
    const script = await loadScript(new URL(`../../../../agents/${name}`, import.meta.url).pathname)
    expect(script.intents.size).toBeGreaterThan(10)
  })

  it('names a file that is not there', async () => {
    await expect(loadScript('/no/such/agent.yaml')).rejects.toMatchObject({ code: 'bad_agent' })
  })

  it('loads the example of the documentation', () => {
    const text = readFileSync(new URL('../../../../docs/scripted-agent.md', import.meta.url), 'utf8')
    const example = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? ''
    expect(parseScript(example, 'docs/scripted-agent.md').agent).toBe('pizzeria')
  })
})
