import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { useProsodyStream } from '../stream/use-prosody-stream.js'
import { ProsodyAvatar } from './prosody-avatar.js'

describe('on a server', () => {
  it('the hook is idle and opens nothing', () => {
    const opened: string[] = []
    function Meter() {
      const { state, pitchHz, energy, microphone, error } = useProsodyStream(
        'wss://gateway.example/prosody',
        {
          environment: {
            openSocket: url => {
              opened.push(url)
              throw new Error('not on a server')
            },
          },
        },
      )
      return createElement('p', null, JSON.stringify({ state, pitchHz, energy, microphone, error }))
    }
    expect(renderToString(createElement(Meter))).toContain('idle')
    expect(opened).toEqual([])
  })

  it('the avatar is a picture with a label', () => {
    const html = renderToString(
      createElement(ProsodyAvatar, { pitchHz: 180, energy: 0.5, emotion: 'high', speaking: true }),
    )
    expect(html).toMatch(/^<canvas role="img" aria-label="speaking, excited"/)
  })
})
