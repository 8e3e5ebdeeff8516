import { describe, expect, it } from 'vitest'
import { planRecording } from './recording-plan.js'
import { answerIn } from './recording-words.js'

describe('an answer to being asked for consent', () => {
  it.each([
    ['en', 'Yes.', 'yes'],
    ['en-US', 'yeah, sure, go ahead', 'yes'],
    ['en', 'No problem.', 'yes'],
    ['en', "I don't mind", 'yes'],
    ['en', "that's fine, thank you", 'yes'],
    ['en', 'no', 'no'],
    ['en', 'No thank you.', 'no'],
    ['en', "please don't record this conversation", 'no'],
    ['en', 'yes but not my name', 'unclear'],
    ['en', 'yes, no, I mean', 'unclear'],
    ['en', 'I would like to know your prices', 'unclear'],
    ['en', 'know', 'unclear'],
    ['en', '', 'unclear'],
    ['es', 'Sí, claro.', 'yes'],
    ['es-MX', '¡Por supuesto, adelante!', 'yes'],
    ['es', 'no hay problema', 'yes'],
    ['es', 'No, gracias.', 'no'],
    ['es', 'prefiero que no', 'no'],
    ['es', 'sí, pero no mi nombre', 'unclear'],
    ['es', 'quisiera una cita', 'unclear'],
    ['fr', 'oui', 'unclear'],
    ['fr', 'yes', 'unclear'],
  ] as const)('in %s: “%s” is %s', (language, text, answer) => {
    expect(answerIn(text, language)).toBe(answer)
  })
})

describe('whether a conversation is recorded', () => {
  const agent = (mode: 'never' | 'announced' | 'consent', more = {}) => ({
    recording: { mode, announcements: {}, ...more },
  })
  const ask = (of: Partial<Parameters<typeof planRecording>[0]>) =>
    planRecording({
      agent: {},
      language: 'en',
      tenant: undefined,
      usual: 'never',
      retainMs: undefined,
      ...of,
    })

  it('is for the stricter of agent and tenant to say, and for the gateway where neither does', () => {
    expect(ask({})).toBe('never')
    expect(ask({ usual: 'announced' })).toMatchObject({
      mode: 'announced',
      text: 'This conversation is recorded.',
    })
    expect(ask({ agent: agent('announced'), tenant: { mode: 'never' } })).toBe('never')
    expect(ask({ agent: agent('never'), tenant: { mode: 'announced' }, usual: 'announced' })).toBe('never')
    expect(ask({ agent: agent('announced'), tenant: { mode: 'consent' } })).toMatchObject({ mode: 'consent' })
    expect(ask({ tenant: { mode: 'announced' } })).toMatchObject({ mode: 'announced' })
  })

  it('is no where nobody could tell the caller in their language', () => {
    expect(ask({ usual: 'announced', language: 'fr' })).toBe('unsayable')
    const told = agent('announced', { announcements: { fr: 'Cette conversation est enregistrée.' } })
    expect(ask({ agent: told, language: 'fr-CA' })).toMatchObject({
      text: 'Cette conversation est enregistrée.',
    })
  })

  it('is for the shortest of the times that were given', () => {
    const day = 86_400_000
    const asked = { agent: agent('announced', { retainDays: 30 }), retainMs: 90 * day }
    expect(ask(asked)).toMatchObject({ retainMs: 30 * day })
    expect(ask({ ...asked, tenant: { mode: 'announced', retainDays: 7 } })).toMatchObject({
      retainMs: 7 * day,
    })
    expect(ask({ usual: 'announced' })).toMatchObject({ retainMs: undefined })
  })
})
