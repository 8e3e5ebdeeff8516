import { describe, expect, it } from 'vitest'
import { avatarLabel, englishLabels } from './avatar-label.js'

describe('the label of an avatar', () => {
  it('says whether it speaks and how', () => {
    expect(avatarLabel({ speaking: true, emotion: 'neutral' })).toBe('speaking, calm')
    expect(avatarLabel({ pitchHz: 200, emotion: 'high' })).toBe('speaking, excited')
    expect(avatarLabel({ pitchHz: 200, speaking: false, emotion: 'high' })).toBe('silent')
    expect(avatarLabel({})).toBe('silent')
  })

  it('speaks other languages', () => {
    const labels = { ...englishLabels, speaking: 'habla', neutral: 'en calma' }
    expect(avatarLabel({ speaking: true }, labels)).toBe('habla, en calma')
  })
})
