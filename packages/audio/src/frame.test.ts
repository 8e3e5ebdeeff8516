import { expect, it } from 'vitest'
import { copyFrame, frameMs, joinStages, type Stage } from './frame.js'

it('tells the duration of a frame', () => {
  expect(frameMs({ samples: new Int16Array(160), rate: 8_000, atMs: 5 })).toBe(20)
})

it('copies a frame so that its buffer can be used again', () => {
  const samples = Int16Array.of(1, 2, 3)
  const copy = copyFrame({ samples, rate: 8_000, atMs: 5 })
  samples.fill(9)
  expect(copy).toEqual({ samples: Int16Array.of(1, 2, 3), rate: 8_000, atMs: 5 })
})

it('passes a frame through the stages in their order', () => {
  const shift = (byMs: number): Stage => ({
    process: (frame, emit) => emit({ ...frame, atMs: frame.atMs * 10 + byMs }),
  })
  const twice: Stage = {
    process: (frame, emit) => {
      emit(frame)
      emit(frame)
    },
  }
  const times: number[] = []
  const chain = joinStages([shift(1), twice, shift(2)], frame => void times.push(frame.atMs))
  chain({ samples: new Int16Array(0), rate: 8_000, atMs: 0 })
  expect(times).toEqual([12, 12])
})
