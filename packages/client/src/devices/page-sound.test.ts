import { describe, expect, it } from 'vitest'
import { resumeOnGesture } from './audio-context.js'
import { beginAudioSession } from './audio-session.js'
import { openPageSound } from './page-sound.js'
import { createSoundOutput } from './sound-output.js'

/** A context whose state the system turns, as Safari's does. */
class Context extends EventTarget {
  state = 'running'
  resumed = 0
  readonly destination = 'card'
  readonly routes: unknown[] = []
  createGain() {
    return { connect: (to: unknown) => this.routes.push(to), disconnect: () => this.routes.pop() }
  }
  createMediaStreamDestination() {
    return { stream: 'stream' }
  }
  resume() {
    this.resumed++
    return this.state === 'interrupted' ? Promise.reject(new Error('interrupted')) : Promise.resolve()
  }
  become(state: string) {
    this.state = state
    this.dispatchEvent(new Event('statechange'))
  }
}

const asContext = (context: Context) => context as unknown as AudioContext

describe('the sound of a page', () => {
  it('is taken back once a phone call is over, and not asked for during it', () => {
    const context = new Context()
    const sound = openPageSound({ context: asContext(context), calls: false })
    const states: string[] = []
    sound.onState(() => states.push(sound.state))
    context.become('interrupted')
    expect([states, context.resumed]).toEqual([['interrupted'], 0])
    context.become('suspended')
    expect([sound.state, context.resumed]).toEqual(['blocked', 1])
    sound.close()
    context.become('suspended')
    expect(context.resumed).toBe(1)
  })

  it('is asked for at any gesture where Safari leaves it interrupted', () => {
    const context = new Context()
    const gestures = new EventTarget()
    const sound = openPageSound({ context: asContext(context), calls: false, gestures })
    gestures.dispatchEvent(new Event('pointerdown'))
    expect(context.resumed).toBe(0)
    context.become('interrupted')
    gestures.dispatchEvent(new Event('touchend'))
    expect(context.resumed).toBe(1)
    sound.close()
    gestures.dispatchEvent(new Event('touchend'))
    expect(context.resumed).toBe(1)
  })

  it('is taken back by pages that make their own context as well', () => {
    const context = new Context()
    context.state = 'suspended'
    const gestures = new EventTarget()
    const stop = resumeOnGesture(asContext(context), gestures)
    expect(context.resumed).toBe(1)
    context.become('interrupted')
    expect(context.resumed).toBe(1)
    context.become('suspended')
    gestures.dispatchEvent(new Event('keydown'))
    expect(context.resumed).toBe(3)
    stop()
    context.become('suspended')
    expect(context.resumed).toBe(3)
  })

  it('is told to the system as what it is, so that a silent switch does not silence the agent', () => {
    const session = { type: 'auto' }
    const use = beginAudioSession(session)
    expect(session.type).toBe('playback')
    const [one, other] = [use.captures(), use.captures()]
    expect(session.type).toBe('play-and-record')
    one()
    one()
    expect(session.type).toBe('play-and-record')
    other()
    expect(session.type).toBe('playback')
    use.end()
    expect(session.type).toBe('auto')
    expect(() => beginAudioSession(undefined).captures()()).not.toThrow()
  })
})

describe('the loudspeaker of a page', () => {
  function element(known = 'out-2') {
    const made = {
      ...{ sink: '', srcObject: null as unknown, paused: true, plays: 0 },
      async setSinkId(id: string) {
        if (id !== '' && id !== known) throw new DOMException('', 'NotFoundError')
        made.sink = id
      },
      async play() {
        made.plays++
        made.paused = false
      },
      pause() {
        made.paused = true
      },
    }
    return made
  }

  function output(context: Context & { setSinkId?: (id: string) => Promise<void> }) {
    const elements: ReturnType<typeof element>[] = []
    const made = createSoundOutput(asContext(context), () => {
      const next = element()
      elements.push(next)
      return next as unknown as HTMLAudioElement
    })
    return { made, elements }
  }

  it('is chosen by the context where that can', async () => {
    const chosen: string[] = []
    const context = Object.assign(new Context(), {
      setSinkId: async (id: string) => void chosen.push(id),
    })
    const { made, elements } = output(context)
    await made.choose?.('out-2')
    made.element()
    expect([chosen, context.routes, elements.map(({ sink }) => sink)]).toEqual([
      ['out-2'],
      ['card'],
      ['out-2'],
    ])
  })

  it('is chosen through an element where only those can, and goes back to the card by itself', async () => {
    const page = globalThis as { HTMLMediaElement?: unknown }
    page.HTMLMediaElement = class {
      setSinkId() {}
    }
    const context = new Context()
    const { made, elements } = output(context)
    delete page.HTMLMediaElement
    await expect(made.choose?.('out-9')).rejects.toThrow()
    expect(context.routes).toEqual(['card'])
    await made.choose?.('out-2')
    const [, through] = elements
    expect([context.routes.length, through?.srcObject, through?.paused]).toEqual([1, 'stream', false])
    expect(context.routes).not.toEqual(['card'])
    through?.pause()
    made.resume()
    expect(through?.plays).toBe(2)
    await made.choose?.('')
    expect([context.routes, through?.paused, through?.srcObject]).toEqual([['card'], true, null])
    made.close()
  })

  it('cannot be chosen where neither can', () => {
    expect(output(new Context()).made.choose).toBeUndefined()
  })
})
