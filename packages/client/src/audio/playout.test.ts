import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPlayout, type PlayoutOptions, type PlayoutReport } from './playout.js'

type Played = Extract<PlayoutReport, { kind: 'played' }>

/** A loudspeaker under virtual time: what it rendered, and what it was told when. */
function setUp(options: Partial<PlayoutOptions> = {}) {
  const reports: (PlayoutReport & { readonly atMs: number })[] = []
  const contextRate = options.contextRate ?? 24000
  let frame = 0
  const playout = createPlayout({
    sourceRate: 24000,
    contextRate,
    report: report => reports.push({ ...report, atMs: (frame * 1000) / contextRate }),
    ...options,
  })
  const rendered: number[] = []
  return {
    playout,
    reports,
    rendered,
    played: () => reports.filter((report): report is Played & { atMs: number } => report.kind === 'played'),
    run(ms: number) {
      const until = frame + (ms * contextRate) / 1000
      const block = new Float32Array(128)
      while (frame < until) {
        playout.render(block, frame)
        frame += 128
        rendered.push(...block)
      }
    },
  }
}

/** Samples whose value tells their place, never 0. */
function ramp(count: number, from = 0): Int16Array {
  return Int16Array.from({ length: count }, (_, i) => 1 + ((from + i) % 30000))
}

function sounding(rendered: readonly number[]): number[] {
  return rendered.map(sample => Math.round(sample * 32768)).filter(sample => sample !== 0)
}

