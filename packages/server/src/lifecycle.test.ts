import { EventEmitter } from 'node:events'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createLifecycle } from './lifecycle.js'
import { createHandClock } from './testing/hand-clock.js'

const log = pino({ level: 'silent' })

function rig(deadlineMs = 1_000) {
  const clock = createHandClock()
  return { clock, lifecycle: createLifecycle({ log, clock, deadlineMs }) }
}

class FakeProcess extends EventEmitter {
  readonly codes: number[] = []
  exit(code: number): void {
    this.codes.push(code)
  }
}

describe('a lifecycle', () => {
  it('stops the last started first and ends with 0', async () => {
    const { lifecycle, clock } = rig()
    const order: string[] = []
    lifecycle.onStop('store', async () => void order.push('store'))
    lifecycle.onStop('ports', () => void order.push('ports'))
    expect(await lifecycle.stop('test')).toBe(0)
    expect(order).toEqual(['ports', 'store'])
    expect(clock.pending).toBe(0)
  })

  it('stops once however often it is told', async () => {
    const { lifecycle } = rig()
    let stops = 0
    lifecycle.onStop('part', () => void stops++)
    await Promise.all([lifecycle.stop('one'), lifecycle.stop('two')])
    await lifecycle.stop('three')
    expect(stops).toBe(1)
  })

  it('stops what is still being started when the end comes', async () => {
    const { lifecycle } = rig()
    const order: string[] = []
    lifecycle.onStop('ports', () => {
      order.push('ports')
      lifecycle.onStop('late', () => void order.push('late'))
    })
    await lifecycle.stop('test')
    expect(order).toEqual(['ports', 'late'])
  })

  it('goes on after a part that fails and ends with 1', async () => {
    const { lifecycle } = rig()
    let stopped = false
    lifecycle.onStop('store', () => {
      stopped = true
    })
    lifecycle.onStop('bad', () => Promise.reject(new Error('no')))
    expect(await lifecycle.stop('test')).toBe(1)
    expect(stopped).toBe(true)
  })

  it('leaves a part behind that is still running at the deadline, after telling it', async () => {
    const { lifecycle, clock } = rig(500)
    let told = false
    lifecycle.onStop('endless', signal => {
      signal.addEventListener('abort', () => {
        told = true
      })
      return new Promise(() => undefined)
    })
    const code = lifecycle.stop('test')
    await clock.advance(500)
    expect(await code).toBe(1)
    expect(told).toBe(true)
  })

  it('exits with 0 on SIGTERM, and at once on a second signal', async () => {
    const { lifecycle } = rig()
    const host = new FakeProcess()
    let release: (() => void) | undefined
    const slow = new Promise<void>(resolve => {
      release = resolve
    })
    lifecycle.onStop('slow', () => slow)
    lifecycle.watch(host)
    host.emit('SIGTERM')
    expect(host.codes).toEqual([])
    host.emit('SIGINT')
    expect(host.codes).toEqual([1])
    await new Promise(resolve => setImmediate(resolve))
    release?.()
    await lifecycle.stop('again')
    await new Promise(resolve => setImmediate(resolve))
    expect(host.codes).toEqual([1, 0])
  })

  it('ends with 1 after a fault nobody caught', async () => {
    const { lifecycle } = rig()
    const host = new FakeProcess()
    lifecycle.watch(host)
    host.emit('unhandledRejection', new Error('lost'))
    await lifecycle.stop('again')
    await new Promise(resolve => setImmediate(resolve))
    expect(host.codes).toEqual([1])
  })
})
