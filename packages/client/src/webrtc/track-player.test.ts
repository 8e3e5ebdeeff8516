import { describe, expect, it } from 'vitest'
import { createTrackPlayer } from './track-player.js'

function setUp() {
  const element = {
    muted: false,
    volume: 1,
    srcObject: null as unknown,
    paused: false,
    play: async () => {},
    pause() {},
  }
  const stream = { name: 'far' } as unknown as MediaStream
  let stamp = 0
  let look = () => {}
  const player = createTrackPlayer(
    {
      stream,
      receiver: {
        getSynchronizationSources: () => [{ rtpTimestamp: stamp, audioLevel: 0.1, source: 1, timestamp: 0 }],
      },
    },
    {
      element: element as unknown as HTMLAudioElement,
      now: () => 5_000,
      every(run) {
        look = run
        return () => {
          look = () => {}
        }
      },
    },
  )
  const told: unknown[] = []
  player.on('played', ({ reply, ms, final }) => told.push([reply, ms, final]))
  const heard: (string | undefined)[] = []
  player.on('playhead', ({ reply }) => heard.push(reply))
  const levels: number[] = []
  player.on('level', ({ dbfs }) => levels.push(Math.round(dbfs)))
  return {
    ...{ element, stream, player, told, heard, levels },
    /** So much later, as many packets were played. */
    pass(packets: number) {
      stamp += packets * 960
      look()
    },
  }
}

describe('the track of a call as a player', () => {
  it('tells what was heard, and the end of it once', () => {
    const { element, stream, player, told, heard, levels, pass } = setUp()
    expect(element.srcObject).toBe(stream)
    player.begin('r1', 0)
    pass(1)
    pass(4)
    player.end('r1', 150)
    pass(5)
    pass(5)
    expect(told).toEqual([
      ['r1', 20, false],
      ['r1', 100, false],
      ['r1', 150, true],
    ])
    expect([heard.at(0), heard.at(-1), levels[0]]).toEqual(['r1', undefined, -20])
  })

  it('silences what was taken back at once, and tells how far it was', () => {
    const { element, player, told, heard, pass } = setUp()
    player.begin('r1', 0)
    pass(3)
    player.duck(true)
    expect(element.volume).toBeCloseTo(0.126)
    player.clear('r0')
    expect(element.muted).toBe(false)
    player.clear()
    pass(3)
    expect(element.muted).toBe(true)
    expect(told.at(-1)).toEqual(['r1', 20, true])
    expect(heard.at(-1)).toBeUndefined()
    player.begin('r2', 0)
    expect([element.muted, element.volume]).toEqual([false, 1])
  })

  it('is over where the end is told after the last of it was heard', () => {
    const { player, told, pass } = setUp()
    player.begin('r1', 0)
    pass(1)
    player.end('r1', 20)
    expect(told.at(-1)).toEqual(['r1', 20, true])
  })

  it('ends the reply before where another begins to be heard', () => {
    const { player, told, pass } = setUp()
    player.begin('r1', 0)
    pass(1)
    player.begin('r2', 40)
    pass(1)
    expect(told).toEqual([
      ['r1', 20, false],
      ['r1', 20, true],
      ['r2', 60, false],
    ])
  })

  it('leaves the element empty and says nothing more once it is closed', () => {
    const { element, player, told, pass } = setUp()
    player.begin('r1', 0)
    player.close()
    player.close()
    pass(3)
    expect([element.srcObject, told]).toEqual([null, []])
  })
})