describe('playout', () => {
  it('plays every sample once and in order, and counts them exactly', () => {
    const { playout, run, rendered, played } = setUp()
    playout.begin('r1', 0)
    playout.push(ramp(5000))
    playout.push(ramp(5001, 5000))
    playout.end('r1')
    run(1000)
    expect(sounding(rendered)).toEqual([...ramp(10001)])
    expect(played().at(-1)).toMatchObject({ reply: 'r1', ms: (10001 * 1000) / 24000, final: true })
    expect(played().filter(report => report.final)).toHaveLength(1)
  })

  it('reports no place in the padding of a codec, but plays it', () => {
    const { playout, run, rendered, played } = setUp()
    playout.begin('r1', 0)
    playout.push(ramp(4800))
    playout.end('r1', 193.5)
    run(400)
    expect(sounding(rendered)).toHaveLength(4800)
    expect(played().at(-1)).toMatchObject({ ms: 193.5, final: true })
    playout.clear('r1')
    expect(Math.max(...played().map(report => report.ms))).toBe(193.5)
  })

  it('reports at the first sample and then every 100 ms at most', () => {
    const { playout, run, played } = setUp()
    playout.begin('r1', 0)
    playout.push(ramp(24000))
    run(1500)
    expect(played()[0]?.ms).toBeLessThan(6)
    for (const [i, report] of played().entries()) {
      expect(report.atMs - (played()[i - 1]?.atMs ?? report.atMs)).toBeLessThanOrEqual(106)
    }
    expect(played().at(-1)?.ms).toBe(1000)
  })

  it('waits for 60 ms of sound, or for 60 ms, or for the end of a short reply', () => {
    const early = setUp()
    early.playout.begin('r1', 0)
    early.playout.push(ramp(240))
    early.run(50)
    expect(sounding(early.rendered)).toEqual([])
    early.run(20)
    expect(sounding(early.rendered)).toEqual([...ramp(240)])

    const short = setUp()
    short.playout.begin('r1', 0)
    short.playout.push(ramp(240))
    short.playout.end('r1')
    short.run(20)
    expect(sounding(short.rendered)).toEqual([...ramp(240)])

    const full = setUp()
    full.playout.begin('r1', 0)
    full.playout.push(ramp(1440))
    full.run(5)
    expect(sounding(full.rendered)[0]).toBe(1)
  })

  it('does not count the silence of an underrun', () => {
    const { playout, run, played, reports } = setUp()
    playout.begin('r1', 0)
    playout.push(ramp(2400))
    run(1000)
    expect(played().at(-1)?.ms).toBe(100)
    expect(reports.filter(report => report.kind === 'underrun')).toHaveLength(1)
    playout.push(ramp(2400, 2400))
    playout.end('r1')
    run(1000)
    expect(played().at(-1)).toMatchObject({ ms: 200, final: true })
  })

  it('takes the output latency off what it reports', () => {
    const { playout, run, played } = setUp()
    playout.setLatency(80)
    playout.begin('r1', 0)
    playout.push(ramp(24000))
    playout.end('r1')
    run(70)
    expect(played()).toEqual([])
    run(430)
    expect(played().at(-1)?.ms).toBeLessThan(430)
    run(1000)
    expect(played().at(-1)).toMatchObject({ ms: 1000, final: true })
  })

  it('stops within 5 ms after clear, without a click, and reports the last place at once', () => {
    const { playout, run, rendered, played } = setUp()
    playout.begin('r1', 0)
    playout.push(new Int16Array(24000).fill(16000))
    run(200)
    const before = rendered.length
    playout.clear('r1')
    const final = played().at(-1)
    expect(final).toMatchObject({ reply: 'r1', final: true, ms: (before * 1000) / 24000 + 5 })
    run(500)
    const after = sounding(rendered.slice(before))
    expect(after.length).toBeLessThanOrEqual(120)
    expect(after.every((sample, i) => sample <= (after[i - 1] ?? 16000))).toBe(true)
    expect(played().at(-1)).toEqual(final)
  })

  it('drops what still arrives of a cleared reply until it is begun again', () => {
    const { playout, run, rendered } = setUp()
    playout.begin('r1', 0)
    playout.push(ramp(2400))
    playout.clear('r1')
    playout.push(ramp(2400, 2400))
    run(300)
    expect(sounding(rendered)).toEqual([])
    playout.begin('r1', 0)
    playout.push(ramp(2400))
    run(300)
    expect(sounding(rendered)).toEqual([...ramp(2400)])
  })

  it('answers every clear with a last place, even of a reply it does not know', () => {
    const { playout, played } = setUp()
    playout.clear('never')
    playout.begin('r1', 0)
    playout.clear('r1')
    playout.clear('r1')
    expect(played().map(({ reply, ms, final }) => [reply, ms, final])).toEqual([
      ['never', 0, true],
      ['r1', 0, true],
      ['r1', 0, true],
    ])
  })

  it('leaves the next reply alone when the one before it is cleared', () => {
    const { playout, run, rendered } = setUp()
    playout.begin('r1', 0)
    playout.push(ramp(2400))
    playout.begin('r2', 0)
    playout.push(ramp(2400, 10000))
    playout.clear('r1')
    run(300)
    expect(sounding(rendered)).toEqual([...ramp(2400, 10000)])
  })

  it('goes on after a resume without repeating what it holds', () => {
    const { playout, run, rendered, played } = setUp()
    playout.begin('r1', 0)
    playout.push(ramp(4800))
    run(100)
    playout.begin('r1', 100)
    playout.push(ramp(4800, 2400))
    playout.end('r1')
    run(500)
    expect(sounding(rendered)).toEqual([...ramp(7200)])
    expect(played().at(-1)).toMatchObject({ ms: 300, final: true })
  })

  it.each([
    ['while it sounds', 0],
    ['with sound in the sound card', 80],
  ])(
    'goes on after a clear %s from the place it reported, without a sample lost or played twice',
    (_, latencyMs) => {
      const { playout, run, rendered, played } = setUp()
      playout.setLatency(latencyMs)
      playout.begin('r1', 0)
      playout.push(ramp(12_000))
      playout.end('r1')
      run(200)
      playout.clear('r1')
      const left = played().at(-1)?.ms ?? 0
      run(400)
      const place = Math.round(left * 24)
      expect(sounding(rendered).length).toBeGreaterThanOrEqual(place - 1)
      playout.begin('r1', left)
      playout.push(ramp(12_000 - place, place))
      playout.end('r1')
      run(1_000)
      const heard = sounding(rendered)
      expect(heard.slice(-(12_000 - place))).toEqual([...ramp(12_000 - place, place)])
      // The last sample of the fade is silent.
      expect(heard.length).toBe(12_000 - 1)
      const places = played().map(({ ms }) => ms)
      expect(places).toEqual([...places].sort((a, b) => a - b))
      expect(played().at(-1)).toMatchObject({ ms: 500, final: true })
    },
  )

  it('does not repeat what it holds when it goes on from before the place it reported', () => {
    const { playout, run, rendered, played } = setUp()
    playout.begin('r1', 0)
    playout.push(ramp(12_000))
    run(200)
    playout.clear('r1')
    run(400)
    playout.begin('r1', 100)
    playout.push(ramp(12_000 - 2_400, 2_400))
    playout.end('r1')
    run(1_000)
    expect(sounding(rendered).length).toBe(12_000 - 1)
    expect(played().at(-1)).toMatchObject({ ms: 500, final: true })
  })

  it('begins where a page that was loaded anew is told to', () => {
    const { playout, run, played } = setUp()
    playout.begin('r1', 500)
    playout.push(ramp(2400, 12000))
    playout.end('r1')
    run(300)
    expect(played().at(-1)).toMatchObject({ ms: 600, final: true })
  })

  it('ducks by 18 dB within 20 ms and comes back', () => {
    const { playout, run, rendered } = setUp()
    playout.begin('r1', 0)
    playout.push(new Int16Array(24000).fill(16000))
    run(100)
    playout.duck(true)
    run(40)
    expect(20 * Math.log10(((rendered.at(-1) ?? 0) * 32768) / 16000)).toBeCloseTo(-18, 1)
    playout.duck(false)
    run(40)
    expect((rendered.at(-1) ?? 0) * 32768).toBeCloseTo(16000, 3)
  })

  it('holds no more than its limit and says what it dropped', () => {
    const { playout, reports } = setUp({ maxBufferMs: 1000 })
    playout.begin('r1', 0)
    playout.push(ramp(36000))
    expect(reports).toMatchObject([{ kind: 'dropped', reply: 'r1', ms: 500 }])
  })

  it.each([48000, 44100])('counts exactly at a sound card of %i Hz too', contextRate => {
    const { playout, run, rendered, played } = setUp({ contextRate })
    playout.begin('r1', 0)
    playout.push(new Int16Array(12345).fill(8000))
    playout.end('r1')
    run(1000)
    expect(played().at(-1)).toMatchObject({ ms: (12345 * 1000) / 24000, final: true })
    const loud = rendered.filter(sample => Math.abs(sample) > 0.12).length
    expect(Math.abs(loud - (12345 * contextRate) / 24000)).toBeLessThan(8)
  })

  it('never reports more than was rendered, nor goes back, whatever comes when', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('push' as const), count: fc.integer({ min: 0, max: 3000 }) }),
      fc.record({ do: fc.constant('run' as const), ms: fc.integer({ min: 1, max: 200 }) }),
      fc.record({ do: fc.constant('clear' as const) }),
      fc.record({ do: fc.constant('next' as const) }),
      fc.record({ do: fc.constant('end' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.constantFrom(0, 30, 250), (steps, latencyMs) => {
        const { playout, run, rendered, played } = setUp()
        playout.setLatency(latencyMs)
        let reply = 0
        playout.begin('r0', 0)
        for (const each of steps) {
          if (each.do === 'push') playout.push(new Int16Array(each.count).fill(20000))
          else if (each.do === 'run') run(each.ms)
          else if (each.do === 'clear') playout.clear(`r${reply}`)
          else if (each.do === 'end') playout.end(`r${reply}`)
          else playout.begin(`r${++reply}`, 0)
        }
        run(5000)
        const furthest = new Map<string, number>()
        for (const { reply: of, ms } of played()) {
          expect(ms).toBeGreaterThanOrEqual(furthest.get(of) ?? 0)
          furthest.set(of, ms)
        }
        const told = [...furthest.values()].reduce((sum, ms) => sum + ms, 0)
        // A fade's last sample is zero: one for each clear that had something to fade.
        const clears = steps.filter(each => each.do === 'clear').length
        const heardSamples = rendered.filter(sample => sample !== 0).length
        expect(Math.round((told * 24000) / 1000)).toBeGreaterThanOrEqual(heardSamples)
        expect(Math.round((told * 24000) / 1000)).toBeLessThanOrEqual(heardSamples + clears)
      }),
      { numRuns: 100 },
    )
  })
})
