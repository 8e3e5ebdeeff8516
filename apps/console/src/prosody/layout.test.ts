import type { ProsodyFrameFields } from '@parley/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clockText, ticksOf, timeTicksOf } from './axis.js'
import { firstWindow, placedAt, scrolled, windowOf, zoomed } from './chart-window.js'
import { type LayoutOptions, layoutOf, timeAt } from './layout.js'
import { createProsodyStore } from './prosody-store.js'
import { emptyView, foldProsody, type ProsodyView } from './prosody-view.js'
import { readStreamMessage } from './stream-message.js'

const options: LayoutOptions = {
  width: 640,
  height: 240,
  fromMs: 0,
  untilMs: 15_000,
  unit: 'semitones',
  sides: ['user', 'agent'],
}

/** A voice whose pitch is a function of time, with a pause of a second after each two. */
function spoken(durationMs: number, pitchAt: (atMs: number) => number): ProsodyView {
  const count = Math.floor(durationMs / 32)
  const frames = Array.from({ length: count }, (_, i) => {
    const voiced = (i * 32) % 3_000 < 2_000
    return {
      atMs: i * 32,
      pitchHz: voiced ? pitchAt(i * 32) : 0,
      voicing: voiced ? 0.9 : 0,
      loudness: voiced ? -20 : -70,
      speaking: voiced,
      arousal: 0.5,
      emotion: 'neutral',
    } as ProsodyFrameFields
  })
  return foldProsody(emptyView, { type: 'prosody', side: 'user', heardAtMs: 0, frames })
}

