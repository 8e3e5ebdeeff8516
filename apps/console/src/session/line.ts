/**
 * The line to the gateway: a client with the page's player joined to it, begun when first needed and forgotten when
 * it ends. Folds what happens on it into the store.
 */
import { conversationStep, createVoiceClient, playThrough, type VoiceClient } from '@parley/client'
import { codecFor, PCM_OUTPUT_RATE } from './codec.js'
import { type ConsoleState, problemOf } from './console-state.js'
import { hearsMoreWords } from './heard-words.js'
import type { Levels } from './levels.js'
import type { ProsodyLine } from './prosody-line.js'
import { createSoundKeeper, type Sound } from './sound.js'
import type { Store } from './store.js'
import type { TokenKeeper } from './token-keeper.js'

export interface OpenLine {
  readonly client: VoiceClient
  /** Undefined where this browser cannot play; typing still works. */
  readonly sound: Sound | undefined
}

export interface Line {
  /** The client while a conversation is there or on its way. */
  readonly client: VoiceClient | undefined
  /** Connects unless connected; undefined where that failed or the line was hung up meanwhile. */
  open(): Promise<OpenLine | undefined>
  hangUp(): void
}

export interface LineOptions {
  readonly url: string
  readonly token: TokenKeeper
  /** Which agent the next conversation is with; the gateway's default without. */
  readonly agent?: () => string | undefined
  readonly store: Store<ConsoleState>
  readonly levels: Levels
  readonly prosody: ProsodyLine
  /** The conversation is over, whoever ended it. */
  readonly ended: () => void
}

export function createLine(options: LineOptions): Line {
  const { store, levels, prosody } = options
  const keeper = createSoundKeeper({
    blocked: soundBlocked => store.update({ soundBlocked }),
  })
  let client: VoiceClient | undefined
  let leaveClient = () => {}
  /** Once the gateway has said that it serves nobody else. */
  let sealed = false
  // Tells what the present conversation waits for from what an ended one did.
  let generation = 0

  /** Sound is wanted but not needed: a page that cannot play still shows and types. */
  async function openSound(): Promise<Sound | undefined> {
    try {
      return await keeper.open()
    } catch (thrown) {
      store.update({ problem: problemOf(thrown) })
      return undefined
    }
  }

  async function open(): Promise<OpenLine | undefined> {
    const mine = generation
    if (!client) store.update({ problem: undefined, connection: 'connecting' })
    const sound = await openSound()
    if (mine !== generation) return undefined
    client ??= begin(sound)
    const present = client
    const wasSealed = sealed
    try {
      await present.connect()
    } catch {
      // `failed` and `closed` have their own listeners, which tell the person.
      return sealed && !wasSealed ? open() : undefined
    }
    return mine === generation ? { client: present, sound } : undefined
  }

  function begin(sound: Sound | undefined): VoiceClient {
    const { spokenLanguage, pageLanguage } = store.snapshot()
    const { token } = options.token
    const agent = options.agent?.()
    const language = spokenLanguage === 'page' ? pageLanguage : spokenLanguage
    const next = createVoiceClient({
      url: options.url,
      codec: codecFor(location),
      output: { sampleRate: PCM_OUTPUT_RATE },
      reportsPlayed: sound !== undefined,
      ...(token === '' ? {} : { token }),
      ...(agent === undefined ? {} : { agent }),
      ...(language === 'agent' ? {} : { language }),
      encryption: sealed,
      ...prosody.wish(),
    })
    prosody.began(next, sound?.player)
    const leave = [...watchClient(next), ...(sound ? watchPlayer(next, sound) : [])]
    leaveClient = () => {
      for (const each of leave) each()
    }
    return next
  }

  function watchClient(next: VoiceClient): (() => void)[] {
    return [
      next.on('state-changed', ({ state }) => {
        store.update({
          connection: state,
          recording: next.recording,
          ...(state === 'ready' ? { retrying: undefined } : {}),
        })
        if (state === 'closed') forget()
      }),
      next.on('failed', error => {
        const problem = problemOf(error)
        if (problem.serverCode === 'encryption_required' && !sealed) {
          sealed = true
          return leave()
        }
        store.update({ problem })
        forget()
      }),
      next.on('codec-failed', error => store.update({ problem: problemOf(error) })),
      next.on('ready', ready => store.update({ ready, sealed, recording: next.recording })),
      next.on('recording', () => store.update({ recording: next.recording })),
      next.on('message', message => {
        fold(message)
        prosody.message(message)
      }),
      next.on('round-trip', ({ ms }) => store.update({ roundTripMs: ms })),
      next.on('retrying', ({ inMs, offline }) => store.update({ retrying: { inMs, offline } })),
      next.on('error', report),
      next.on('warning', report),
    ]
  }

  function watchPlayer(next: VoiceClient, { player }: Sound): (() => void)[] {
    return [
      playThrough(next, player),
      player.on('level', ({ dbfs }) => levels.setAgent(dbfs)),
      player.on('played', ({ reply, ms, final }) => {
        if (final || hearsMoreWords(store.snapshot().conversation, reply, ms)) {
          fold({ type: 'played-here', reply, ms })
        }
        prosody.heard(reply, ms)
      }),
    ]
  }

  function fold(input: Parameters<typeof conversationStep>[1]): void {
    store.update({ conversation: conversationStep(store.snapshot().conversation, input) })
  }

  function report({ code, message }: { readonly code: string; readonly message: string }): void {
    store.update({ problem: { code: 'gateway', serverCode: code, message } })
  }

  function leave(): void {
    leaveClient()
    leaveClient = () => {}
    client = undefined
    prosody.over()
  }

  /** What is on the screen stays. */
  function forget(): void {
    generation++
    leave()
    store.update({ retrying: undefined, roundTripMs: undefined })
    options.ended()
  }

  return {
    get client() {
      return client
    },
    open,
    hangUp() {
      generation++
      if (client) client.close()
      else store.update({ connection: 'closed' })
    },
  }
}
