import { describe, expect, it } from 'vitest'
import { phonePlanShape, usualPhonePlan } from '../plan/phone-plan.js'
import { callTools } from './call-tools.js'

const never = new AbortController().signal
const plan = phonePlanShape.parse({
  transfers: {
    sales: { to: '+12025550123', kind: 'warm', describe: 'For prices.' },
    desk: { to: '+12025550124' },
  },
})

describe('the tools of a phone call', () => {
  it('offer the transfers of the plan by name, and order one', async () => {
    const [transfer] = callTools(plan, [])
    expect(transfer?.definition.description).toContain('sales (For prices.); desk')
    const answer = await transfer?.run(
      { to: 'sales', about: 'Ana, about a quote' },
      { language: 'en', signal: never },
    )
    expect(answer?.action).toEqual({
      name: 'call',
      order: { do: 'transfer', to: 'sales', about: 'Ana, about a quote' },
    })
  })

  it.each([{ to: 'nobody', about: '' }, { to: 'sales' }, 'sales', null])('refuse %j', async given => {
    const [transfer] = callTools(plan, [])
    await expect(transfer?.run(given, { language: 'en', signal: never })).rejects.toMatchObject({
      code: 'bad_message',
    })
  })

  it('offer no transfer where the plan has none, and leave a name that is taken', () => {
    expect(callTools(usualPhonePlan, ['hang_up']).map(({ definition }) => definition.name)).toEqual([
      'press_keys',
    ])
  })
})