describe('the layout', () => {
  it('has a curve for each stretch of voice, higher on the picture where the pitch is higher', () => {
    const layout = layoutOf(
      spoken(14_000, atMs => (atMs < 5_000 ? 120 : 180)),
      options,
    )
    expect(layout.curves.user).toHaveLength(5)
    const firstY = layout.curves.user[0]?.[1] ?? 0
    const lastY = layout.curves.user.at(-1)?.[1] ?? 0
    expect(lastY).toBeLessThan(firstY)
    expect(layout.curves.agent).toEqual([])
    expect(layout.pitchTicks.filter(({ strong }) => strong).map(({ text }) => text)).toEqual(['0'])
  })

  it('never has more points than columns, however long the stretch', () => {
    const view = spoken(600_000, () => 150)
    for (const untilMs of [5_000, 60_000, 600_000]) {
      const layout = layoutOf(view, { ...options, untilMs })
      const points = layout.curves.user.reduce((sum, curve) => sum + curve.length / 2, 0)
      expect(points).toBeLessThanOrEqual(options.width)
      expect(layout.bars.user.length / 2).toBeLessThanOrEqual(options.width + 2)
    }
  })

  it('keeps within its boxes, whatever is shown and however small it is', () => {
    const view = spoken(20_000, atMs => 60 + (atMs % 540))
    const size = fc.integer({ min: 60, max: 1_600 })
    const unit = fc.constantFrom('semitones', 'hz')
    fc.assert(
      fc.property(
        size,
        size,
        fc.integer({ min: -5_000, max: 25_000 }),
        unit,
        (width, height, fromMs, unit) => {
          const layout = layoutOf(view, { ...options, width, height, fromMs, untilMs: fromMs + 15_000, unit })
          const { y: top, height: tall } = layout.pitch
          for (const curve of layout.curves.user) {
            for (let i = 0; i < curve.length; i += 2) {
              expect(Number.isFinite(curve[i])).toBe(true)
              expect(curve[i + 1]).toBeGreaterThanOrEqual(top - 1e-6)
              expect(curve[i + 1]).toBeLessThanOrEqual(top + tall + 1e-6)
            }
          }
          expect(layout.timeTicks.length).toBeLessThanOrEqual(40)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('finds the time under a place again', () => {
    const layout = layoutOf(emptyView, options)
    expect(timeAt(layout.pitch.x, options)).toBeCloseTo(0, 6)
    expect(timeAt(layout.pitch.x + layout.pitch.width, options)).toBeCloseTo(15_000, 6)
  })

  it('shades turns, marks rulings and hatches what was never heard, until the agent speaks again', () => {
    const view: ProsodyView = {
      ...emptyView,
      spans: [
        { side: 'user', id: 't', fromMs: 4_000, untilMs: undefined },
        { side: 'agent', id: 'r', fromMs: 1_000, untilMs: 3_000 },
        { side: 'agent', id: 's', fromMs: 3_800, untilMs: 4_000 },
        { side: 'agent', id: 'old', fromMs: -9_000, untilMs: -8_000 },
      ],
      marks: [
        { kind: 'cut', atMs: 3_000, reply: 'r', unheardMs: 2_000 },
        { kind: 'claim', atMs: 3_200, reply: 'r', reasons: [] },
        { kind: 'pass', atMs: 99_000, reply: 's', reasons: [] },
      ],
    }
    const layout = layoutOf(view, options)
    const scale = layout.pitch.width / 15_000
    expect(layout.turns.map(({ side }) => side)).toEqual(['user', 'agent', 'agent'])
    expect(layout.turns[0]?.width).toBeCloseTo(11_000 * scale, 3)
    expect(layout.marks.map(({ mark }) => mark.kind)).toEqual(['cut', 'claim'])
    expect(layout.unheard[0]?.width).toBeCloseTo(800 * scale, 3)
  })

  it('gives one voice the room of two', () => {
    const alone = layoutOf(emptyView, { ...options, sides: ['user'] })
    expect(alone.pitch.height).toBeGreaterThan(layoutOf(emptyView, options).pitch.height)
    expect(alone.barsAt).toBeCloseTo(alone.loudness.y + alone.loudness.height, 6)
  })
})

describe('the axes', () => {
  it('have round ticks', () => {
    expect(ticksOf(-8, 12, 4)).toEqual([-5, 0, 5, 10])
    expect(timeTicksOf(61_200, 76_200, 6)).toEqual([65_000, 70_000, 75_000])
    expect([clockText(75_430, 1), clockText(75_430, 1, ',')]).toEqual(['1:15.4', '1:15,4'])
    expect(clockText(59_999)).toBe('1:00')
  })
})

describe('the stretch of time that is shown', () => {
  const extent = { beginMs: 0, nowMs: 100_000 }

  it('follows the present until somebody goes back, and again at its end', () => {
    expect(windowOf(firstWindow, extent)).toEqual({ fromMs: 85_000, untilMs: 100_000 })
    const back = scrolled(firstWindow, -20_000, extent)
    expect(windowOf(back, { ...extent, nowMs: 130_000 })).toEqual({ fromMs: 65_000, untilMs: 80_000 })
    expect(scrolled(back, 60_000, extent).stoppedAtMs).toBeUndefined()
  })

  it('fills from the left at the beginning, and goes no further back', () => {
    expect(windowOf(firstWindow, { beginMs: 0, nowMs: 2_000 })).toEqual({ fromMs: 0, untilMs: 15_000 })
    expect(windowOf(placedAt(firstWindow, -5_000, extent), extent).fromMs).toBe(0)
    expect(zoomed(firstWindow, 500_000).spanMs).toBe(60_000)
    expect(zoomed(firstWindow, 0).spanMs).toBe(5_000)
  })
})

describe('the store', () => {
  it('knows how late it is by the least delayed message, and tells a few changes a second', () => {
    let now = 10_000
    const due: (() => void)[] = []
    const after = (_: number, run: () => void) => {
      due.push(run)
      return () => {}
    }
    const store = createProsodyStore({ now: () => now, after })
    let told = 0
    store.subscribe(() => told++)
    store.take({ type: 'begin', agentBy: 'estimate' })
    store.observe(1_000)
    now += 500
    store.observe(1_400)
    expect(store.nowMs()).toBe(1_500)
    store.observe(1_600)
    expect(store.nowMs()).toBe(1_600)
    for (let i = 0; i < 20; i++) store.take({ type: 'ducked', atMs: i, reply: 'r', afterOnsetMs: 1 })
    expect(told).toBe(0)
    due.shift()?.()
    expect([told, due.length, store.calm()]).toEqual([1, 0, store.view()])
    store.run(false)
    now += 9_000
    expect(store.nowMs()).toBe(1_600)
  })
})

describe('a message of the stream', () => {
  const frame = {
    atMs: 64,
    pitchHz: 150,
    voicing: 1,
    loudness: -20,
    arousal: 0.5,
    emotion: 'neutral',
    speaking: true,
  }

  it('is a frame, several, or an utterance of the one voice', () => {
    expect(
      readStreamMessage('{"type":"connected","timestamp":1,"message":"Prosody stream ready"}'),
    ).toMatchObject([{ input: { type: 'begin' } }])
    const one = readStreamMessage(JSON.stringify({ type: 'prosody', timestamp: 1, ...frame }))
    expect(one).toMatchObject([{ atMs: 64, input: { side: 'user', heardAtMs: 64 } }])
    const batch = { type: 'batch', frames: [frame, { ...frame, atMs: 96 }, { ...frame, pitchHz: null }] }
    expect(readStreamMessage(JSON.stringify(batch))).toMatchObject([
      { atMs: 96, input: { frames: [{}, {}] } },
    ])
    const utterance = { type: 'utterance', utterance: { fromMs: 1, untilMs: 2 } }
    expect(readStreamMessage(JSON.stringify(utterance))).toMatchObject([{ input: { type: 'utterance' } }])
  })

  it('is nothing where it is odd', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.constant(new ArrayBuffer(8))), data => {
        expect(Array.isArray(readStreamMessage(data))).toBe(true)
      }),
    )
    expect(readStreamMessage('{"type":"prosody"}')).toEqual([])
  })
})
