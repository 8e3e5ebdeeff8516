import { expect, it } from 'vitest'
import { createTrackPlayhead } from './track-playhead.js'

const packets = (count: number) => count * 960

it('counts from the first stamp that is new after the beginning, to the end of the reply and no further', () => {
  const playhead = createTrackPlayhead()
  expect(playhead.look(1_000)).toBeUndefined()
  playhead.begin('rpl_1', 0)
  expect(playhead.look(1_000)).toBeUndefined()
  expect(playhead.look(50_000)).toEqual({ reply: 'rpl_1', ms: 20 })
  expect(playhead.look(50_000)).toBeUndefined()
  expect(playhead.look(50_000 + packets(5))).toEqual({ reply: 'rpl_1', ms: 120 })
  playhead.end('rpl_1', 130)
  expect(playhead.look(50_000 + packets(8))).toEqual({ reply: 'rpl_1', ms: 130 })
  expect(playhead.look(50_000 + packets(9))).toBeUndefined()
})

it('goes on over the wrap of the stamps, and from where a reply was resumed', () => {
  const playhead = createTrackPlayhead()
  playhead.begin('rpl_1', 400)
  expect(playhead.look(2 ** 32 - 960)).toEqual({ reply: 'rpl_1', ms: 420 })
  expect(playhead.look(960)).toEqual({ reply: 'rpl_1', ms: 460 })
})

it('says nothing of a reply that was taken back, and keeps one that was not meant', () => {
  const playhead = createTrackPlayhead()
  playhead.begin('rpl_2', 0)
  playhead.clear('rpl_1')
  expect(playhead.look(10)).toEqual({ reply: 'rpl_2', ms: 20 })
  playhead.clear()
  expect(playhead.look(9_610)).toBeUndefined()
  expect(playhead.look(undefined)).toBeUndefined()
})
