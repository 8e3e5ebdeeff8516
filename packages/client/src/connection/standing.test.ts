import { describe, expect, it } from 'vitest'
import { readyMessage } from '../testing/virtual-page.js'
import { createStanding, type Join } from './standing.js'

const kitchen = { session: 'ses_1', as: 'listener', hears: 'both' } as const
const devices = (count: number) =>
  Array.from(
    { length: count },
    (_, i) => ({ id: `dev_${i}`, role: 'listener', subject: 'ana', joinedAtMs: 0 }) as const,
  )

function standing(wanted?: Join) {
  return createStanding(() => wanted)
}

describe('the standing of a device', () => {
  it('is that of the speaker, who comes back by the newest token', () => {
    const mine = standing()
    expect([mine.role, mine.beginning()]).toEqual(['speaker', {}])
    mine.ready(readyMessage())
    expect(mine.beginning()).toEqual({ resume: 'tok_1' })
    mine.moves('tok_2')
    expect(mine.beginning()).toEqual({ resume: 'tok_2' })
  })

  it('is kept by joining again, as what it is by then', () => {
    const mine = standing(kitchen)
    expect([mine.role, mine.beginning()]).toEqual(['listener', { join: kitchen }])
    mine.ready(readyMessage({ resumeToken: '', role: 'listener' }))
    mine.moves('')
    expect(mine.beginning()).toEqual({ join: kitchen })
    mine.becomes({ role: 'speaker', resumeToken: '' })
    expect(mine.beginning()).toEqual({ join: { ...kitchen, as: 'speaker' } })
    mine.becomes({ role: 'speaker', resumeToken: 'tok_2' })
    expect(mine.beginning()).toEqual({ resume: 'tok_2' })
  })

  it('is that of a controller for a speaker that was taken over, whose token is worth nothing', () => {
    const mine = standing()
    mine.ready(readyMessage())
    mine.becomes({ role: 'controller' })
    expect(mine.beginning()).toEqual({ join: { session: 'ses_1', as: 'controller' } })
  })

  it('is looked for beside the others where the token was refused, and only once', () => {
    const mine = standing()
    mine.ready(readyMessage())
    mine.devices(devices(2))
    mine.devices(devices(1))
    expect(mine.refused()).toBe(true)
    expect(mine.beginning()).toEqual({ join: { session: 'ses_1', as: 'controller' } })
    expect(mine.refused()).toBe(false)
  })

  it('is nothing any more where nobody else was there', () => {
    const mine = standing()
    mine.ready(readyMessage())
    mine.devices(devices(1))
    expect(mine.refused()).toBe(false)
    mine.forget()
    expect([mine.role, mine.session, mine.beginning()]).toEqual(['speaker', undefined, {}])
  })
})
