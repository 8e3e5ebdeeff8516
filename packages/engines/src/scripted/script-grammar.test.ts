import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HistoryEntry, ParleyError, type ReplyId, type TurnId } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DialogueState, firstState } from './dialogue-state.js'
import { loadScript } from './load-script.js'
import { spellDigits, spellNumber } from './numbers.js'
import { parseScript } from './parse-script.js'
import type { PhraseTree } from './phrase.js'
import type { Intent, Phrase, Script, SlotType } from './script.js'
import { scriptGrammar } from './script-grammar.js'
import { createScriptedAgent } from './scripted-agent.js'
import { understand } from './understand.js'

const root = new URL('../../../../', import.meta.url).pathname
const model = '/usr/share/pocketsphinx/model/en-us'
const recogniser = 'pocketsphinx_continuous'
const hasRecogniser = spawnSync(recogniser, ['-version']).error === undefined && existsSync(model)
const english = await loadScript(join(root, 'agents/front-desk.en.yaml'))
const spanish = await loadScript(join(root, 'agents/recepcion.es.yaml'))

interface Sample {
  readonly words: readonly string[]
  readonly values: Readonly<Record<string, string>>
}

const plain = (words: readonly string[]): Sample => ({ words, values: {} })
const join2 = (samples: readonly Sample[]): Sample => ({
  words: samples.flatMap(sample => sample.words),
  values: Object.assign({}, ...samples.map(sample => sample.values)),
})

/** Sentences of a phrase with the values they hold, drawn as the grammar would. */
function sentences(tree: PhraseTree, script: Script): fc.Arbitrary<Sample> {
  const parts = tree.map(node => {
    if (node.kind === 'word') return fc.constant(plain([node.word.written]))
    if (node.kind === 'slot') return slotSentences(node.name, script)
    const choices = node.of.map(each => sentences(each, script))
    return fc.oneof(...choices, ...(node.optional ? [fc.constant(plain([]))] : []))
  })
  return fc.tuple(...parts).map(join2)
}

function slotSentences(name: string, script: Script): fc.Arbitrary<Sample> {
  const type = script.slots.get(name)?.type
  if (type === undefined) throw new Error(`no slot ${name}`)
  return typeSentences(type, script).map(({ words, value }) => ({ words, values: { [name]: value } }))
}

function typeSentences(
  type: SlotType,
  script: Script,
): fc.Arbitrary<{ words: readonly string[]; value: string }> {
  const { language } = script
  switch (type.kind) {
    case 'digits':
      return fc
        .array(fc.integer({ min: 0, max: 9 }), { minLength: type.min, maxLength: type.max })
        .map(digits => ({
          words: (spellDigits(digits.join(''), language) ?? '').split(' '),
          value: digits.join(''),
        }))
    case 'number':
      return fc
        .integer({ min: type.min, max: type.max })
        .map(number => ({ words: (spellNumber(number, language) ?? '').split(' '), value: String(number) }))
    case 'list':
      return fc.oneof(
        ...type.values.flatMap(({ name, ways }) =>
          ways.map(way => sentences(way.tree, script).map(({ words }) => ({ words, value: name }))),
        ),
      )
    default:
      return type satisfies never
  }
}

const anyOf = (phrases: readonly Phrase[], script: Script) =>
  fc.oneof(...phrases.map(phrase => sentences(phrase.tree, script)))

/** The state in which an intent is listened for. */
function stateFor(intent: Intent): DialogueState {
  return { ...firstState, at: intent.states[0] ?? firstState.at }
}

const busy = parseScript(
  `agent: Büro №1
language: en
greeting: Hi.
slots:
  room: { type: digits, min: 1, max: 6, ask: Room?, phrases: "(room | number) {room}" }
  count: { type: number, min: 0, max: 120, ask: How many? }
  size: { type: list, values: { small: [tiny, "not [so | very] big"], large: [big] }, ask: Which size? }
  sure: { type: yes_no, ask: Sure? }
intents:
  order: { phrases: ["[please] (order | get me) {count} {size} (pizza | pizzas [with (cheese | 2 sorts of ham)])"], replies: Fine. }
  go: { phrases: ["go to room {room} [now]", "(left | right) [and {count} steps]"], replies: Going. }
  check: { phrases: ["are you {sure}", "what's 7 and {count}"], replies: Yes., confirm: Really?, cancelled: Fine. }
fallback: Sorry?
`,
  'busy.yaml',
)

