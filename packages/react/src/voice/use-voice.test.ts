import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { useVoice } from './use-voice.js'

describe('a voice on a server', () => {
  it('is idle and touches nothing', () => {
    function Talk() {
      const { status, microphone, start } = useVoice({
        url: 'https://gateway.example',
        environment: {
          openSocket() {
            throw new Error('not on a server')
          },
        },
      })
      return createElement('button', { type: 'button', onClick: start }, `${status} ${microphone}`)
    }
    expect(renderToString(createElement(Talk))).toContain('idle off')
  })
})