describe('scriptGrammar', () => {
  it.each([
    ['front-desk', english],
    ['recepcion', spanish],
    ['busy', busy],
  ])('holds for %s only sentences that mean their intent, with their slots', (_, script) => {
    const intent = fc.constantFrom(...script.intents.values())
    const said = intent.chain(each =>
      anyOf(each.phrases, script).map(sample => ({ intent: each, ...sample })),
    )
    fc.assert(
      fc.property(said, ({ intent: meant, words, values }) => {
        const meaning = understand(script, stateFor(meant), words.join(' '))
        expect(meaning.kind).toBe('intent')
        if (meaning.kind !== 'intent') return
        expect(meaning.intent.name).toBe(meant.name)
        expect(Object.fromEntries(meaning.values)).toEqual(values)
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['front-desk', english],
    ['recepcion', spanish],
    ['busy', busy],
  ])('holds for %s answers that fill the slot that was asked for', (_, script) => {
    const asked = [...script.slots.values()].filter(slot => slot.ask !== undefined)
    const said = fc.constantFrom(...asked).chain(slot => {
      const bare = slotSentences(slot.name, script)
      return fc
        .oneof(bare, ...(slot.phrases.length > 0 ? [anyOf(slot.phrases, script)] : []))
        .map(each => ({ slot, ...each }))
    })
    fc.assert(
      fc.property(said, ({ slot, words, values }) => {
        const intent = [...script.intents.keys()][0] ?? ''
        const state: DialogueState = { ...firstState, open: { kind: 'slot', intent, slot: slot.name } }
        const meaning = understand(script, state, words.join(' '))
        expect(meaning).toMatchObject({ kind: 'filled' })
        if (meaning.kind === 'filled') expect(Object.fromEntries(meaning.values)).toEqual(values)
      }),
      { numRuns: 500 },
    )
  })

  it('is JSGF with numbers as words, lower-case and plain rule names', () => {
    const { jsgf, words } = scriptGrammar(busy)
    expect(jsgf).toMatch(/^#JSGF V1\.0;\ngrammar buro_1;\npublic <utterance> = /)
    expect(jsgf.replace('#JSGF V1.0;', '')).not.toMatch(/[A-Z"]|slot_\d+_[^a-z>]/)
    expect(words).toContain('seven')
    expect(words).toContain("what's")
    expect(words.join(' ')).not.toMatch(/\d/)
  })

  it.skipIf(!existsSync(model))('has only words of the English dictionary in the shipped agent', () => {
    const dictionary = readFileSync(join(model, 'cmudict-en-us.dict'), 'utf8')
    const known = new Set(dictionary.split('\n').map(line => line.split(' ')[0]))
    expect(scriptGrammar(english).words.filter(word => !known.has(word))).toEqual([])
  })

  it.skipIf(!hasRecogniser).each([
    ['front-desk', english],
    ['busy', busy],
  ])('is taken by the recogniser for %s', (_, script) => {
    const folder = mkdtempSync(join(tmpdir(), 'grammar-'))
    try {
      writeFileSync(join(folder, 'g.jsgf'), scriptGrammar(script).jsgf)
      writeFileSync(join(folder, 'silence.raw'), new Uint8Array(32_000))
      const files = ['-jsgf', join(folder, 'g.jsgf'), '-infile', join(folder, 'silence.raw')]
      const run = spawnSync(
        recogniser,
        [...files, '-hmm', join(model, 'en-us'), '-dict', join(model, 'cmudict-en-us.dict')],
        { encoding: 'utf8' },
      )
      expect(run.stderr).not.toMatch(/missing in the dictionary|ERROR|syntax error/i)
      expect(run.status).toBe(0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('refuses a number slot too large to list', () => {
    const script = parseScript(
      'agent: a\nlanguage: en\ngreeting: Hi.\nslots: { n: { type: number } }\nintents: { a: { phrases: "take {n}", replies: Yes } }\nfallback: No.\n',
      'a.yaml',
    )
    expect(() => scriptGrammar(script)).toThrowError(/Slot "n" has 1000000 values/)
  })

  it('refuses numbers in a language whose number words it does not know', () => {
    const script = parseScript(
      'agent: a\nlanguage: fr\ngreeting: Salut.\nslots: { n: { type: digits } }\nintents: { a: { phrases: "le {n}", replies: Oui } }\nfallback: Non.\n',
      'a.yaml',
    )
    expect(() => scriptGrammar(script)).toThrowError(ParleyError)
  })
})

describe('the shipped agents', () => {
  const labels: { readonly clips: readonly { readonly transcript: string | null }[] } = JSON.parse(
    readFileSync(join(root, 'fixtures/audio/labels.json'), 'utf8'),
  )

  async function answer(script: Script, text: string): Promise<string> {
    const history: HistoryEntry[] = []
    let said = ''
    const request = { userText: text, history, language: script.language }
    for await (const part of createScriptedAgent(script).stream(request, new AbortController().signal)) {
      if (part.kind === 'text') said += part.text
    }
    return said
  }

  it.each([
    ...[
      'Hello.',
      'Information about your last call.',
      'Thank you.',
      'Goodbye!',
      "I'm sorry.",
      'One moment, please.',
    ],
    ...['Transfer.', 'no', 'press 0 to reach an operator', 'Press 5 to leave a message'],
    ...['Your call cannot be completed as dialed.', 'Thank you for your patience'],
  ])('has an answer to the recorded %j', async transcript => {
    expect(labels.clips.some(clip => clip.transcript === transcript)).toBe(true)
    expect(english.fallback.flatMap(step => step.say)).not.toContain(await answer(english, transcript))
  })

  it.each([
    'hola',
    'Marque 5 para dejar mensaje',
    'Muchas gracias por su paciencia.',
    '¿Cuál fue mi última llamada?',
  ])('answers %j in Spanish', async said => {
    expect(spanish.fallback.flatMap(step => step.say)).not.toContain(await answer(spanish, said))
  })

  it('hangs up on a goodbye', async () => {
    for (const [script, text] of [
      [english, 'bye bye'],
      [spanish, 'hasta luego'],
    ] as const) {
      const history: HistoryEntry[] = [
        { role: 'user', turn: 't' as TurnId, text: 'x', atMs: 0 },
        { role: 'agent', turn: 't' as TurnId, reply: 'r' as ReplyId, text: '', interrupted: true },
      ]
      const kinds: string[] = []
      const stream = createScriptedAgent(script).stream(
        { userText: text, history, language: 'en' },
        new AbortController().signal,
      )
      for await (const part of stream) if (part.kind === 'action') kinds.push(part.action.name)
      expect(kinds).toEqual(['hang-up'])
    }
  })
})
